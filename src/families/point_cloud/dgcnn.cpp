// DGCNN (Wang et al., arXiv 1801.07829): edge convolutions on a graph of nearest neighbours that every layer makes anew
// from its features.

#include <fmt/format.h>

#include "families/point_cloud/parts.hpp"

namespace ridgepoint {
namespace {

constexpr const char* kActivation = "leaky_relu";

// max over the neighbours j of f(x_i, x_j - x_i).
Block edge_convolution(const std::string& mlp) {
  Block block{.name = "edge_" + mlp, .inputs = {"x"}, .required = {"width", "out"}};
  block.items = {layer("nearest", "knn", {{"k", "neighbours"}}),
                 layer("group", "gather", {{"batch_dims", 1}}, {"x", "nearest"}),
                 layer("centre", "reshape", {{"shape", sizes({"batch", "points", 1, "width"})}}, {"x"}),
                 layer("difference", "sub", {}, {"group", "centre"}),
                 layer("centres", "expand", {{"axis", 2}, {"length", "neighbours"}}, {"centre"}),
                 layer("edges", "concat", {{"axis", -1}}, {"difference", "centres"}),
                 from_rows("rows", {-1, "2 * width"}),
                 use("mlp", mlp),
                 from_rows("sets", {"batch", "points", "neighbours", "out"}),
                 maximum("largest", 2)};
  return block;
}

// An MLP whose first layer has no bias, as in the authors' code.
Block head(const std::vector<std::int64_t>& widths) {
  Block block = shared_mlp({.name = "head", .widths = widths, .activation = kActivation});
  block.items.front().attributes.back().value = false;
  return block;
}

}  // namespace

void describe_dgcnn(CompactReader& reader, Description& description) {
  reader.size("neighbours", 20);
  reader.size("channels", 3);
  reader.expect_at_most("neighbours", "points");
  const std::vector<std::int64_t> widths = reader.list("edge_widths");
  const std::vector<std::int64_t> embedding{reader.list("embedding")};
  description.inputs = {{.name = "points", .shape = {"batch", "points", "channels"}}};
  std::vector<Item>& items = description.items;
  Value in = "channels";
  References all;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string mlp = fmt::format("mlp{}", i + 1);
    description.blocks.push_back(
        shared_mlp({.name = mlp, .widths = {widths[i]}, .activation = kActivation, .bias = false}));
    description.blocks.push_back(edge_convolution(mlp));
    const std::string name = fmt::format("edge{}", i + 1);
    items.push_back(use(name, "edge_" + mlp, {{"width", in}, {"out", widths[i]}}));
    in = widths[i];
    all.emplace_back(name);
    total += widths[i];
  }
  description.blocks.push_back(
      shared_mlp({.name = "embedding", .widths = embedding, .activation = kActivation, .bias = false}));
  description.blocks.push_back(head(reader.list("head")));
  items.push_back(layer("all", "concat", {{"axis", -1}}, std::move(all)));
  items.push_back(from_rows("all_rows", {-1, total}));
  items.push_back(use("embedding", "embedding"));
  items.push_back(from_rows("cloud", {"batch", "points", embedding.back()}));
  items.push_back(maximum("largest", 1));
  items.push_back(layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}}, {"cloud"}));
  items.push_back(layer("pooled", "concat", {{"axis", 1}}, {"largest", "mean"}));
  items.push_back(use("head", "head"));
  items.push_back(layer("classes", "linear", {{"out_features", "classes"}}));
}

}  // namespace ridgepoint
