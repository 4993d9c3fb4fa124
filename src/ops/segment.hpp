#pragma once
#include "ops/lookup.hpp"
#include "ops/pooling.hpp"

namespace ridgepoint {

/// y[segments, f...] = sum, mean or maximum over runs of neighbouring rows of x[n, f...]: the readout of the graphs of
/// a batch, or the messages of each node's edges in the order of their destinations. The runs' ends are 64-bit offsets.
struct SegmentReduce : OpBase {
  static constexpr std::string_view kName = "segment";
  static constexpr std::string_view kEquation = "y[s] = sum (mean, max) over i from start[s] to start[s + 1] of x[i]";
  static constexpr std::string_view kSource = "one pass over x and the runs' ends";
  static constexpr std::string_view kSummary =
      "sum, mean or max over runs of rows: readout per graph, messages per node";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t segments = 1;
  Reduction reduce = Reduction::kSum;

  static auto fields() {
    return std::tuple{Field{"segments", &SegmentReduce::segments, "runs of rows: graphs, or nodes", kRequired},
                      Field{"reduce", &SegmentReduce::reduce, "sum, mean or max"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    TensorType y = inputs[0];
    y.shape[0] = segments;
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream{.kind = StreamKind::kReduction, .op = "segment", .flops_per_element = 1};
    stream.rows = static_cast<double>(site.out().elements());
    stream.cols = static_cast<double>(site.in().elements()) / stream.rows;
    stream.read = site.inputs[0].bytes() + offsets();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "broadcast", 1, 0);
    stream.read = site.outputs[0].bytes() + offsets() + saved(site).extra;
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce != Reduction::kMax) return {};
    return {.extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const SegmentReduce&, const SegmentReduce&) = default;

 private:
  [[nodiscard]] Bytes offsets() const { return bytes_of(static_cast<double>(segments) + 1, DType::kInt64); }
};

}  // namespace ridgepoint
