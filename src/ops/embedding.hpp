#pragma once
#include <cmath>
#include <numeric>

#include "ops/pooling.hpp"

namespace ridgepoint {

/// The expected number of distinct rows among `draws` uniform draws from `rows`: rows (1 - (1 - 1/rows)^draws).
inline double expected_distinct(double rows, double draws) {
  return rows <= 1 ? std::min(rows, draws) : -rows * std::expm1(draws * std::log1p(-1 / rows));
}

/// y[..., dim] = table[id]: one row per id, a copy without arithmetic.
struct Embedding : OpBase {
  static constexpr std::string_view kName = "embedding";
  static constexpr std::string_view kEquation = "y[..., :] = table[id]";
  static constexpr std::string_view kSource = "a copy, no arithmetic";
  static constexpr std::string_view kSummary = "one row of a table per id";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t rows = 1;
  std::int64_t dim = 1;

  static auto fields() {
    return std::tuple{Field{"rows", &Embedding::rows, "rows of the table", kRequired},
                      Field{"dim", &Embedding::dim, "width of a row", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    std::vector<std::int64_t> extents(inputs[0].shape.extents().begin(), inputs[0].shape.extents().end());
    extents.push_back(dim);
    return {{Shape(std::move(extents)), precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    return {{"weight", {{"rows", rows}, {"dim", dim}}, ParameterRole::kEmbedding}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site)); }

  /// Adds each gradient row to its table row.
  void wgrad(const Site& site, Kernels& kernels) const {
    Gather scatter = lower(site);
    scatter.scatter = true;
    scatter.flops = static_cast<double>(site.out().elements());
    kernels.emplace_back(scatter);
  }
  friend bool operator==(const Embedding&, const Embedding&) = default;

 private:
  [[nodiscard]] Gather lower(const Site& site) const {
    return {.lookups = static_cast<double>(site.in().elements()),
            .row_bytes = bytes_of(static_cast<double>(dim), site.precision.activations).value(),
            .table_rows = static_cast<double>(rows),
            .index_bytes = site.inputs[0].bytes().value(),
            .other_bytes = site.outputs[0].bytes().value()};
  }
};

/// y[batch, tables, dim] = for each table the pooled rows of `lookups` ids: the tables of a recommender, looked up in
/// one kernel. ids[batch, sum of lookups]. Pooling L rows takes L - 1 adds per value: none when L is 1.
struct EmbeddingBag : OpBase {
  static constexpr std::string_view kName = "embedding_bag";
  static constexpr std::string_view kEquation = "y[batch, table, :] = sum over the ids of the bag of table[id]";
  static constexpr std::string_view kSource = "Naumov et al., arXiv 1906.00091";
  static constexpr std::string_view kSummary = "pooled rows of several tables, 1-hot or multi-hot";
  static constexpr Category kCategory = Category::kLookup;

  std::vector<std::int64_t> tables{1};
  std::int64_t dim = 1;
  std::vector<std::int64_t> lookups{1};
  Reduction reduce = Reduction::kSum;

  static auto fields() {
    return std::tuple{Field{"tables", &EmbeddingBag::tables, "rows of each table", kRequired},
                      Field{"dim", &EmbeddingBag::dim, "width of a row", kRequired},
                      Field{"lookups", &EmbeddingBag::lookups, "ids per sample: one number, or one per table"},
                      Field{"reduce", &EmbeddingBag::reduce, "how the rows of a bag become one"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    if (lookups.size() != 1 && lookups.size() != tables.size()) {
      throw OpError{
          "lookups",
          {"has " + std::to_string(lookups.size()) + " numbers for " + std::to_string(tables.size()) + " tables",
           "one number, or one per table"}};
    }
    if (inputs[0].shape.back() != ids_per_sample()) {
      throw OpError{"lookups",
                    {"sum to " + std::to_string(ids_per_sample()) + " ids a sample, but the ids are " +
                         to_string(inputs[0].shape),
                     "a last axis of " + std::to_string(ids_per_sample())}};
    }
    return {{Shape{inputs[0].shape[0], static_cast<std::int64_t>(tables.size()), dim}, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    return {{"weight", {{"rows", total_rows()}, {"dim", dim}}, ParameterRole::kTable}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site)); }

  /// Each gradient row is added to every row of its bag.
  void wgrad(const Site& site, Kernels& kernels) const {
    Gather scatter = lower(site);
    scatter.scatter = true;
    scatter.flops = scatter.lookups * static_cast<double>(dim);
    kernels.emplace_back(scatter);
  }

  /// The optimizer touches the rows that the batch touched.
  [[nodiscard]] double updated_share(const Site& site) const {
    const auto batch = static_cast<double>(site.in()[0]);
    double touched = 0;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      touched += expected_distinct(static_cast<double>(tables[i]), batch * static_cast<double>(lookups_of(i)));
    }
    return touched / static_cast<double>(total_rows());
  }
  friend bool operator==(const EmbeddingBag&, const EmbeddingBag&) = default;

 private:
  [[nodiscard]] std::int64_t lookups_of(std::size_t table) const { return lookups[lookups.size() == 1 ? 0 : table]; }

  [[nodiscard]] std::int64_t total_rows() const {
    return std::accumulate(tables.begin(), tables.end(), std::int64_t{0}, checked_add);
  }

  [[nodiscard]] std::int64_t ids_per_sample() const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < tables.size(); ++i) sum = checked_add(sum, lookups_of(i));
    return sum;
  }

  [[nodiscard]] Gather lower(const Site& site) const {
    const auto ids = static_cast<double>(site.in().elements());
    const auto bags = static_cast<double>(site.in()[0]) * static_cast<double>(tables.size());
    return {.lookups = ids,
            .row_bytes = bytes_of(static_cast<double>(dim), site.precision.activations).value(),
            .table_rows = static_cast<double>(total_rows()),
            .index_bytes = site.inputs[0].bytes().value(),
            .other_bytes = site.outputs[0].bytes().value(),
            .flops = (ids - bags) * static_cast<double>(dim)};
  }
};

}  // namespace ridgepoint
