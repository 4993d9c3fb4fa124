#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// What a reduction over whole axes computes; `l2` is the root of `squared_l2`, the sum of squares.
enum class Reducer : std::uint8_t { kMean, kSum, kMax, kMin, kL2, kSquaredL2 };
template <>
struct Words<Reducer> {
  static constexpr std::array<std::string_view, 6> kWords{"mean", "sum", "max", "min", "l2", "squared_l2"};
};

/// Sum, mean, extremum or norm over axes: one FLOP per value, a norm two; one root or quotient per result is left out.
struct Reduce : OpBase {
  static constexpr std::string_view kName = "reduce";
  static constexpr std::string_view kEquation = "y = sum, mean, max, min or norm of x over the axes";
  static constexpr std::string_view kSource = "one FLOP a value, two with a square";
  static constexpr std::string_view kSummary = "sum, mean, max, min or norm over whole axes";
  static constexpr Category kCategory = Category::kReduction;

  Reducer reduce = Reducer::kMean;
  std::vector<std::int64_t> axes{-1};
  bool keep = false;

  static auto fields() {
    return std::tuple{
        Field{"reduce", &Reduce::reduce, "mean, sum, max, min, l2 or squared_l2"},
        Field{"axes", &Reduce::axes, "the axes to reduce; negative ones count from the end", kOptional, kAnyInteger},
        Field{"keep", &Reduce::keep, "whether reduced axes stay with extent 1"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    const Shape& x = inputs[0].shape;
    std::vector<bool> gone(static_cast<std::size_t>(x.rank()), false);
    for (const std::int64_t axis : axes) gone[static_cast<std::size_t>(resolve_axis(axis, x.rank(), "axes"))] = true;
    std::vector<std::int64_t> extents;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (!gone[i]) extents.push_back(x.extents()[i]);
      if (gone[i] && keep) extents.push_back(1);
    }
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream{.kind = StreamKind::kReduction, .op = "reduce", .flops_per_element = is_norm() ? 2.0 : 1.0};
    stream.rows = static_cast<double>(site.out().elements());
    stream.cols = static_cast<double>(site.in().elements()) / stream.rows;
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// A sum's gradient is dY everywhere; an extremum and a norm look at the values again.
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "broadcast", 1, 0);
    const Saved kept = saved(site);
    stream.read = site.outputs[0].bytes();
    if (kept.inputs) stream.read += site.inputs[0].bytes();
    if (kept.output) stream.read += site.outputs[0].bytes();
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site&) const {
    const bool extremum = reduce == Reducer::kMax || reduce == Reducer::kMin;
    return {.inputs = extremum || is_norm(), .output = extremum || reduce == Reducer::kL2};
  }
  friend bool operator==(const Reduce&, const Reduce&) = default;

 private:
  [[nodiscard]] bool is_norm() const { return reduce == Reducer::kL2 || reduce == Reducer::kSquaredL2; }
};

}  // namespace ridgepoint
