// The links to the host and to other GPUs: copies of pinned and of pageable memory, both ways, by size.

#include <algorithm>
#include <array>
#include <cstring>

#include "calibrate/cuda/device/bench.hpp"

namespace ridgepoint::cuda {
namespace {

/// Memory of the host for copies: pinned, or as programs get it.
class HostBuffer {
 public:
  HostBuffer(std::size_t bytes, bool pinned) : pinned_(pinned) {
    if (pinned) check(cudaMallocHost(&data_, bytes), "cudaMallocHost");
    if (!pinned) pageable_.resize(bytes);
    auto* const bytes_of = static_cast<unsigned char*>(data());
    for (std::size_t i = 0; i < bytes; ++i) bytes_of[i] = static_cast<unsigned char>(i * 131 + (i >> 8));
  }
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;
  ~HostBuffer() {
    if (pinned_) static_cast<void>(cudaFreeHost(data_));
  }
  [[nodiscard]] void* data() { return pinned_ ? data_ : pageable_.data(); }

 private:
  bool pinned_;
  void* data_ = nullptr;
  std::vector<unsigned char> pageable_;
};

struct Op {
  std::string_view name;
  cudaMemcpyKind kind;
  bool pinned;
};
constexpr std::array kOps{
    Op{"h2d_pinned", cudaMemcpyHostToDevice, true}, Op{"d2h_pinned", cudaMemcpyDeviceToHost, true},
    Op{"h2d_pageable", cudaMemcpyHostToDevice, false}, Op{"d2h_pageable", cudaMemcpyDeviceToHost, false}};
constexpr std::string_view kPeer = "peer_";

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const Seconds budget = by_effort(effort, Seconds{0.05}, Seconds{0.08}, Seconds{0.2});
  std::vector<Point> points;
  const auto add = [&](std::string_view op, std::int64_t bytes) {
    points.push_back(make_point("transfer", "int8", budget, op, bytes));
  };
  const std::vector<std::int64_t> sizes =
      by_effort<std::vector<std::int64_t>>(effort, {256 << 20}, {256 << 20, 1 << 20, 16 << 10},
                                           {256 << 20, 32 << 20, 4 << 20, 512 << 10, 64 << 10, 4 << 10});
  for (const std::int64_t bytes : sizes) {
    for (const Op& op : kOps) add(op.name, bytes);
    for (int other = 0; other < device.devices; ++other) {
      if (other != device.index) add(fmt::format("{}{}", kPeer, other), bytes);
    }
  }
  return points;
}

// From this GPU to the other; this one stays the thread's.
std::optional<Measurement> measure_peer(const std::string& op, std::int64_t bytes, Bench& bench) {
  const int other = std::atoi(op.c_str() + kPeer.size());
  const DeviceFacts& facts = bench.facts();
  if (other < 0 || other >= facts.devices || other == facts.index)
    return bench.cannot("there is no other GPU of this number");
  const DeviceBuffer from(bytes);
  const DeviceBuffer back(bytes);
  bench.fill(from, Format::kInt32, Values::kRandom);
  check_finished(bench.stream(), "fill");
  check(cudaSetDevice(other), "cudaSetDevice");
  void* to = nullptr;
  const cudaError_t got = cudaMalloc(&to, static_cast<std::size_t>(bytes));
  check(cudaSetDevice(facts.index), "cudaSetDevice");
  check(got, "cudaMalloc on the other GPU");
  const cudaError_t enabled = cudaDeviceEnablePeerAccess(other, 0);
  static_cast<void>(cudaGetLastError());  // already enabled, or through the host: the time will tell
  static_cast<void>(enabled);
  const auto size = static_cast<std::size_t>(bytes);
  const auto copy = [&](std::int64_t) {
    check(cudaMemcpyPeerAsync(to, other, from.data(), facts.index, size, bench.stream()), "cudaMemcpyPeerAsync");
  };
  copy(0);
  check(cudaMemcpyPeerAsync(back.data(), facts.index, to, other, size, bench.stream()), "cudaMemcpyPeerAsync");
  check_finished(bench.stream(), "a copy to another GPU");
  if (bench.checksum(from.data(), bytes / 4) != bench.checksum(back.data(), bytes / 4))
    fail_result("a copy to another GPU and back is another");
  const Measurement measurement = bench.time(copy);
  check(cudaFree(to), "cudaFree");
  return measurement;
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::string& name = point.word("op");
  const std::int64_t bytes = point.number("bytes");
  if (!bench.fits(3.0 * static_cast<double>(bytes))) return std::nullopt;
  if (bytes % 4 != 0) return bench.cannot("bytes must be a multiple of 4");
  if (name.starts_with(kPeer)) return measure_peer(name, bytes, bench);
  const auto* const op = std::find_if(kOps.begin(), kOps.end(), [&](const Op& one) { return one.name == name; });
  if (op == kOps.end()) return bench.cannot("transfer has no op " + name);
  const auto size = static_cast<std::size_t>(bytes);
  HostBuffer host(size, op->pinned);
  const DeviceBuffer device(bytes);
  // There and back again.
  std::vector<unsigned char> returned(size);
  check(cudaMemcpy(device.data(), host.data(), size, cudaMemcpyHostToDevice), "cudaMemcpy");
  check(cudaMemcpy(returned.data(), device.data(), size, cudaMemcpyDeviceToHost), "cudaMemcpy");
  if (std::memcmp(returned.data(), host.data(), size) != 0) fail_result("a copy to the GPU and back is another");
  const bool up = op->kind == cudaMemcpyHostToDevice;
  const auto copy = [&](std::int64_t) {
    check(cudaMemcpyAsync(up ? device.data() : host.data(), up ? host.data() : device.data(), size, op->kind,
                          bench.stream()),
          "cudaMemcpyAsync");
  };
  if (op->pinned) return bench.time(copy);
  // A pageable copy is the host's work for the most part.
  return bench.device.time_host(
      [&](std::int64_t runs) {
        for (std::int64_t run = 0; run < runs; ++run) copy(run);
        check_finished(bench.stream(), "a pageable copy");
      },
      bench.budget);
}

}  // namespace

const CudaMicrokernel kTransfer{
    {"transfer", "transfer",
     "copies between host and GPU, pinned and pageable, and between GPUs where there are several; bytes: those of one "
     "copy"},
    points,
    measure};

}  // namespace ridgepoint::cuda
