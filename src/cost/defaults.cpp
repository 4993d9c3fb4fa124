#include "cost/defaults.hpp"

namespace ridgepoint {
namespace {

// As printed by calibrate/pooled_defaults.py over the public timings that docs/model.md names. Two intervals are not
// the row's own, because one chip alone cannot give one: fp8 products use the 16-bit law and their own in-sample P90
// (the only fp8 chip measured is far slower than the law), 16-bit convolutions use the interval of all convolutions.
constexpr KernelParameters kGemm16{"gemm", 0.811, 0.771, Seconds{3.32e-6}, 1.77, 0.73, 1.42};
constexpr KernelParameters kGemm8{"gemm", 0.811, 0.771, Seconds{3.32e-6}, 1.77, 0.73, 2.52};
constexpr KernelParameters kGemm32{"gemm_fp32 (kernel clock)", 0.888, 0.497, Seconds{5.12e-6}, 1.45, 0.68, 1.96};
constexpr KernelParameters kConv32{"conv_fp32", 0.987, 0.310, Seconds{20e-6}, 1, 0.58, 2.14};
constexpr KernelParameters kConv16{"conv_16bit", 0.610, 0.881, Seconds{9.31e-6}, 1, 0.55, 2.14};
constexpr KernelParameters kPrefill{"attention_prefill", 0.561, 0.609, Seconds{10.1e-6}, 1, 0.53, 2.33};
constexpr KernelParameters kDecode{"attention_decode", 0.075, 0.852, Seconds{11.8e-6}, 2.43, 0.63, 1.82};
constexpr KernelParameters kElementwise{"elementwise", 1, 0.743, Seconds{2.28e-6}, 1, 0.53, 1.33};
constexpr KernelParameters kNormalization{"normalization (e_v = 1)", 1, 0.490, Seconds{1.82e-6}, 1, 0.22, 1.64};
constexpr KernelParameters kEmbedding{"embedding", 1, 0.318, Seconds{3.50e-6}, 2, 0.29, 3.39};

struct Choose {
  const KernelParameters& operator()(const Gemm& gemm) const {
    return bits(gemm.math) >= 32 ? kGemm32 : bits(gemm.math) == 16 ? kGemm16 : kGemm8;
  }
  const KernelParameters& operator()(const Conv& conv) const { return bits(conv.math) >= 32 ? kConv32 : kConv16; }
  const KernelParameters& operator()(const Attention& attention) const {
    return attention.q_len == 1 ? kDecode : kPrefill;
  }
  const KernelParameters& operator()(const Stream& stream) const {
    const bool rows = stream.kind == StreamKind::kNormalization || stream.kind == StreamKind::kReduction;
    return rows ? kNormalization : kElementwise;
  }
  const KernelParameters& operator()(const Gather&) const { return kEmbedding; }
  const KernelParameters& operator()(const Spmm&) const { return kEmbedding; }
};

}  // namespace

const KernelParameters& pooled_parameters(const Kernel& kernel) { return std::visit(Choose{}, kernel); }

}  // namespace ridgepoint
