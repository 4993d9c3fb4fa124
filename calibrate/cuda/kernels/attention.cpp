// Fused attention by an own kernel on mma.sync. The libraries' fused attention is behind interfaces that differ from
// version to version (cuDNN's graphs), so that what is measured here is the kind of kernel, not the best one of Hopper
// and later, which use wgmma and tcgen05.

#include "calibrate/cuda/kernels/attention.hpp"

#include <algorithm>
#include <cmath>

#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/probes.hpp"

namespace ridgepoint::cuda {
namespace {

bool is_known(std::optional<Format> format, int compute) {
  return format == Format::kFp16 || (format == Format::kBf16 && compute >= 80);
}

Attend attend_of(std::int64_t batch, std::int64_t heads, std::int64_t kv_heads, std::int64_t q_len, std::int64_t kv_len,
                 std::int64_t dim, bool causal) {
  Attend a{};
  a.batch = batch;
  a.heads = heads;
  a.kv_heads = kv_heads;
  a.q_len = q_len;
  a.kv_len = kv_len;
  a.dim = dim;
  a.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(dim)));
  a.causal = causal ? 1 : 0;
  return a;
}

std::int64_t q_bytes(const Attend& a) { return 2 * a.batch * a.heads * a.q_len * a.dim; }
std::int64_t kv_bytes(const Attend& a) { return 2 * a.batch * a.kv_heads * a.kv_len * a.dim; }
double bytes_of_set(const Attend& a) {
  return 2.0 * static_cast<double>(q_bytes(a)) + 2.0 * static_cast<double>(kv_bytes(a));
}

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{"attention", "attention", by_effort<std::size_t>(effort, 20, 80, 180),
                        by_effort(effort, Seconds{0.04}, Seconds{0.06}, Seconds{0.2})};
  return design_points(plan, device, [&](const DesignRow& row) {
    if (!is_known(find_format(row.dtype), device.compute())) return 0.0;
    return bytes_of_set(attend_of(row.number(0), row.number(1), row.number(2), row.number(3), row.number(4),
                                  row.number(5), row.number(6) != 0));
  });
}

/// The tensors of one set.
struct Set {
  DeviceBuffer q, k, v, o;
};

Attend with_set(Attend a, const Set& set, const DeviceBuffer& parts) {
  a.q = set.q.data();
  a.k = set.k.data();
  a.v = set.v.data();
  a.o = set.o.data();
  a.parts = parts.as<float>();
  return a;
}

void expect_right(const Bench& bench, Format format, const Attend& a) {
  const AttentionReference reference{a.q,        a.k,     a.v,      format, a.batch, a.heads,
                                     a.kv_heads, a.q_len, a.kv_len, a.dim,  a.scale, a.causal};
  // Weights are rounded to the format before they are multiplied: an average of values in [-1, 1).
  expect_probes(
      bench, a.o, format, a.batch * a.heads * a.q_len * a.dim,
      [&](std::int64_t probes, float* want) { launch_attention_reference(reference, probes, want, bench.stream()); },
      format == Format::kBf16 ? 0.02 : 0.004, 0.5, "attention");
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto format = find_format(point.dtype());
  if (!is_known(format, bench.facts().compute())) return bench.cannot("attention is of fp16 and bf16 (from 8.0 on)");
  const Attend a = attend_of(point.number("batch"), point.number("heads"), point.number("kv_heads"),
                             point.number("q_len"), point.number("kv_len"), point.number("head_dim"),
                             point.number("causal") != 0 && point.number("q_len") > 1);
  if (a.dim != 64 && a.dim != 128) return bench.cannot("the own kernel has head_dim 64 and 128");
  if (a.heads % a.kv_heads != 0) return bench.cannot("kv_heads must divide heads");
  if (a.causal != 0 && a.q_len > a.kv_len) return bench.cannot("causal, with more queries than keys");
  if (a.batch * a.heads > 65535) return bench.cannot("more than 65535 heads in all");
  const std::int64_t copies = point.number("copies");
  if (!bench.fits(bytes_of_set(a) * static_cast<double>(copies))) return std::nullopt;
  check(allow_attention(), "cudaFuncSetAttribute");
  const int sms = bench.facts().sms;
  const DeviceBuffer parts(a.q_len == 1 ? 4 * split_parts(a, sms) : 4);
  std::vector<Set> sets;
  for (std::int64_t copy = 0; copy < copies; ++copy) {
    sets.push_back(
        {DeviceBuffer(q_bytes(a)), DeviceBuffer(kv_bytes(a)), DeviceBuffer(kv_bytes(a)), DeviceBuffer(q_bytes(a))});
    const auto seed = static_cast<std::uint64_t>(3 * copy);
    bench.fill(sets.back().q, *format, Values::kRandom, seed + 1);
    bench.fill(sets.back().k, *format, Values::kRandom, seed + 2);
    bench.fill(sets.back().v, *format, Values::kRandom, seed + 3);
  }
  check_finished(bench.stream(), "fill");
  const Launch launch = [&](std::int64_t copy) {
    launch_attention(*format, with_set(a, sets[static_cast<std::size_t>(copy)], parts), sms, bench.stream());
    check_launch("attention");
  };
  launch(0);
  check_finished(bench.stream(), "attention");
  expect_right(bench, *format, with_set(a, sets.front(), parts));
  return bench.time(launch, copies);
}

}  // namespace

const CudaMicrokernel kAttention{
    {"attention", "attention",
     "fused attention by an own kernel on mma.sync, not a library's: prefill and decode, grouped heads, causal; keys "
     "split over the GPU for one query"},
    points,
    measure};

}  // namespace ridgepoint::cuda
