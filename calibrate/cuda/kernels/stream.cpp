// Bandwidth of sequential access: dram, L2, L1 and shared memory. `bytes` is the working set, each byte of which is
// counted once; `threads` is the number of SMs.

#include "calibrate/cuda/kernels/stream.hpp"

#include <algorithm>
#include <array>

#include "calibrate/cuda/device/bench.hpp"

namespace ridgepoint::cuda {
namespace {

/// One operation: how many arrays its set consists of, and what runs: an own kernel, the driver's copy or fill, or what
/// is near an SM.
enum class Way : std::uint8_t { kKernel, kCopyCall, kFillCall, kNear };
struct Op {
  std::string_view name;
  Way way;
  int arrays;
  StreamOp op = StreamOp::kCopy;
  NearMemory near = NearMemory::kL1;
};
constexpr std::array kOps{
    Op{"read", Way::kKernel, 1, StreamOp::kRead},
    Op{"write", Way::kKernel, 1, StreamOp::kWrite},
    Op{"copy", Way::kKernel, 2, StreamOp::kCopy},
    Op{"triad", Way::kKernel, 3, StreamOp::kTriad},
    Op{"memcpy", Way::kCopyCall, 2},
    Op{"memset", Way::kFillCall, 1},
    Op{"read_l1", Way::kNear, 1, StreamOp::kRead},
    Op{"read_shared", Way::kNear, 1, StreamOp::kRead, NearMemory::kShared},
};
constexpr std::array kVariants{StreamVariant{256, 1, 0}, StreamVariant{256, 4, 0}, StreamVariant{512, 2, 0},
                               StreamVariant{256, 8, 0}, StreamVariant{512, 4, 4}, StreamVariant{1024, 4, 2},
                               StreamVariant{256, 4, 8}, StreamVariant{1024, 1, 0}};
constexpr std::int64_t kWord = 16;
constexpr double kLongPass = 64e6;  // bytes, from which one pass outweighs the launch

const Op* find_op(const std::string& name) {
  const auto* const found = std::find_if(kOps.begin(), kOps.end(), [&](const Op& op) { return op.name == name; });
  return found == kOps.end() ? nullptr : found;
}

// Whole words in one, two and three arrays.
std::int64_t rounded(double bytes) {
  constexpr std::int64_t kBlock = 6 * kWord * 1024;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(bytes) / kBlock) * kBlock;
}

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const Seconds budget = by_effort(effort, Seconds{0.15}, Seconds{0.25}, Seconds{0.6});
  std::vector<Point> points;
  const auto add = [&](std::string_view op, std::int64_t bytes) {
    points.push_back(make_point("stream", "fp32", budget, op, bytes, device.sms));
  };
  const auto l2 = static_cast<double>(std::max<std::int64_t>(device.l2, 1 << 20));
  const double large = std::min(std::max(2e9, 24 * l2), static_cast<double>(device.free_memory) / 3);
  for (const char* const op : {"copy", "memcpy", "read", "write", "triad", "memset"}) add(op, rounded(large));
  for (const char* const op : {"read", "copy", "write", "triad"}) add(op, rounded(l2 / 3));
  const std::int64_t near = device.shared_per_block / 2048 * 1024;
  add("read_l1", near * device.sms);
  add("read_shared", near * device.sms);
  const int steps = by_effort(effort, 0, 10, 32);
  for (int i = 0; i < steps; ++i) add("read", rounded(log_between(1 << 20, 8 * l2, static_cast<double>(i) / steps)));
  return points;
}

// An odd number of passes, so that the exclusive or over all of them is that of one.
int passes_over(double bytes) { return bytes >= kLongPass ? 1 : static_cast<int>(kLongPass / bytes) / 2 * 2 + 1; }

/// The arrays of a point.
struct Set {
  DeviceBuffer a, b, c, sink;
  StreamArrays arrays{};
};

Set make_set(const Bench& bench, const Op& op, std::int64_t bytes) {
  Set set;
  const std::int64_t each = bytes / op.arrays;
  const bool reads = op.op != StreamOp::kWrite && op.way != Way::kFillCall;
  if (reads) bench.fill(set.a = DeviceBuffer(each), Format::kFp32, Values::kRandom, 1);
  if (op.op == StreamOp::kTriad) bench.fill(set.b = DeviceBuffer(each), Format::kFp32, Values::kRandom, 2);
  if (op.op != StreamOp::kRead) set.c = DeviceBuffer(each);
  set.sink = DeviceBuffer(sizeof(std::uint32_t));
  set.arrays = {set.a.data(), set.b.data(), set.c.data(), each / kWord, set.sink.as<std::uint32_t>()};
  return set;
}

void clear_sink(const Bench& bench, const Set& set) {
  check(cudaMemsetAsync(set.sink.data(), 0, sizeof(std::uint32_t), bench.stream()), "cudaMemsetAsync");
}

// After one run.
void expect_right(const Bench& bench, const Op& op, const Set& set) {
  check_finished(bench.stream(), op.name);
  if (op.op == StreamOp::kRead) {
    const std::uint32_t want = bench.checksum(set.a.data(), set.a.bytes() / 4);
    const auto got = from_device<std::uint32_t>(set.sink.data());
    if (got != want) fail_result(fmt::format("{} saw the checksum {:08x} instead of {:08x}", op.name, got, want));
    return;
  }
  if (op.way == Way::kFillCall) return;  // the driver's own
  clear_sink(bench, set);
  check_stream(op.op, set.arrays, set.sink.as<unsigned>(), bench.stream());
  check_finished(bench.stream(), "check_stream");
  if (const auto wrong = from_device<unsigned>(set.sink.data()); wrong > 0)
    fail_result(fmt::format("{} left {} words of {} wrong", op.name, wrong, set.arrays.words));
}

Measurement measure_kernel(const Bench& bench, const Op& op, const Set& set, int passes) {
  const auto launch = [&](const StreamVariant& variant) -> Launch {
    return [&, variant](std::int64_t) {
      launch_stream(op.op, variant, set.arrays, passes, bench.facts().sms, bench.stream());
      check_launch(op.name);
    };
  };
  for (const StreamVariant& variant : kVariants) {
    clear_sink(bench, set);
    launch(variant)(0);
    expect_right(bench, op, set);
  }
  return scaled(best_of(bench, kVariants, launch), 1.0 / passes);
}

std::optional<Measurement> measure_near(Bench& bench, const Op& op, const Set& set, std::int64_t bytes) {
  const int sms = bench.facts().sms;
  const std::int64_t each = bytes / sms / kWord;
  if (op.near == NearMemory::kShared) {
    if (each * kWord > bench.facts().shared_per_block) return bench.cannot("more than the shared memory of a block");
    check(allow_near(each * kWord), "cudaFuncSetAttribute");
  }
  // As much as a microsecond of reading takes many passes over some kilobytes.
  const int passes = 2 * static_cast<int>(4e6 / static_cast<double>(each * kWord)) + 1;
  const Launch launch = [&](std::int64_t) {
    launch_near(op.near, set.a.data(), each, passes, sms, set.sink.as<std::uint32_t>(), bench.stream());
    check_launch(op.name);
  };
  clear_sink(bench, set);
  launch(0);
  expect_right(bench, op, set);
  return scaled(bench.time(launch), 1.0 / passes);
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const Op* const op = find_op(point.word("op"));
  if (op == nullptr) return bench.cannot("stream has no op " + point.word("op"));
  const std::int64_t bytes = point.number("bytes");
  if (!bench.fits(static_cast<double>(bytes))) return std::nullopt;
  const std::int64_t per_array = bytes / op->arrays;
  const std::int64_t unit = op->way == Way::kNear ? kWord * bench.facts().sms : kWord;
  if (per_array % unit != 0 || per_array * op->arrays != bytes)
    return bench.cannot(fmt::format("bytes must be a multiple of {}", unit * op->arrays));
  const Set set = make_set(bench, *op, bytes);
  const auto size = static_cast<std::size_t>(per_array);
  switch (op->way) {
    case Way::kKernel: return measure_kernel(bench, *op, set, passes_over(static_cast<double>(bytes)));
    case Way::kNear: return measure_near(bench, *op, set, bytes);
    case Way::kCopyCall: {
      const Launch launch = [&](std::int64_t) {
        check(cudaMemcpyAsync(set.c.data(), set.a.data(), size, cudaMemcpyDeviceToDevice, bench.stream()),
              "cudaMemcpyAsync");
      };
      launch(0);
      expect_right(bench, *op, set);
      return bench.time(launch);
    }
    case Way::kFillCall: break;
  }
  return bench.time(
      [&](std::int64_t) { check(cudaMemsetAsync(set.c.data(), 0, size, bench.stream()), "cudaMemsetAsync"); });
}

}  // namespace

const CudaMicrokernel kStream{
    {"stream", "stream",
     "read, write, copy and triad by own kernels, the fastest of eight launches, and the driver's copy and fill, over "
     "sets from 1 MiB to 2 GB; reads of what is in the L1 and in shared memory; bytes: each byte of the set once"},
    points,
    measure};

}  // namespace ridgepoint::cuda
