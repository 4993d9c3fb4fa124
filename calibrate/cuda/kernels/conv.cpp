// Convolutions by cuDNN, its heuristics' first choice: dense, grouped and depthwise, strided, in all three passes.

#include <algorithm>
#include <array>

#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/device/cudnn.hpp"
#include "calibrate/cuda/kernels/probes.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr std::array<std::string_view, 3> kPasses{"fprop", "dgrad", "wgrad"};

bool is_known(std::optional<Format> format, int compute) {
  return format == Format::kFp16 || format == Format::kFp32 || (format == Format::kBf16 && compute >= 80);
}

double bytes_of_set(const Convolution& v) { return static_cast<double>(v.x_bytes() + v.weight_bytes() + v.y_bytes()); }

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{"conv", "conv", by_effort<std::size_t>(effort, 24, 120, 330),
                        by_effort(effort, Seconds{0.04}, Seconds{0.06}, Seconds{0.2})};
  return design_points(plan, device, [&](const DesignRow& row) {
    const auto format = find_format(row.dtype);
    if (!is_known(format, device.compute())) return 0.0;
    const auto at = [&](std::size_t column) { return row.number(column); };
    const Convolution v{at(0), at(1), at(2), at(3),  at(4),  at(5),   at(6),
                        at(7), at(8), at(9), at(10), at(11), *format, ConvPass::kForward};
    return v.possible() ? bytes_of_set(v) : 0.0;
  });
}

/// The tensors of one set.
struct Set {
  DeviceBuffer x, weight, y;
};

std::vector<Set> make_sets(const Bench& bench, const Convolution& v, std::int64_t copies, Values values) {
  std::vector<Set> sets;
  for (std::int64_t copy = 0; copy < copies; ++copy) {
    Set set{DeviceBuffer(v.x_bytes()), DeviceBuffer(v.weight_bytes()), DeviceBuffer(v.y_bytes())};
    const auto seed = static_cast<std::uint64_t>(3 * copy);
    // The result stays poisoned.
    if (v.pass != ConvPass::kInputGradient) bench.fill(set.x, v.format, values, seed + 1);
    if (v.pass != ConvPass::kWeightGradient) bench.fill(set.weight, v.format, values, seed + 2);
    if (v.pass != ConvPass::kForward) bench.fill(set.y, v.format, values, seed + 3);
    sets.push_back(std::move(set));
  }
  check_finished(bench.stream(), "fill");
  return sets;
}

void expect_right(const Bench& bench, const Convolution& v, const ConvPlan& plan, const Set& set) {
  plan.run(set.x.data(), set.weight.data(), set.y.data(), bench.stream());
  check_finished(bench.stream(), "a convolution of cuDNN");
  const auto pass = static_cast<int>(v.pass);
  const ConvReference reference{set.x.data(),
                                set.weight.data(),
                                set.y.data(),
                                v.format,
                                v.channels_last() ? 1 : 0,
                                pass,
                                v.n,
                                v.c,
                                v.h,
                                v.w,
                                v.k,
                                v.r,
                                v.s,
                                v.p(),
                                v.q(),
                                v.stride_h,
                                v.stride_w,
                                v.pad_h,
                                v.pad_w,
                                v.groups};
  const DeviceBuffer& result = pass == 0 ? set.y : pass == 1 ? set.x : set.weight;
  // Whole numbers: what remains is the rounding of the output, of Winograd's sums, and of partial sums of gradients.
  expect_probes(
      bench, result.data(), v.format, result.bytes() / bytes_of(v.format),
      [&](std::int64_t probes, float* want) { launch_conv_reference(reference, probes, want, bench.stream()); }, 0.02,
      16, "a convolution");
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto format = find_format(point.dtype());
  if (!is_known(format, bench.facts().compute())) return bench.cannot("cuDNN is asked for fp32, fp16 and bf16");
  const auto* const pass = std::find(kPasses.begin(), kPasses.end(), point.word("pass"));
  if (pass == kPasses.end()) return bench.cannot("no pass " + point.word("pass"));
  const auto number = [&](std::string_view column) { return point.number(column); };
  const Convolution v{number("n"),
                      number("c"),
                      number("h"),
                      number("w"),
                      number("k"),
                      number("r"),
                      number("s"),
                      number("stride_h"),
                      number("stride_w"),
                      number("pad_h"),
                      number("pad_w"),
                      number("groups"),
                      *format,
                      static_cast<ConvPass>(pass - kPasses.begin())};
  if (!v.possible()) return bench.cannot("the shape cannot be");
  const std::int64_t copies = number("copies");
  if (!bench.fits(bytes_of_set(v) * static_cast<double>(copies))) return std::nullopt;
  std::string why;
  const Cudnn* const library = Cudnn::get(why);
  if (library == nullptr) return bench.cannot(why);
  const ConvPlan plan(*library, v);
  if (!plan.possible()) return bench.cannot("cuDNN has no algorithm for it on this GPU");
  expect_right(bench, v, plan, make_sets(bench, v, 1, Values::kWhole).front());
  const std::vector<Set> sets = make_sets(bench, v, copies, Values::kRandom);
  return bench.time(
      [&](std::int64_t copy) {
        const Set& set = sets[static_cast<std::size_t>(copy)];
        plan.run(set.x.data(), set.weight.data(), set.y.data(), bench.stream());
      },
      copies);
}

}  // namespace

const CudaMicrokernel kConv{
    {"conv", "conv",
     "cuDNN's first choice: fp16 and bf16 with channels last, fp32 with channels first; dense, grouped and depthwise, "
     "forward and both gradients; copies: sets of all tensors"},
    points,
    measure};

}  // namespace ridgepoint::cuda
