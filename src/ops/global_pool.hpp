#pragma once
#include "ops/copy.hpp"
#include "ops/pooling.hpp"

namespace ridgepoint {

/// Mean, max or sum over all spatial axes of x[n, c, ...]: one FLOP per value.
struct GlobalPool : OpBase {
  static constexpr std::string_view kName = "global_pool";
  static constexpr std::string_view kEquation = "y[n, c] = mean or max of x[n, c, ...]";
  static constexpr std::string_view kSource = "one FLOP a value";
  static constexpr std::string_view kSummary = "mean or max over all spatial axes";
  static constexpr Category kCategory = Category::kReduction;

  Reduction reduce = Reduction::kMean;
  bool keep = false;

  static auto fields() {
    return std::tuple{Field{"reduce", &GlobalPool::reduce, "mean, max or sum"},
                      Field{"keep", &GlobalPool::keep, "whether the spatial axes stay with extent 1"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_grid(inputs);
    const Shape& x = inputs[0].shape;
    std::vector<std::int64_t> extents{x[0], x[1]};
    if (keep) extents.resize(static_cast<std::size_t>(x.rank()), 1);
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream =
        pass_over(site.out(), StreamKind::kReduction, "pool", 1, 0, site.inputs[0].bytes(), site.outputs[0].bytes());
    stream.rows = static_cast<double>(site.out().elements());
    stream.cols = static_cast<double>(site.in().elements()) / stream.rows;
    kernels.emplace_back(stream);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(pass_over(site.in(), StreamKind::kElementwise, "pool_backward", 1, 0,
                                   site.outputs[0].bytes() + Traffic(saved(site).extra, "kept"),
                                   site.inputs[0].bytes()));
  }
  /// A maximum keeps which input won, as a 64-bit index (PyTorch).
  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce != Reduction::kMax) return {};
    return {.extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const GlobalPool&, const GlobalPool&) = default;
};

}  // namespace ridgepoint
