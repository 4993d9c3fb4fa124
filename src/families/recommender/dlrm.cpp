// DLRM (Naumov et al., arXiv 1906.00091): an MLP over dense features, pooled embeddings of categorical ones, their
// interaction and a second MLP. With a cross network between them it is DLRM-DCNv2 of MLPerf.

#include <fmt/format.h>

#include <array>

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kInteractions{"dot", "concat", "cross"};

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

// Cross layers over all vectors side by side.
Block cross_interaction(std::size_t tables) {
  Block block = concat_interaction();
  block.items.push_back(
      use("cross", "cross", {{"width", fmt::format("{} * dim", tables + 1)}}, {"join", "join"}, "cross_layers"));
  return block;
}

// Unless vectors are only joined, the dense features are one more vector of the embeddings' width, and follow when a
// run sets that.
std::vector<Value> read_bottom(CompactReader& reader, bool joined) {
  const std::vector<std::int64_t> given = reader.list("bottom");
  std::vector<Value> widths(given.begin(), given.end());
  const auto dim = reader.number("dim");
  if (joined) return widths;
  const bool follows = reader.overridden("dim") && !reader.overridden("bottom");
  if (dim && given.back() != *dim && !follows) {
    reader.fail("bottom", {fmt::format("the last width of \"bottom\" is {} and \"dim\" is {}", given.back(), *dim),
                           "a last width like the embeddings', for their dot product"});
  }
  widths.back() = "dim";
  return widths;
}

}  // namespace

void describe_dlrm(CompactReader& reader, Description& description) {
  const std::string interaction = reader.word("interaction", kInteractions, "dot");
  reader.size("batch", 1);
  reader.size("features");
  reader.size("dim");
  const std::vector<std::int64_t> tables = reader.list("tables");
  const Lookups lookups = read_lookups(reader, tables.size());
  const std::vector<Value> bottom = read_bottom(reader, interaction == "concat");
  const std::vector<Value> top = read_widths(reader, "top");

  description.inputs = {{.name = "dense", .shape = {"batch", "features"}},
                        {.name = "ids", .shape = {"batch", lookups.ids}, .dtype = "int64"}};
  description.blocks = {mlp("bottom", bottom, "relu")};
  if (interaction == "dot") description.blocks.push_back(dot_interaction());
  if (interaction == "concat") description.blocks.push_back(concat_interaction());
  if (interaction == "cross") {
    description.blocks.push_back(cross_layer(read_cross(reader, "low_rank")));
    description.blocks.push_back(cross_interaction(tables.size()));
  }
  description.blocks.push_back(mlp("top", top, "sigmoid"));
  description.items = {use("bottom", "bottom", {}, {"dense"}),
                       layer("embeddings", "embedding_bag",
                             {{"tables", tables}, {"dim", "dim"}, {"lookups", lookups.per_table}}, {"ids"}),
                       use("interaction", "interaction", {}, {"bottom", "embeddings"}), use("top", "top")};
}

}  // namespace ridgepoint
