// Rates of special functions: those of the units themselves, and those of the mathematical library, which are right to
// the last bits and cost more.

#include <algorithm>
#include <array>
#include <cmath>

#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/compute.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kIterations = 4096;
constexpr int kCheckedIterations = 12;
constexpr float kStart = 0.4F;

struct Op {
  std::string_view name;
  Special special;
  double (*step)(double x);
  int since;  ///< compute capability
};
constexpr std::array kOps{
    Op{"ex2", Special::kEx2, [](double x) { return std::exp2(-x); }, 75},
    Op{"rsqrt", Special::kRsqrt, [](double x) { return 1 / std::sqrt(x) + 0.5; }, 75},
    Op{"tanh_approx", Special::kTanhApprox, [](double x) { return std::tanh(x) + 0.5; }, 75},
    Op{"exp", Special::kExp, [](double x) { return std::exp(-x); }, 75},
    Op{"tanh", Special::kTanh, [](double x) { return std::tanh(x) + 0.5; }, 75},
    Op{"erf", Special::kErf, [](double x) { return std::erf(x) + 0.5; }, 75},
};

std::int64_t threads_of(const DeviceFacts& device) {
  return static_cast<std::int64_t>(device.sms) * kComputeBlocksPerSm * kComputeThreads;
}

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const Seconds budget = by_effort(effort, Seconds{0.05}, Seconds{0.1}, Seconds{0.3});
  std::vector<Point> points;
  for (const Op& op : kOps) {
    if (device.compute() < op.since) continue;
    points.push_back(
        make_point("special", "fp32", budget, op.name, threads_of(device) * kSpecialChains * kIterations, device.sms));
  }
  return points;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto* const op =
      std::find_if(kOps.begin(), kOps.end(), [&](const Op& one) { return one.name == point.word("op"); });
  if (op == kOps.end()) return bench.cannot("special has no op " + point.word("op"));
  const DeviceFacts& facts = bench.facts();
  const std::int64_t threads = threads_of(facts);
  const std::int64_t iterations = point.number("operations") / (threads * kSpecialChains);
  if (iterations < 1) return bench.cannot(fmt::format("operations must be {} or more", threads * kSpecialChains));
  const DeviceBuffer sums(threads * 4);
  launch_special(op->special, kStart, kCheckedIterations, facts.sms, sums.as<float>(), bench.stream());
  check_finished(bench.stream(), op->name);
  double x = kStart;
  for (int i = 0; i < kCheckedIterations; ++i) x = op->step(x);
  const std::vector<float> want(static_cast<std::size_t>(threads), static_cast<float>(kSpecialChains * x));
  const DeviceBuffer reference = to_device(want);
  bench.expect_equal(sums.data(), Format::kFp32, reference.as<float>(), threads, 5e-3, 1e-3, op->name);
  return bench.time([&](std::int64_t) {
    launch_special(op->special, kStart, static_cast<int>(iterations), facts.sms, sums.as<float>(), bench.stream());
    check_launch(op->name);
  });
}

}  // namespace

const CudaMicrokernel kSpecial{
    {"special_units", "special",
     "ex2, rsqrt and tanh of the special-function units, and exp, tanh and erf of the library, in fp32"},
    points,
    measure};

}  // namespace ridgepoint::cuda
