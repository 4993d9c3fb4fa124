#pragma once
#include "ops/pooling.hpp"
#include "ops/sparse.hpp"

namespace ridgepoint {

/// What the entries of a sparse matrix are: nothing but places, learned values, or a second input.
enum class EntryValues : std::uint8_t { kNone, kLearned, kConstant };
template <>
struct Words<EntryValues> {
  static constexpr std::array<std::string_view, 3> kWords{"none", "learned", "constant"};
};

/// Y[rows, features] = A X[cols, features] with a sparse A of `nonzeros` entries: neighbours of another kind (the
/// relations of a heterogeneous graph), or a pruned weight. A second input [nonzeros] or [nonzeros, heads] are the
/// values.
struct SparseMatmul : OpBase {
  static constexpr std::string_view kName = "spmm";
  static constexpr std::string_view kEquation = "y[i] = sum over entries (i, j) of a[i, j] x[j]";
  static constexpr std::string_view kSource = "a compressed sparse row format (CSR) times a dense matrix";
  static constexpr std::string_view kSummary = "sparse matrix times dense, of any extents";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t rows = 1;
  std::int64_t nonzeros = 1;
  EntryValues values = EntryValues::kNone;
  Reduction reduce = Reduction::kSum;

  static auto fields() {
    return std::tuple{Field{"rows", &SparseMatmul::rows, "rows of the sparse matrix", kRequired},
                      Field{"nonzeros", &SparseMatmul::nonzeros, "its entries", kRequired},
                      Field{"values", &SparseMatmul::values, "none, learned or constant"},
                      Field{"reduce", &SparseMatmul::reduce, "sum, mean or max over the entries of a row"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    expect_matrix(inputs, 0);
    expect_entries(nonzeros, rows, inputs[0].shape[0]);
    if (inputs.size() == 2) {
      if (values != EntryValues::kNone) throw OpError{"values", {"has values as an input, too", "one of both"}};
      values_of(inputs, 1, nonzeros, inputs[0].shape[1]);
    }
    return {{Shape{rows, inputs[0].shape[1]}, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    if (values != EntryValues::kLearned) return {};
    return {{"weight", {{"nonzeros", nonzeros}}, ParameterRole::kWeight}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(sparse_product(shape(site), site.inputs[0].dtype));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    if (wants_gradient(site, 0)) kernels.emplace_back(transposed_product(shape(site), site.inputs[0].dtype));
    if (wants_gradient(site, 1)) kernels.emplace_back(sampled_product(shape(site), site.inputs[0].dtype));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    if (values == EntryValues::kLearned) {
      kernels.emplace_back(sampled_product(shape(site), site.inputs[0].dtype));
    }
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    const bool inputs = values == EntryValues::kLearned || site.inputs.size() == 2;
    if (reduce != Reduction::kMax) return {.inputs = inputs};
    return {.inputs = inputs, .extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }
  friend bool operator==(const SparseMatmul&, const SparseMatmul&) = default;

 private:
  [[nodiscard]] SparseShape shape(const Site& site) const {
    const std::int64_t features = site.in().back();
    std::int64_t count = values == EntryValues::kNone ? 0 : 1;
    if (site.inputs.size() == 2) count = values_of(site.inputs, 1, nonzeros, features);
    return {.rows = rows, .cols = site.in()[0], .nonzeros = nonzeros, .features = features, .values = count};
  }
};

}  // namespace ridgepoint
