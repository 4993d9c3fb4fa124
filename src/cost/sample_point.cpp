#include "cost/sample_point.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ridgepoint {
namespace {

using Values = std::vector<std::string>;

template <class... Numbers>
Values text_of(Numbers... numbers) {
  return {fmt::format("{}", numbers)...};
}

std::string format_of(DType storage, DType math) {
  return storage == math ? std::string(name(storage)) : fmt::format("{}s_{}m", name(storage), name(math));
}

// A matrix that the whole batch shares makes one tall product of the batch.
std::optional<SamplePoint> gemm_point(const Gemm& g, std::int64_t copies) {
  const std::string dtype = format_of(g.a, g.math);
  if (g.a_batch == g.batch && g.b_batch == g.batch) {
    return SamplePoint{"gemm", dtype, text_of(g.batch, g.m, g.n, g.k, copies)};
  }
  if (g.a_batch == g.batch && g.b_batch == 1)
    return SamplePoint{"gemm", dtype, text_of(1, g.batch * g.m, g.n, g.k, copies)};
  return std::nullopt;
}

// The padding that gives this output, if one does: the kernel keeps extents only.
std::optional<std::int64_t> padding_of(std::int64_t in, std::int64_t out, std::int64_t filter, std::int64_t stride) {
  for (std::int64_t pad = 0; pad < filter; ++pad) {
    const std::int64_t room = in + 2 * pad - filter;
    if (room >= 0 && room / stride + 1 == out) return pad;
  }
  return std::nullopt;
}

std::optional<SamplePoint> conv_point(const Conv& c, std::int64_t copies) {
  const auto pad_h = padding_of(c.in[1], c.out[1], c.filter[1], c.stride[1]);
  const auto pad_w = padding_of(c.in[2], c.out[2], c.filter[2], c.stride[2]);
  if (c.in[0] != 1 || c.filter[0] != 1 || !pad_h || !pad_w) return std::nullopt;
  Values values = text_of(c.n, c.c, c.in[1], c.in[2], c.k, c.filter[1], c.filter[2], c.stride[1], c.stride[2], *pad_h,
                          *pad_w, c.groups);
  values.emplace_back(name(c.pass));
  values.push_back(fmt::format("{}", copies));
  return SamplePoint{"conv", format_of(c.x, c.math), std::move(values)};
}

/// What the streams of networks are called in sample files.
struct StreamName {
  std::string_view op;
  std::string_view kernel;
  std::string_view sample_op;
};
constexpr std::array kStreamNames{
    StreamName{"relu", "elementwise", "relu"},
    StreamName{"gelu", "elementwise", "gelu"},
    StreamName{"tanh", "elementwise", "tanh"},
    StreamName{"add", "elementwise", "add"},
    StreamName{"mul", "elementwise", "mul"},
    StreamName{"sub", "elementwise", "sub"},
    StreamName{"gated", "elementwise", "silu_and_mul"},
    StreamName{"softmax", "normalization", "softmax"},
    StreamName{"layer_norm", "normalization", "layernorm"},
    StreamName{"rms_norm", "normalization", "rmsnorm"},
    StreamName{"batch_norm", "normalization", "batchnorm"},
};

std::optional<SamplePoint> stream_point(const Stream& s, DType dtype, std::int64_t copies) {
  const auto* const found =
      std::find_if(kStreamNames.begin(), kStreamNames.end(), [&](const StreamName& n) { return n.op == s.op; });
  if (found == kStreamNames.end()) return std::nullopt;
  return SamplePoint{std::string(found->kernel),
                     std::string(name(dtype)),
                     {std::string(found->sample_op), fmt::format("{:.0f}", s.rows), fmt::format("{:.0f}", s.cols),
                      fmt::format("{}", copies)}};
}

// One-hot lookups in tables of one width; a network's ids are as many samples of one id.
std::optional<SamplePoint> gather_point(const Gather& g, DType dtype, std::int64_t copies) {
  if (g.scatter || g.flops > 0) return std::nullopt;
  const double dim = g.row_bytes * 8 / bits(dtype);
  return SamplePoint{"embedding",
                     std::string(name(dtype)),
                     {"1", fmt::format("{:.0f}", g.table_rows), fmt::format("{:.0f}", dim), "1",
                      fmt::format("{:.0f}", g.lookups), fmt::format("{}", copies), "0"}};
}

}  // namespace

std::string_view sample_op(std::string_view op) {
  const auto* const found =
      std::find_if(kStreamNames.begin(), kStreamNames.end(), [&](const StreamName& n) { return n.op == op; });
  return found == kStreamNames.end() ? op : found->sample_op;
}

std::optional<SamplePoint> point_of(const Kernel& kernel, DType activations, std::int64_t copies) {
  if (const auto* gemm = std::get_if<Gemm>(&kernel)) return gemm_point(*gemm, copies);
  if (const auto* conv = std::get_if<Conv>(&kernel)) return conv_point(*conv, copies);
  if (const auto* stream = std::get_if<Stream>(&kernel)) return stream_point(*stream, activations, copies);
  if (const auto* gather = std::get_if<Gather>(&kernel)) return gather_point(*gather, activations, copies);
  return std::nullopt;
}

}  // namespace ridgepoint
