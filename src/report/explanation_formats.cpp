#include "report/explanation_formats.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/what_limits.hpp"

namespace ridgepoint {
namespace {

// The demand on a resource, in the unit of its rate.
std::string demand_text(Bound bound, const Work& work) {
  switch (bound) {
    case Bound::kMatrix: return human_si(work.matrix.value(), "FLOP") + " " + std::string(name(work.math));
    case Bound::kVector: return human_si((work.flops()).value(), "FLOP") + " in all";
    case Bound::kSpecial: return human_si(work.special.value(), "op");
    case Bound::kDram: return human_bytes(work.bytes().value());
    case Bound::kL2: return human_bytes(work.l2.value());
    default: return "";
  }
}

}  // namespace

std::vector<ExplainedNeed> needs_of(const Price& price) {
  std::vector<ExplainedNeed> needs;
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    if (price.needs[i].value() > 0) needs.push_back({static_cast<Bound>(i), price.needs[i]});
  }
  std::stable_sort(needs.begin(), needs.end(),
                   [](const ExplainedNeed& a, const ExplainedNeed& b) { return a.time > b.time; });
  return needs;
}

std::string human_term(const Term& term) {
  if (term.unit == "B") return human_bytes(term.value);
  if (term.unit == "s") return human_seconds(term.value);
  if (term.unit.empty()) return term.value < 1e6 ? fmt::format("{:.10g}", term.value) : human_count(term.value);
  if (term.unit == "bit") return fmt::format("{:.10g} bit", term.value);
  return human_si(term.value, term.unit.c_str());
}

std::string numbers_of(const Derivation& derivation, const Term& term) {
  try {
    return derivation.numbers(term);
  } catch (const std::logic_error&) {
    return "";
  }
}

std::string equation_of(const Derivation& derivation, const Term& term) {
  const std::string numbers = numbers_of(derivation, term);
  const std::string value = human_term(term);
  return fmt::format("{} = {}{}{}", term.symbol, term.formula,
                     numbers.empty() || numbers == term.formula ? "" : " = " + numbers,
                     numbers == value ? "" : " = " + value);
}

std::string attributes_line(const Explanation& e) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : e.attributes) parts.push_back(fmt::format("{} {}", key, value));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string intensity_line(const ExplainedKernel& kernel) {
  const double bytes = kernel.work.bytes().value();
  if (bytes == 0) return "intensity: no bytes move";
  const double flops = kernel.work.flops().value();
  return fmt::format("intensity = flops / (read + written) = {:.6g} / {:.6g} = {} FLOP/B", flops, bytes,
                     human_number(flops / bytes));
}

std::string bound_line(const Price& price) {
  return fmt::format("{} ({} to {}), bound by {}", human_seconds(price.time.value()), human_seconds(price.p10.value()),
                     human_seconds(price.p90.value()), name(price.bound));
}

std::string parameters_line(const ExplainedLaunch& launch) {
  if (launch.model.empty()) return "";
  return fmt::format(", by the model {} with {} parameters", launch.model,
                     launch.price.own ? "the device's own" : "pooled");
}

std::string need_line(const ExplainedNeed& need, const ExplainedLaunch& launch) {
  const std::string demand = demand_text(need.bound, launch.launch.work);
  return fmt::format("{} {}{}: {}", name(need.bound), human_seconds(need.time.value()),
                     demand.empty() ? "" : " for " + demand, kBounds[static_cast<std::size_t>(need.bound)].meaning);
}

std::string fusion_line(const ExplainedFusion& fusion) {
  if (fusion.layers.size() < 2) return "It shares its kernel with no other layer.";
  std::vector<std::string> names;
  for (const std::string& layer : fusion.layers) names.push_back(printable(layer));
  return fmt::format("{} run as one kernel: {} instead of {}, {} less", fmt::join(names, ", "),
                     human_bytes(fusion.together.value()), human_bytes(fusion.apart.value()),
                     human_bytes((fusion.apart - fusion.together).value()));
}

std::vector<std::string> verdict(const ExplainedPrice& price) {
  const LayerEstimate& row = price.row;
  std::vector<std::string> sentences;
  const double intensity = row.total.intensity();
  if (row.ridge_point > 0) {
    sentences.push_back(fmt::format("intensity {} FLOP/B, {} the ridge point of {} FLOP/B", human_number(intensity),
                                    intensity < row.ridge_point ? "below" : "above", human_number(row.ridge_point)));
  }
  sentences.push_back(
      fmt::format("bound by {}: {}", name(row.bound), kBounds[static_cast<std::size_t>(row.bound)].meaning));
  const std::vector<ExplainedNeed> needs = needs_of({.needs = row.needs});
  const auto next =
      std::find_if(needs.begin(), needs.end(), [&](const ExplainedNeed& n) { return n.bound != row.bound; });
  if (next != needs.end()) {
    sentences.push_back(
        fmt::format("next behind it: {}, {} in all", name(next->bound), human_seconds(next->time.value())));
  }
  for (std::size_t i = 0; i < price.chain.size(); ++i) sentences.push_back(step_line(price.chain[i], i));
  sentences.push_back(fmt::format("{} over {} repetition{}, {} of the network's time", human_seconds(row.total.time),
                                  row.repeat, row.repeat == 1 ? "" : "s", human_percent(row.share)));
  return sentences;
}

}  // namespace ridgepoint
