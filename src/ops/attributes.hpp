#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/op.hpp"

namespace ridgepoint {

/// The attributes of an op as a description would write them, by name, in the order of its fields.
std::vector<std::pair<std::string, std::string>> attributes_of(const Op& op);

/// What an op says of itself: a sentence, the equation that it computes, and the paper or convention behind its counts
/// ("" where there is none to name).
struct OpFacts {
  std::string_view summary;
  std::string_view equation;
  std::string_view source;
};
OpFacts facts_of(const Op& op);

}  // namespace ridgepoint
