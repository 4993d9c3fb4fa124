#pragma once
#include "ops/pooling.hpp"

namespace ridgepoint {

/// Sum, mean or maximum over axes; global pooling is a mean over the spatial axes.
struct Reduce : OpBase {
  static constexpr std::string_view kName = "reduce";
  static constexpr std::string_view kSummary = "sum, mean or max over whole axes";
  static constexpr Category kCategory = Category::kReduction;

  Reduction reduce = Reduction::kMean;
  std::vector<std::int64_t> axes{-1};
  bool keep = false;

  static auto fields() {
    return std::tuple{
        Field{"reduce", &Reduce::reduce, "sum, mean or max"},
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
    Stream stream{.kind = StreamKind::kReduction, .op = "reduce", .flops_per_element = 1};
    stream.rows = static_cast<double>(site.out().elements());
    stream.cols = static_cast<double>(site.in().elements()) / stream.rows;
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "broadcast", 1, 0);
    stream.read = site.outputs[0].bytes();
    stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site&) const {
    return {.inputs = reduce == Reduction::kMax, .output = reduce == Reduction::kMax};
  }
  friend bool operator==(const Reduce&, const Reduce&) = default;
};

}  // namespace ridgepoint
