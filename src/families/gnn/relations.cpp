// R-GCN over one kind of nodes: a matrix per relation, or combinations of a few bases.

#include "families/gnn/parts.hpp"

namespace ridgepoint {
namespace {

Block convolution() {
  return {.name = "convolution", .inputs = {"x"}, .required = {"out", "targets", "edges", "relations", "bases"}};
}

}  // namespace

// The node's own part and, relation by relation, the mean of the neighbours times its matrix. Relations have equal
// shares of the edges.
Block rgcn_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  const std::string targets = targets_of(options, block.items);
  block.items.push_back(layer("self", "linear", {{"out_features", "out"}}, {targets}));
  block.items.push_back(use("relation", "relation", {{"out", "out"}, {"targets", "targets"}, {"edges", "edges"}},
                            {"self", "x"}, "relations"));
  return block;
}

// The products with all bases come first; a relation's matrix is their combination.
Block rgcn_basis_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  const std::string targets = targets_of(options, block.items);
  block.items.push_back(layer("self", "linear", {{"out_features", "out"}}, {targets}));
  block.items.push_back(layer("bases", "linear", {{"out_features", "bases * out"}, {"bias", false}}, {"x"}));
  block.items.push_back(layer("values", "reshape", {{"shape", sizes({-1, "bases", "out"})}}));
  block.items.push_back(layer("by_basis", "transpose", {{"axes", std::vector<std::int64_t>{0, 2, 1}}, {"free", true}}));
  block.items.push_back(layer("combine", "linear", {{"out_features", "relations"}, {"bias", false}}));
  block.items.push_back(layer("relations", "reshape", {{"shape", sizes({-1, "out * relations"})}}));
  block.items.push_back(layer("of_edge", "slice", {{"axis", 1}, {"length", "out"}}));
  Attributes mean{{"edges", "edges"}, {"reduce", "mean"}};
  if (options.sampled) mean.push_back({"out_nodes", "targets"});
  block.items.push_back(layer("aggregate", "aggregate", std::move(mean)));
  block.items.push_back(layer("sum", "add", {}, {"aggregate", "self"}));
  return block;
}

}  // namespace ridgepoint
