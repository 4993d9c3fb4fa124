#include "cost/defaults.hpp"

#include <algorithm>

#include "kernels/cost_kind.hpp"

namespace ridgepoint {
namespace {

// As printed by calibrate/pooled_defaults.py over the public timings that docs/model.md names. Two intervals are not
// the row's own, because one chip alone cannot give one: fp8 products use the 16-bit law and their own in-sample P90
// (the only fp8 chip measured is far slower than the law), 16-bit convolutions use the interval of all convolutions.
constexpr KernelParameters kGemm16{"gemm", {0.811, 1, 0.771, 3.32e-6, 1.77}, 0.73, 1.42};
constexpr KernelParameters kGemm8{"gemm", {0.811, 1, 0.771, 3.32e-6, 1.77}, 0.73, 2.52};
constexpr KernelParameters kGemm32{"gemm_fp32 (kernel clock)", {0.888, 1, 0.497, 5.12e-6, 1.45}, 0.68, 1.96};
constexpr KernelParameters kConv32{"conv_fp32", {0.987, 1, 0.310, 20e-6, 1}, 0.58, 2.14};
constexpr KernelParameters kConv16{"conv_16bit", {0.610, 1, 0.881, 9.31e-6, 1}, 0.55, 2.14};
constexpr KernelParameters kPrefill{"attention_prefill", {0.561, 1, 0.609, 10.1e-6, 1}, 0.53, 2.33};
constexpr KernelParameters kDecode{"attention_decode", {0.075, 1, 0.852, 11.8e-6, 2.43}, 0.63, 1.82};
constexpr KernelParameters kElementwise{"elementwise", {1, 1, 0.743, 2.28e-6, 1}, 0.53, 1.33};
constexpr KernelParameters kNormalization{"normalization (e_v = 1)", {1, 1, 0.490, 1.82e-6, 1}, 0.22, 1.64};
constexpr KernelParameters kEmbedding{"embedding", {1, 1, 0.318, 3.50e-6, 2}, 0.29, 3.39};

struct Choose {
  static const KernelParameters& product(DType math) {
    return bits(math) >= 32 ? kGemm32 : bits(math) == 16 ? kGemm16 : kGemm8;
  }
  const KernelParameters& operator()(const Gemm& gemm) const { return product(gemm.math); }
  const KernelParameters& operator()(const GroupedGemm& grouped) const { return product(grouped.math); }
  const KernelParameters& operator()(const Recurrent& recurrent) const { return product(recurrent.math); }
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

// The clocks whose entries may price a kernel that is seen by this clock, best first. A call takes at least its
// kernel's time, so that entries of the kernel clock price calls too, with the host's time beside them.
constexpr std::array<std::array<Clock, 3>, 3> kClocksFor{{
    {Clock::kKernel, Clock::kWall, Clock::kWall},
    {Clock::kOp, Clock::kKernel, Clock::kWall},
    {Clock::kWall, Clock::kKernel, Clock::kKernel},
}};

const CalibrationEntry* find_entry(const Calibration& calibration, std::string_view kind, std::optional<DType> format,
                                   Clock clock) {
  const auto matches = [&](const CalibrationEntry& entry) {
    return entry.kernel == kind && entry.format == format && entry.clock == clock;
  };
  const auto found = std::find_if(calibration.entries.begin(), calibration.entries.end(), matches);
  return found == calibration.entries.end() ? nullptr : &*found;
}

const CalibrationEntry* find_kind(const Calibration& calibration, std::string_view kind, std::optional<DType> format,
                                  Clock clock) {
  for (const Clock candidate : kClocksFor[static_cast<std::size_t>(clock)]) {
    if (const auto* entry = find_entry(calibration, kind, format, candidate)) return entry;
  }
  return nullptr;
}

}  // namespace

const KernelParameters& pooled_parameters(const Kernel& kernel) { return std::visit(Choose{}, kernel); }

const CalibrationEntry* own_parameters(const Kernel& kernel, const Calibration& calibration, Clock clock) {
  const CostKind& kind = cost_kind(kernel);
  const std::optional<DType> format = cost_format(kernel);
  for (const std::string_view name : {kind.name, kind.kin}) {
    if (name.empty()) continue;
    if (const auto* entry = find_kind(calibration, name, format, clock)) return entry;
    const std::optional<DType> like = format ? twin(*format) : std::nullopt;
    if (!like) continue;
    if (const auto* entry = find_kind(calibration, name, like, clock)) return entry;
  }
  return nullptr;
}

}  // namespace ridgepoint
