// Recommenders: an MLP over dense features, pooled embeddings of categorical ones, their interaction and a second MLP
// (DLRM; Naumov et al., arXiv 1906.00091).

#include <fmt/format.h>

#include <array>
#include <numeric>

#include "core/checked.hpp"
#include "families/build.hpp"
#include "families/families.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kInteractions{"dot", "concat"};

// Linear layers of these widths, each followed by relu, the last by `last`.
Block mlp(const std::string& name, const std::vector<Value>& widths, const std::string& last) {
  Block block{.name = name, .inputs = {"x"}};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string activation = i + 1 == widths.size() ? last : "relu";
    block.items.push_back(layer(fmt::format("linear{}", i + 1), "linear", {{"out_features", widths[i]}}));
    block.items.push_back(layer(fmt::format("{}{}", activation, i + 1), activation));
  }
  return block;
}

// Products of all pairs of feature vectors, behind the dense ones.
Block dot_interaction() {
  Block block{.name = "interaction", .inputs = {"dense", "embeddings"}};
  block.items = {layer("dense_row", "reshape", {{"shape", sizes({"batch", 1, "dim"})}}, {"dense"}),
                 layer("vectors", "concat", {{"axis", 1}}, {"dense_row", "embeddings"}),
                 layer("products", "matmul", {{"transpose_b", true}}), layer("pairs", "triangle"),
                 layer("join", "concat", {{"axis", 1}}, {"dense", "pairs"})};
  return block;
}

Block concat_interaction() {
  Block block{.name = "interaction", .inputs = {"dense", "embeddings"}};
  block.items = {layer("flatten", "flatten", {{"start", 1}}, {"embeddings"}),
                 layer("join", "concat", {{"axis", 1}}, {"dense", "flatten"})};
  return block;
}

// The ids of one sample, and the attribute that says how many each table takes: one number stays a parameter.
struct Lookups {
  Value ids;
  Value per_table;
};

Lookups read_lookups(CompactReader& reader, std::size_t tables) {
  if (!reader.is_list("lookups")) {
    reader.size("lookups", 1);
    return {fmt::format("{} * lookups", tables), "lookups"};
  }
  const std::vector<std::int64_t> each = reader.list("lookups");
  if (each.size() != tables) {
    reader.fail("lookups",
                {fmt::format("{} lookups for {} tables", each.size(), tables), "one number, or one per table"});
  }
  try {
    return {std::accumulate(each.begin(), each.end(), std::int64_t{0}, checked_add), each};
  } catch (const OverflowError&) {
    reader.fail("lookups", {"the sum of the lookups overflows", "a sum below 2^63"});
  }
}

// In a dot interaction the dense features are one more vector of the embeddings' width, and follow when a run sets
// that.
std::vector<Value> read_bottom(CompactReader& reader, bool dot) {
  const std::vector<std::int64_t> given = reader.list("bottom");
  std::vector<Value> widths(given.begin(), given.end());
  const auto dim = reader.number("dim");
  if (!dot) return widths;
  const bool follows = reader.overridden("dim") && !reader.overridden("bottom");
  if (dim && given.back() != *dim && !follows) {
    reader.fail("bottom", {fmt::format("the last width of \"bottom\" is {} and \"dim\" is {}", given.back(), *dim),
                           "a last width like the embeddings', for their dot product"});
  }
  widths.back() = "dim";
  return widths;
}

void describe(CompactReader& reader, Description& description) {
  const bool dot = reader.word("interaction", kInteractions, "dot") == "dot";
  reader.size("batch", 1);
  reader.size("features");
  reader.size("dim");
  const std::vector<std::int64_t> tables = reader.list("tables");
  const Lookups lookups = read_lookups(reader, tables.size());
  const std::vector<Value> bottom = read_bottom(reader, dot);
  const std::vector<std::int64_t> top = reader.list("top");

  description.inputs = {{.name = "dense", .shape = {"batch", "features"}},
                        {.name = "ids", .shape = {"batch", lookups.ids}, .dtype = "int64"}};
  description.blocks = {mlp("bottom", bottom, "relu"), dot ? dot_interaction() : concat_interaction(),
                        mlp("top", {top.begin(), top.end()}, "sigmoid")};
  description.items = {use("bottom", "bottom", {}, {"dense"}),
                       layer("embeddings", "embedding_bag",
                             {{"tables", tables}, {"dim", "dim"}, {"lookups", lookups.per_table}}, {"ids"}),
                       use("interaction", "interaction", {}, {"bottom", "embeddings"}), use("top", "top")};
}

}  // namespace

const Family kRecommenderFamily{"recommender",
                                "click prediction with MLPs, embedding tables and their interaction (DLRM)", describe};

}  // namespace ridgepoint
