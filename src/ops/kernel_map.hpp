#pragma once
#include "ops/points.hpp"

namespace ridgepoint {

/// map[pairs, 2]: which active site meets which at the taps of a sparse convolution's filter, from coordinates[sites,
/// axes] (Choy et al., arXiv 1904.08755). Every output site probes a hash table at every tap: a key and a value of 8
/// bytes each, at half load.
struct KernelMap : OpBase {
  static constexpr std::string_view kName = "kernel_map";
  static constexpr std::string_view kEquation =
      "map = all (i, j) with coordinates[i] + tap = coordinates[j], by a hash table";
  static constexpr std::string_view kSource = "Choy et al., arXiv 1904.08755";
  static constexpr std::string_view kSummary = "the pairs of sites of a sparse convolution, by hashing";
  static constexpr Category kCategory = Category::kDataPreparation;

  std::int64_t kernel = 27;
  std::int64_t pairs = 1;
  std::int64_t out_sites = 0;

  static auto fields() {
    return std::tuple{
        Field{"kernel", &KernelMap::kernel, "taps of the filter in all: 27 for 3 x 3 x 3", kRequired},
        Field{"pairs", &KernelMap::pairs, "pairs of an input and an output site, expected", kRequired},
        Field{"out_sites", &KernelMap::out_sites, "active sites of the output; 0: those of the input", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_ids(inputs, 0);
    expect_rank(inputs, 0, 2);
    expect_pairs(pairs, kernel, inputs[0].shape[0], out_sites);
    return {{Shape{pairs, 2}, DType::kInt64}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    constexpr double kSlotBytes = 16;
    const auto sites = static_cast<double>(site.in()[0]);
    const double outputs = out_sites > 0 ? static_cast<double>(out_sites) : sites;
    const double probes = outputs * static_cast<double>(kernel);
    kernels.emplace_back(Gather{.lookups = probes,
                                .row_bytes = kSlotBytes,
                                .table_rows = 2 * sites,
                                .index_bytes = site.inputs[0].bytes().value(),
                                .other_bytes = site.outputs[0].bytes().value() + sites * kSlotBytes,
                                .flops = probes * static_cast<double>(site.in().back())});
  }
  friend bool operator==(const KernelMap&, const KernelMap&) = default;

  /// Throws OpError when sites cannot meet that often: once per tap, for each site of the smaller side at most.
  static void expect_pairs(std::int64_t pairs, std::int64_t kernel, std::int64_t in_sites, std::int64_t out_sites) {
    const std::int64_t sites = out_sites > 0 ? std::min(in_sites, out_sites) : in_sites;
    const auto most = static_cast<double>(sites) * static_cast<double>(kernel);
    if (static_cast<double>(pairs) <= most) return;
    throw OpError{
        "pairs",
        {std::to_string(pairs) + " pairs of " + std::to_string(sites) + " sites at " + std::to_string(kernel) + " taps",
         "at most " + std::to_string(checked_mul(sites, kernel))}};
  }
};

}  // namespace ridgepoint
