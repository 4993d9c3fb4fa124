#include "cost/pooled.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace ridgepoint {
namespace {

/// A parameter's pooled value; spread 0 is that of the model's table.
struct Named {
  std::string_view name;
  double value;
  double spread = 0;
};

struct Row {
  std::string_view kind;
  Width width;
  bool calls;
  std::string_view model;
  std::initializer_list<Named> values;
  double p10;
  double p90;
};

const CostKind& kind_named(std::string_view name) {
  return *std::find_if(kCostKinds.begin(), kCostKinds.end(), [&](const CostKind& kind) { return kind.name == name; });
}

// The kind's model of that name: its own or the common law.
const CostModel& model_named(const CostKind& kind, std::string_view name) {
  const auto models = models_for(kind);
  return **std::find_if(models.begin(), models.end(), [&](const CostModel* model) { return model->name == name; });
}

PooledParameters bound(const Row& row) {
  const CostKind& kind = kind_named(row.kind);
  const CostModel& model = model_named(kind, row.model);
  PooledParameters pooled{&kind, row.width, row.calls, &model, typical_values(model), {}, row.p10, row.p90};
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    pooled.spreads[i] = model.parameters[i].spread;
    for (const Named& named : row.values) {
      if (named.name != model.parameters[i].name) continue;
      pooled.values[i] = named.value;
      if (named.spread > 0) pooled.spreads[i] = named.spread;
    }
  }
  return pooled;
}

std::vector<PooledParameters> make_rows() {
  const std::initializer_list<Row> rows{
#include "cost/pooled.inc"
  };
  std::vector<PooledParameters> result;
  result.reserve(rows.size());
  for (const Row& row : rows) result.push_back(bound(row));
  return result;
}

// How far a row is from what is asked for; the kind must be right. A wider format does before a narrower one.
int distance(const PooledParameters& row, Width width, bool calls) {
  const int step = static_cast<int>(row.width) - static_cast<int>(width);
  return (step > 0 ? 4 * step + 2 : -4 * step) + (row.calls == calls ? 0 : 1);
}

const PooledParameters* nearest_row(std::string_view kind, Width width, bool calls) {
  const PooledParameters* best = nullptr;
  for (const PooledParameters& row : pooled_rows()) {
    if (row.kind->name != kind) continue;
    if (best == nullptr || distance(row, width, calls) < distance(*best, width, calls)) best = &row;
  }
  return best;
}

}  // namespace

Width width_of(std::optional<DType> format) {
  if (!format) return Width::kNone;
  return bits(*format) >= 32 ? Width::k32 : bits(*format) == 16 ? Width::k16 : Width::k8;
}

std::span<const PooledParameters> pooled_rows() {
  static const std::vector<PooledParameters> rows = make_rows();
  return rows;
}

const PooledParameters& pooled_parameters(const Kernel& kernel, Clock clock) {
  const CostKind& kind = cost_kind(kernel);
  const Width width = width_of(cost_format(kernel));
  const bool calls = clock != Clock::kKernel;
  const PooledParameters* row = nearest_row(kind.name, width, calls);
  if (row == nullptr) row = nearest_row(kind.kin, width, calls);
  return *row;
}

}  // namespace ridgepoint
