#pragma once
#include "ops/lookup.hpp"
#include "ops/pooling.hpp"

namespace ridgepoint {

/// y[rows, f...] = the sum, mean or maximum of the values[ids..., f...] that go to each row, in any order: scatter-add.
/// Zeros are written first, then every value reads and writes its row.
struct ScatterReduce : OpBase {
  static constexpr std::string_view kName = "scatter";
  static constexpr std::string_view kEquation = "y[r] = sum (mean, max) over the i with id[i] = r of x[i]";
  static constexpr std::string_view kSource = "zeros, then a row read and written per id";
  static constexpr std::string_view kSummary = "adds values to the rows that ids name (or mean, max)";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t rows = 1;
  Reduction reduce = Reduction::kSum;

  static auto fields() {
    return std::tuple{Field{"rows", &ScatterReduce::rows, "rows of the result", kRequired},
                      Field{"reduce", &ScatterReduce::reduce, "sum, mean or max of what meets in a row"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 2, 2);
    expect_ids(inputs, 1);
    const auto values = inputs[0].shape.extents();
    const auto ids = inputs[1].shape.extents();
    if (ids.size() > values.size() || !std::equal(ids.begin(), ids.end(), values.begin())) {
      throw OpError{"",
                    {"values of " + to_string(inputs[0].shape) + " with ids of " + to_string(inputs[1].shape),
                     "an id for each row of the values: their leading axes"}};
    }
    std::vector<std::int64_t> extents{rows};
    extents.insert(extents.end(), values.begin() + static_cast<std::ptrdiff_t>(ids.size()), values.end());
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(zero_fill(site.outputs[0]));
    Gather scatter = lower(site);
    scatter.scatter = true;
    scatter.flops = static_cast<double>(site.in().elements());
    kernels.emplace_back(scatter);
  }

  /// Each value takes the gradient of its row.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (!wants_gradient(site, 0)) return;
    Gather gather = lower(site);
    gather.index_bytes += saved(site).extra.value();
    kernels.emplace_back(gather);
  }

  /// A maximum keeps which value won, a mean the number of values in each row.
  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce == Reduction::kSum) return {};
    const auto kept = static_cast<double>(reduce == Reduction::kMax ? site.out().elements() : rows);
    return {.extra = bytes_of(kept, DType::kInt64)};
  }
  friend bool operator==(const ScatterReduce&, const ScatterReduce&) = default;

 private:
  [[nodiscard]] Gather lower(const Site& site) const {
    const auto ids = static_cast<double>(site.in(1).elements());
    return {.lookups = ids,
            .row_bytes = site.inputs[0].bytes().value() / ids,
            .table_rows = static_cast<double>(rows),
            .index_bytes = site.inputs[1].bytes().value(),
            .other_bytes = site.inputs[0].bytes().value()};
  }
};

}  // namespace ridgepoint
