#pragma once
#include "ops/lookup.hpp"

namespace ridgepoint {

/// y[B..., ids..., f...] = x[B..., id, f...]: rows of an activation by index. The first `batch_dims` axes B belong
/// together in both inputs (a batch of point clouds); the axis behind them is looked up. The gradient is a scatter-add
/// into zeros.
struct GatherRows : OpBase {
  static constexpr std::string_view kName = "gather";
  static constexpr std::string_view kEquation = "y[b, i] = x[b, id[b, i]]";
  static constexpr std::string_view kSource = "a row read and written per id";
  static constexpr std::string_view kSummary = "rows of x by ids";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t batch_dims = 0;

  static auto fields() {
    return std::tuple{Field{"batch_dims", &GatherRows::batch_dims, "leading axes that x and ids share", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 2, 2);
    expect_ids(inputs, 1);
    const Shape& x = inputs[0].shape;
    const Shape& ids = inputs[1].shape;
    if (batch_dims >= x.rank() || batch_dims > ids.rank()) {
      throw OpError{
          "batch_dims",
          {std::to_string(batch_dims) + " axes are not in x of " + to_string(x) + " and ids of " + to_string(ids),
           "at most " + std::to_string(std::min(x.rank() - 1, ids.rank()))}};
    }
    for (std::int64_t axis = 0; axis < batch_dims; ++axis) {
      if (x[axis] == ids[axis]) continue;
      throw OpError{
          "batch_dims",
          {"x of " + to_string(x) + " and ids of " + to_string(ids) + " differ in axis " + std::to_string(axis),
           "the same extents in the first " + std::to_string(batch_dims) + " axes"}};
    }
    std::vector<std::int64_t> extents(ids.extents().begin(), ids.extents().end());
    extents.insert(extents.end(), x.extents().begin() + batch_dims + 1, x.extents().end());
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site)); }

  void dgrad(const Site& site, Kernels& kernels) const {
    if (!wants_gradient(site, 0)) return;
    kernels.emplace_back(zero_fill(site.inputs[0]));
    Gather scatter = lower(site);
    scatter.scatter = true;
    scatter.flops = static_cast<double>(site.out().elements());
    kernels.emplace_back(scatter);
  }
  [[nodiscard]] Saved saved(const Site& site) const { return {.extra = site.inputs[1].bytes()}; }
  friend bool operator==(const GatherRows&, const GatherRows&) = default;

 private:
  [[nodiscard]] Gather lower(const Site& site) const {
    const Shape& x = site.in();
    const auto width = static_cast<double>(elements_between(x, batch_dims + 1, x.rank()));
    return {.lookups = static_cast<double>(site.in(1).elements()),
            .row_bytes = bytes_of(width, site.inputs[0].dtype).value(),
            .table_rows = static_cast<double>(elements_between(x, 0, batch_dims + 1)),
            .index_bytes = site.inputs[1].bytes().value(),
            .other_bytes = site.outputs[0].bytes().value()};
  }
};

}  // namespace ridgepoint
