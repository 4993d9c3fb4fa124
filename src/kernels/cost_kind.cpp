#include "kernels/cost_kind.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

std::string_view kind_of(const Kernel& kernel) {
  if (const auto* conv = std::get_if<Conv>(&kernel)) return conv->depthwise() ? "conv_depthwise" : "conv";
  if (const auto* attention = std::get_if<Attention>(&kernel))
    return attention->q_len == 1 ? "attention_decode" : "attention_prefill";
  return kind_name(kernel);
}

}  // namespace

const CostKind& cost_kind(const Kernel& kernel) {
  const std::string_view name = kind_of(kernel);
  return *std::find_if(kCostKinds.begin(), kCostKinds.end(), [&](const CostKind& kind) { return kind.name == name; });
}

const CostKind* kin_of(const CostKind& kind) {
  const auto found = std::find_if(kCostKinds.begin(), kCostKinds.end(),
                                  [&](const CostKind& candidate) { return candidate.name == kind.kin; });
  return found == kCostKinds.end() ? nullptr : &*found;
}

std::optional<DType> cost_format(const Kernel& kernel) {
  if (const auto* gemm = std::get_if<Gemm>(&kernel)) return gemm->math;
  if (const auto* conv = std::get_if<Conv>(&kernel)) return conv->math;
  if (const auto* attention = std::get_if<Attention>(&kernel)) return attention->math;
  if (const auto* recurrent = std::get_if<Recurrent>(&kernel)) return recurrent->math;
  if (const auto* grouped = std::get_if<GroupedGemm>(&kernel)) return grouped->math;
  return std::nullopt;
}

std::optional<DType> twin(DType format) {
  switch (format) {
    case DType::kFp16: return DType::kBf16;
    case DType::kBf16: return DType::kFp16;
    case DType::kFp8E4m3: return DType::kFp8E5m2;
    case DType::kFp8E5m2: return DType::kFp8E4m3;
    default: return std::nullopt;
  }
}

}  // namespace ridgepoint
