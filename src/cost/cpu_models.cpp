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
    CpuModelOfKind{"gemm", kCpuGemm},           CpuModelOfKind{"conv", kCpuConv},
    CpuModelOfKind{"conv_depthwise", kCpuConv}, CpuModelOfKind{"elementwise", kCpuStream},
    CpuModelOfKind{"copy", kCpuStream},         CpuModelOfKind{"normalization", kCpuStream},
    CpuModelOfKind{"reduction", kCpuStream},    CpuModelOfKind{"embedding", kCpuRows},
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

// Attention runs as oneDNN and frameworks do it without a fused kernel.
Launch launch(const Kernel& kernel) { return {kernel, work_of(kernel)}; }

Gemm product(const Attention& a, std::int64_t n, std::int64_t k) {
  const std::int64_t batch = a.batch * a.heads;
  return {.batch = batch,
          .m = a.q_len,
          .n = n,
          .k = k,
          .a_batch = batch,
          .b_batch = batch,
          .a = a.q,
          .b = a.kv,
          .c = a.q,
          .math = a.math};
}

}  // namespace

bool runs_in_parts(const Attention& a) { return a.pass == Pass::kFprop && a.window == 0 && a.density == 1; }

std::array<Launch, 3> attention_parts(const Attention& a) {
  const double rows = static_cast<double>(a.batch) * static_cast<double>(a.heads) * static_cast<double>(a.q_len);
  const auto cols = static_cast<double>(a.kv_len);
  const Bytes scores = bytes_of(rows * cols, a.q);
  return {launch(product(a, a.kv_len, a.head_dim)),
          launch(Stream{.kind = StreamKind::kNormalization,
                        .op = "softmax",
                        .rows = rows,
                        .cols = cols,
                        .read = scores,
                        .written = scores,
                        .flops_per_element = a.score_flops,
                        .special_per_element = a.score_special}),
          launch(product(a, a.v_head_dim, a.kv_len))};
}

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
