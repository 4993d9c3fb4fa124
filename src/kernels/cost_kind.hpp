#pragma once
// Which kernels share cost parameters.

#include <array>
#include <optional>
#include <string_view>

#include "kernels/kernel.hpp"

namespace ridgepoint {

/// A kind of kernel that has cost parameters of its own, and the kind whose parameters stand in when nobody measured it
/// ("" when there is none).
struct CostKind {
  std::string_view name;
  std::string_view kin;
};

inline constexpr std::array kCostKinds{
    CostKind{"gemm", ""},
    CostKind{"conv", ""},
    CostKind{"conv_depthwise", "conv"},
    CostKind{"attention_prefill", ""},
    CostKind{"attention_decode", ""},
    CostKind{"elementwise", ""},
    CostKind{"copy", "elementwise"},
    CostKind{"normalization", ""},
    CostKind{"reduction", "normalization"},
    CostKind{"embedding", ""},
    CostKind{"spmm", "embedding"},
    CostKind{"recurrent", ""},
    CostKind{"moe", "gemm"},
    CostKind{"collective", ""},
};

const CostKind& cost_kind(const Kernel& kernel);

/// The kind whose parameters stand in, or null.
const CostKind* kin_of(const CostKind& kind);

/// The format that decides a kernel's rates: that of its products. None for passes over memory, whose bytes say all.
std::optional<DType> cost_format(const Kernel& kernel);

/// The format that does its products on the same units at the same rate, whose parameters stand in: fp16 and bf16, the
/// two fp8. None for the others.
std::optional<DType> twin(DType format);

}  // namespace ridgepoint
