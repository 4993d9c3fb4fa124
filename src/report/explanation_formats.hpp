#pragma once
// What the formats of an explanation share.

#include <span>
#include <string>
#include <vector>

#include "roofline/explanation.hpp"

namespace ridgepoint {

/// What one resource needs for a launch: by itself, as it is reached in practice.
struct ExplainedNeed {
  Bound bound = Bound::kNone;
  Seconds time{};
};

/// The needs that are there, the largest first.
std::vector<ExplainedNeed> needs_of(const Price& price);

/// A term's value as people read it, with its unit.
std::string human_term(const Term& term);

/// The formula of a term with numbers, or "" where it is a sentence.
std::string numbers_of(const Derivation& derivation, const Term& term);

/// "macs = batch m n k = 1 x 512 x 1024 x 1024 = 537 M".
std::string equation_of(const Derivation& derivation, const Term& term);

/// The sentences that all formats share.
std::string attributes_line(const Explanation& explanation);
std::string intensity_line(const ExplainedKernel& kernel);
std::string bound_line(const Price& price);
/// ", by the gemm model with pooled parameters", or "" in the plain roofline.
std::string parameters_line(const ExplainedLaunch& launch);
std::string need_line(const ExplainedNeed& need, const ExplainedLaunch& launch);
std::string fusion_line(const ExplainedFusion& fusion);
std::vector<std::string> verdict(const ExplainedPrice& price);

std::string explanation_text(const Explanation& explanation, std::size_t width);
std::string explanation_markdown(const Explanation& explanation);
std::string explanations_json(std::span<const Explanation> explanations);

}  // namespace ridgepoint
