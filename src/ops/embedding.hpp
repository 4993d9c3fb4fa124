#pragma once
#include "ops/access.hpp"
#include "ops/lookup.hpp"

namespace ridgepoint {

/// y[..., dim] = table[id]: one row per id, a copy without arithmetic. Its gradient is as large as the table, zeros
/// included, unless `sparse`; then the optimizer, too, touches only the rows that the batch touched.
struct Embedding : OpBase {
  static constexpr std::string_view kName = "embedding";
  static constexpr std::string_view kEquation = "y[..., :] = table[id]";
  static constexpr std::string_view kSource = "a copy, no arithmetic";
  static constexpr std::string_view kSummary = "one row of a table per id";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t rows = 1;
  std::int64_t dim = 1;
  bool sparse = false;
  Duplicates duplicates = Duplicates::kMerged;
  Accesses access{};

  static auto fields() {
    return std::tuple{
        Field{"rows", &Embedding::rows, "rows of the table", kRequired},
        Field{"dim", &Embedding::dim, "width of a row", kRequired},
        Field{"sparse", &Embedding::sparse, "whether gradient and optimizer touch only rows that were read"},
        Field{"duplicates", &Embedding::duplicates, "gradients of equal ids: merged or atomic"},
        Field{"access", &Embedding::access, kAccessSummary}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_ids(inputs, 0);
    expect_accesses(access, {&rows, 1});
    std::vector<std::int64_t> extents(inputs[0].shape.extents().begin(), inputs[0].shape.extents().end());
    extents.push_back(dim);
    return {{Shape(std::move(extents)), precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    return {{"weight", {{"rows", rows}, {"dim", dim}}, sparse ? ParameterRole::kTable : ParameterRole::kEmbedding}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Gather gather{.lookups = static_cast<double>(site.in().elements()),
                  .row_bytes = row_bytes(site),
                  .table_rows = static_cast<double>(rows),
                  .index_bytes = site.inputs[0].bytes().value(),
                  .other_bytes = site.outputs[0].bytes().value()};
    follow(gather, draws(site));
    kernels.emplace_back(gather);
  }

  /// The table with the draws of a run.
  [[nodiscard]] std::vector<TableDraws> draws(const Site& site) const {
    return {{static_cast<double>(rows), static_cast<double>(site.in().elements()), access.at(0)}};
  }

  void wgrad(const Site& site, Kernels& kernels) const {
    const auto lookups = static_cast<double>(site.in().elements());
    const TableGradient gradient{.lookups = lookups,
                                 .bags = lookups,
                                 .distinct = distinct(site),
                                 .table_rows = static_cast<double>(rows),
                                 .row_bytes = row_bytes(site),
                                 .dim = static_cast<double>(dim),
                                 .ids = site.inputs[0].bytes()};
    if (!sparse) kernels.emplace_back(zero_fill({Shape{rows, dim}, site.precision.activations}));
    if (duplicates == Duplicates::kMerged) kernels.emplace_back(sort_of_ids(gradient));
    Gather gather = gather_of_gradients(gradient, duplicates, sparse);
    if (gather.scatter) follow(gather, draws(site));
    kernels.emplace_back(gather);
  }

  [[nodiscard]] double updated_share(const Site& site) const {
    return sparse ? distinct(site) / static_cast<double>(rows) : 1;
  }
  friend bool operator==(const Embedding&, const Embedding&) = default;

 private:
  [[nodiscard]] double row_bytes(const Site& site) const {
    return bytes_of(static_cast<double>(dim), site.precision.activations).value();
  }
  [[nodiscard]] double distinct(const Site& site) const { return distinct_rows(draws(site)); }
};

}  // namespace ridgepoint
