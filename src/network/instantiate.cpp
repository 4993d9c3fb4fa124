#include "network/instantiate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "network/expander.hpp"
#include "network/expression.hpp"

namespace ridgepoint {
namespace {

const PhaseItem* find_phase(const Description& description, Phase phase) {
  const auto found = std::find_if(description.phases.begin(), description.phases.end(),
                                  [&](const PhaseItem& item) { return item.phase == phase; });
  return found == description.phases.end() ? nullptr : &*found;
}

void expect_phase(const Description& description, Phase phase) {
  const std::vector<Phase> known = phases_of(description);
  if (std::find(known.begin(), known.end(), phase) != known.end()) return;
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const Phase p : known) names.push_back(name(p));
  throw InputError({fmt::format("{} has no {} phase", description.name, name(phase)), join_choices(names)});
}

// A parameter that the run or a phase sets must be one that the description has.
void expect_known(const Attributes& asked, const Attributes& known, const Description& description) {
  const std::vector<std::string_view> names = names_of(known);
  for (const Attribute& attribute : asked) {
    if (std::find(names.begin(), names.end(), attribute.name) != names.end()) continue;
    attribute.key.fail({fmt::format("{} has no parameter {}", description.name, in_quotes(attribute.name)),
                        names.empty() ? "no parameters" : "one of " + join_choices(names, 40),
                        std::string(nearest(attribute.name, names))});
  }
}

}  // namespace

std::vector<Phase> phases_of(const Description& description) {
  if (description.phases.empty()) return {Phase::kInference, Phase::kTraining};
  std::vector<Phase> phases;
  for (const PhaseItem& item : description.phases) phases.push_back(item.phase);
  return phases;
}

Precision resolve_precision(const PrecisionItem& described, const PrecisionItem& asked) {
  // A format asked for replaces all that the description says, weight-only quantization included.
  const PrecisionItem base = asked.activations ? PrecisionItem{.activations = asked.activations} : described;
  const DType activations = base.activations.value_or(DType::kFp32);
  Precision precision;
  precision.activations = activations;
  precision.weights = asked.weights.value_or(base.weights.value_or(activations));
  precision.kv_cache = asked.kv_cache.value_or(base.kv_cache.value_or(activations));
  precision.math = asked.math.value_or(base.math.value_or(activations));
  precision.weight_group = asked.weights ? asked.weight_group : base.weight_group;
  return precision;
}

Network instantiate(const Description& description, const RunOptions& options) {
  expect_phase(description, options.phase);
  expect_known(options.parameters, description.parameters, description);
  static const Attributes kNothing;
  const PhaseItem* phase = find_phase(description, options.phase);
  if (phase != nullptr) expect_known(phase->parameters, description.parameters, description);
  GlobalScope globals(
      {&description.parameters, phase != nullptr ? &phase->parameters : &kNothing, &options.parameters});

  Network network{.name = description.name,
                  .family = description.family,
                  .phase = options.phase,
                  .precision = resolve_precision(description.precision, options.precision),
                  .notes = description.notes,
                  .importer = description.importer,
                  .warnings = description.warnings,
                  .unmodelled = description.unmodelled};
  try {
    network.parameters = globals.all();
  } catch (const ExpressionError& error) {
    throw InputError(error.problem);
  }
  Expander(description, network, globals, options.precision).run();
  return network;
}

}  // namespace ridgepoint
