#pragma once
#include <numeric>

#include "ops/access.hpp"
#include "ops/lookup.hpp"
#include "ops/pooling.hpp"

namespace ridgepoint {

/// Which ids share a bag: those of one feature (a row per sample and table), or all of a sample (a row per sample).
enum class BagOf : std::uint8_t { kFeature, kSample };
template <>
struct Words<BagOf> {
  static constexpr std::array<std::string_view, 2> kWords{"feature", "sample"};
};

/// y[batch, tables, dim] = for each table the pooled rows of `lookups` ids: the tables of a recommender, looked up in
/// one kernel. ids[batch, sum of lookups]. Pooling L rows takes L - 1 adds per value: none when L is 1. A second input,
/// of the ids' shape, weighs each row: one product more per value.
struct EmbeddingBag : OpBase {
  static constexpr std::string_view kName = "embedding_bag";
  static constexpr std::string_view kEquation =
      "y[b, t] = sum over lookups l of a[b, t, l] W_t[id[b, t, l]] (or mean, max)";
  static constexpr std::string_view kSource =
      "a lookup of L rows and L - 1 adds a value: Naumov et al., arXiv 1906.00091";
  static constexpr std::string_view kSummary = "pooled rows of several tables, 1-hot or multi-hot";
  static constexpr Category kCategory = Category::kLookup;

  std::vector<std::int64_t> tables{1};
  std::int64_t dim = 1;
  std::vector<std::int64_t> lookups{1};
  Reduction reduce = Reduction::kSum;
  BagOf bag = BagOf::kFeature;
  Duplicates duplicates = Duplicates::kMerged;
  Accesses access{};

  static auto fields() {
    return std::tuple{Field{"tables", &EmbeddingBag::tables, "rows of each table", kRequired},
                      Field{"dim", &EmbeddingBag::dim, "width of a row", kRequired},
                      Field{"lookups", &EmbeddingBag::lookups, "ids per sample: one number, or one per table"},
                      Field{"reduce", &EmbeddingBag::reduce, "how the rows of a bag become one"},
                      Field{"bag", &EmbeddingBag::bag, "the ids of a feature, or all of a sample"},
                      Field{"duplicates", &EmbeddingBag::duplicates, "gradients of equal ids: merged or atomic"},
                      Field{"access", &EmbeddingBag::access, kAccessSummary}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 2);
    expect_rank(inputs, 0, 2);
    if (lookups.size() != 1 && lookups.size() != tables.size()) {
      throw OpError{
          "lookups",
          {"has " + std::to_string(lookups.size()) + " numbers for " + std::to_string(tables.size()) + " tables",
           "one number, or one per table"}};
    }
    expect_accesses(access, tables);
    if (inputs[0].shape.back() != ids_per_sample()) {
      throw OpError{"lookups",
                    {"sum to " + std::to_string(ids_per_sample()) + " ids a sample, but the ids are " +
                         to_string(inputs[0].shape),
                     "a last axis of " + std::to_string(ids_per_sample())}};
    }
    if (inputs.size() == 2 && inputs[1].shape != inputs[0].shape) {
      throw OpError{"",
                    {"weights are " + to_string(inputs[1].shape) + " for ids of " + to_string(inputs[0].shape),
                     "a weight for each id"}};
    }
    expect_ids(inputs, 0);
    const std::int64_t batch = inputs[0].shape[0];
    if (bag == BagOf::kSample) return {{Shape{batch, dim}, precision.activations}};
    return {{Shape{batch, static_cast<std::int64_t>(tables.size()), dim}, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    return {{"weight", {{"rows", total_rows()}, {"dim", dim}}, ParameterRole::kTable}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Gather gather = lower(site);
    const double weighting = weighted(site) ? ids(site) * width() : 0;
    gather.flops = (ids(site) - bags(site)) * width() + weighting;
    gather.other_bytes += site.outputs[0].bytes().value();
    kernels.emplace_back(gather);
  }

  /// The tables with the draws of a run.
  [[nodiscard]] std::vector<TableDraws> draws(const Site& site) const {
    const auto batch = static_cast<double>(site.in()[0]);
    std::vector<TableDraws> list;
    list.reserve(tables.size());
    for (std::size_t i = 0; i < tables.size(); ++i)
      list.push_back({static_cast<double>(tables[i]), batch * static_cast<double>(lookups_of(i)), access.at(i)});
    return list;
  }

  /// The gradient of a weight is the product of its row with the bag's gradient.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (!weighted(site) || !wants_gradient(site, 1)) return;
    Gather gather = lower(site);
    gather.flops = 2 * ids(site) * width();
    gather.index_bytes = (site.inputs[0].bytes() + site.outputs[0].bytes()).value();
    gather.other_bytes = site.inputs[1].bytes().value();
    kernels.emplace_back(gather);
  }

  /// Each gradient row goes to every row of its bag.
  void wgrad(const Site& site, Kernels& kernels) const {
    const TableGradient gradient{.lookups = ids(site),
                                 .bags = bags(site),
                                 .distinct = distinct(site),
                                 .table_rows = static_cast<double>(total_rows()),
                                 .row_bytes = row_bytes(site),
                                 .dim = width(),
                                 .ids = site.inputs[0].bytes()};
    if (duplicates == Duplicates::kMerged) kernels.emplace_back(sort_of_ids(gradient));
    Gather gather = gather_of_gradients(gradient, duplicates, true);
    if (gather.scatter) follow(gather, draws(site));
    if (weighted(site)) {
      gather.flops += ids(site) * width();
      gather.index_bytes += site.inputs[1].bytes().value();
    }
    kernels.emplace_back(gather);
  }

  /// Weights need the rows again, which stay in the table; a maximum keeps which row won.
  [[nodiscard]] Saved saved(const Site& site) const {
    if (reduce != Reduction::kMax) return {.inputs = weighted(site)};
    return {.inputs = weighted(site), .extra = bytes_of(static_cast<double>(site.out().elements()), DType::kInt64)};
  }

  /// The optimizer touches the rows that the batch touched.
  [[nodiscard]] double updated_share(const Site& site) const {
    return distinct(site) / static_cast<double>(total_rows());
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

  [[nodiscard]] double distinct(const Site& site) const { return distinct_rows(draws(site)); }

  static bool weighted(const Site& site) { return site.inputs.size() == 2; }
  static double ids(const Site& site) { return static_cast<double>(site.in().elements()); }
  static double bags(const Site& site) { return static_cast<double>(site.out().rows()); }
  [[nodiscard]] double width() const { return static_cast<double>(dim); }
  [[nodiscard]] double row_bytes(const Site& site) const {
    return bytes_of(width(), site.precision.activations).value();
  }

  [[nodiscard]] Gather lower(const Site& site) const {
    Gather gather{.lookups = ids(site),
                  .row_bytes = row_bytes(site),
                  .table_rows = static_cast<double>(total_rows()),
                  .index_bytes = site.inputs[0].bytes().value()};
    follow(gather, draws(site));
    if (weighted(site)) gather.index_bytes += site.inputs[1].bytes().value();
    return gather;
  }
};

}  // namespace ridgepoint
