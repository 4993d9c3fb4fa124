// Graph networks over a whole graph: GCN (Kipf and Welling, arXiv 1609.02907) and GraphSAGE with the mean (Hamilton et
// al., arXiv 1706.02216), in the order of operations of PyTorch Geometric's GCNConv and SAGEConv.

#include <array>

#include "families/build.hpp"
#include "families/families.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kConvolutions{"gcn", "sage"};
constexpr std::array<std::string_view, 2> kNorms{"batch", "none"};

// A sum over neighbours and the node itself, each edge weighted by the degrees. The product with the weights comes
// first: it leaves fewer features to gather.
Block gcn_convolution() {
  Block block{.name = "convolution", .inputs = {"x"}, .required = {"out"}};
  block.items = {layer("linear", "linear", {{"out_features", "out"}, {"bias", false}}),
                 layer("aggregate", "aggregate", {{"edges", "edges + nodes"}, {"weighted", true}}),
                 layer("bias", "bias")};
  return block;
}

// The mean of the neighbours and the node itself, each with weights of its own.
Block sage_convolution() {
  Block block{.name = "convolution", .inputs = {"x"}, .required = {"out"}};
  block.items = {layer("aggregate", "aggregate", {{"edges", "edges"}, {"reduce", "mean"}}),
                 layer("neighbours", "linear", {{"out_features", "out"}}),
                 layer("self", "linear", {{"out_features", "out"}, {"bias", false}}, {"x"}),
                 layer("sum", "add", {}, {"neighbours", "self"})};
  return block;
}

void describe(CompactReader& reader, Description& description) {
  const std::string convolution = reader.word("convolution", kConvolutions, "gcn");
  const std::string norm = reader.word("norm", kNorms, "none");
  const bool softmax = reader.flag("softmax", false);
  for (const char* key : {"layers", "hidden", "features", "classes", "nodes", "edges"}) reader.size(key);

  description.inputs = {{.name = "features", .shape = {"nodes", "features"}}};
  description.blocks.push_back(convolution == "gcn" ? gcn_convolution() : sage_convolution());
  Block hidden{.name = "layer", .inputs = {"x"}};
  hidden.items.push_back(use("convolution", "convolution", {{"out", "hidden"}}));
  if (norm == "batch") hidden.items.push_back(layer("norm", "batch_norm"));
  hidden.items.push_back(layer("relu", "relu"));
  description.blocks.push_back(std::move(hidden));

  description.items = {use("layer", "layer", {}, {}, "layers - 1"), use("last", "convolution", {{"out", "classes"}})};
  if (softmax) description.items.push_back(layer("softmax", "softmax"));
}

}  // namespace

const Family kGnnFamily{"gnn", "graph networks over a whole graph: GCN, GraphSAGE", describe};

}  // namespace ridgepoint
