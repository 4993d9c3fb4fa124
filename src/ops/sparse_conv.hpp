#pragma once
#include "ops/kernel_map.hpp"

namespace ridgepoint {

/// Convolution over the active sites of a grid, x[sites, c] -> y[out_sites, out_channels]: for each tap the rows that
/// meet there are gathered, multiplied by the tap's matrix and added to their output sites (gather-GEMM-scatter; Choy
/// et al., arXiv 1904.08755; Tang et al., arXiv 2204.10319). `pairs` is how often an active site meets an active one,
/// in all taps together. A second input is the kernel_map.
struct SparseConvolution : OpBase {
  static constexpr std::string_view kName = "sparse_conv";
  static constexpr std::string_view kEquation = "y[j] = sum over taps t, pairs (i, j) of t of x[i] W_t + b";
  static constexpr std::string_view kSource =
      "Choy et al., arXiv 1904.08755; gather, GEMM, scatter: Tang et al., 2204.10319";
  static constexpr std::string_view kSummary = "convolution over active sites alone: gather, product, scatter";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t out_channels = 1;
  std::int64_t kernel = 27;
  std::int64_t pairs = 1;
  std::int64_t out_sites = 0;
  bool bias = false;

  static auto fields() {
    return std::tuple{
        Field{"out_channels", &SparseConvolution::out_channels, "number of filters", kRequired},
        Field{"kernel", &SparseConvolution::kernel, "taps of the filter in all: 27 for 3 x 3 x 3", kRequired},
        Field{"pairs", &SparseConvolution::pairs, "pairs of an input and an output site, expected", kRequired},
        Field{"out_sites", &SparseConvolution::out_sites, "active sites of the output; 0: those of the input",
              kOptional, 0},
        Field{"bias", &SparseConvolution::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    const Shape& x = inputs[0].shape;
    if (x.rank() != 2) throw OpError{"", {"input has shape " + to_string(x), "[sites, channels]"}};
    // Going up, the sites of the output are the more.
    KernelMap::expect_pairs(pairs, kernel, std::max(x[0], out_sites), 0);
    if (inputs.size() == 2 && inputs[1].shape != Shape{pairs, 2}) {
      throw OpError{
          "pairs",
          {"a map of " + to_string(inputs[1].shape) + " for " + std::to_string(pairs) + " pairs", "[pairs, 2]"}};
    }
    return {{Shape{out_sites > 0 ? out_sites : x[0], out_channels}, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t in_channels = inputs[0].shape[1];
    Parameters list{{"weight",
                     {{"taps", kernel}, {"in_channels", in_channels}, {"out_channels", out_channels}},
                     ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", out_channels, ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const { move(site, site.in(), site.out(), Pass::kFprop, kernels); }
  /// The same with the map read the other way.
  void dgrad(const Site& site, Kernels& kernels) const { move(site, site.out(), site.in(), Pass::kDgrad, kernels); }
  /// Both sides are gathered; each tap's matrix is a product over its pairs.
  void wgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(gather(site, site.in()));
    kernels.emplace_back(gather(site, site.out()));
    kernels.emplace_back(product(site, site.in()[1], out_channels, Pass::kWgrad));
    if (bias) kernels.emplace_back(bias_gradient(site, out_channels));
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  friend bool operator==(const SparseConvolution&, const SparseConvolution&) = default;

 private:
  void move(const Site& site, const Shape& from, const Shape& to, Pass pass, Kernels& kernels) const {
    kernels.emplace_back(gather(site, from));
    kernels.emplace_back(product(site, from[1], to[1], pass));
    kernels.emplace_back(zero_fill({to, site.precision.activations}));
    Gather scatter = gather(site, to);
    scatter.scatter = true;
    scatter.flops = static_cast<double>(pairs) * static_cast<double>(to[1]);
    kernels.emplace_back(scatter);
  }

  [[nodiscard]] Gather gather(const Site& site, const Shape& rows) const {
    const double width = bytes_of(static_cast<double>(rows[1]), site.precision.activations).value();
    return {.lookups = static_cast<double>(pairs),
            .row_bytes = width,
            .table_rows = static_cast<double>(rows[0]),
            .index_bytes = bytes_of(static_cast<double>(pairs), DType::kInt64).value(),
            .other_bytes = static_cast<double>(pairs) * width};
  }

  [[nodiscard]] GroupedGemm product(const Site& site, std::int64_t k, std::int64_t n, Pass pass) const {
    return {.groups = kernel,
            .active = static_cast<double>(kernel),
            .rows = static_cast<double>(pairs),
            .n = n,
            .k = k,
            .pass = pass,
            .a = site.precision.activations,
            .b = site.precision.weights,
            .c = site.precision.activations,
            .math = site.precision.math,
            .bias = bias && pass == Pass::kFprop};
  }
};

}  // namespace ridgepoint
