#include <algorithm>
#include <vector>

#include "cost/cpu.hpp"
#include "cost/model.hpp"

namespace ridgepoint {
namespace {

/// Which of a processor's models prices a kind of kernel.
struct CpuModelOfKind {
  std::string_view kind;
  const CostModel& model;
};

constexpr std::array kCpuModels{
    CpuModelOfKind{"gemm", kCpuProduct},
    CpuModelOfKind{"conv", kCpuProduct},
    CpuModelOfKind{"conv_depthwise", kCpuProduct},
    CpuModelOfKind{"elementwise", kCpuStream},
    CpuModelOfKind{"copy", kCpuStream},
    CpuModelOfKind{"normalization", kCpuStream},
    CpuModelOfKind{"reduction", kCpuStream},
    CpuModelOfKind{"embedding", kCpuRows},
    CpuModelOfKind{"spmm", kCpuRows},
};

// Nothing was pooled over processors: the typical values, and an interval as wide as that of GPUs.
std::vector<PooledParameters> make_priors() {
  std::vector<PooledParameters> rows;
  for (const CostKind& kind : kCostKinds) {
    const CostModel* const model = cpu_model_of(kind);
    if (model == nullptr) continue;
    PooledParameters row{.kind = &kind, .calls = true, .model = model, .values = typical_values(*model)};
    for (std::size_t i = 0; i < model->parameters.size(); ++i) row.spreads[i] = model->parameters[i].spread;
    row.p10 = 0.5;
    row.p90 = 2;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

const CostModel* cpu_model_of(const CostKind& kind) {
  const auto found =
      std::find_if(kCpuModels.begin(), kCpuModels.end(), [&](const auto& row) { return row.kind == kind.name; });
  return found == kCpuModels.end() ? nullptr : &found->model;
}

const PooledParameters& prior_parameters(const Kernel& kernel, const Device& device, Clock clock) {
  static const std::vector<PooledParameters> priors = make_priors();
  if (has_cpu_curves(device)) {
    const CostKind& kind = cost_kind(kernel);
    for (const PooledParameters& row : priors) {
      if (row.kind == &kind) return row;
    }
  }
  return pooled_parameters(kernel, clock);
}

}  // namespace ridgepoint
