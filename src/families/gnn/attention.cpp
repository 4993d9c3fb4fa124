// Attention over edges: GAT and GATv2, with a self loop for every node that receives.

#include "families/gnn/parts.hpp"

namespace ridgepoint {
namespace {

Block convolution() {
  return {.name = "convolution", .inputs = {"x"}, .required = {"out", "targets", "edges", "heads"}};
}

// Heads stand side by side in the width `out`, or each has it and their mean is taken.
const char* width_of(const ConvolutionOptions& options) { return options.mean ? "heads * out" : "out"; }

// alpha = softmax of the scores over each node's edges, and the sum of what it weighs.
void weigh(const ConvolutionOptions& options, const std::string& values, Block& block) {
  block.items.push_back(layer("alpha", "edge_softmax", {{"nodes", "targets"}}));
  Attributes sum{{"edges", "edges + targets"}};
  if (options.sampled) sum.push_back({"out_nodes", "targets"});
  block.items.push_back(layer("aggregate", "aggregate", std::move(sum), {values, "alpha"}));
  if (options.mean) {
    block.items.push_back(layer("heads", "reshape", {{"shape", sizes({"targets", "heads", "out"})}}));
    block.items.push_back(layer("mean", "reduce", {{"axes", std::vector<std::int64_t>{1}}}));
  }
  block.items.push_back(layer("bias", "bias"));
}

}  // namespace

// The score of an edge is a sum of a part of its source and one of its destination.
Block gat_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  block.items = {layer("linear", "linear", {{"out_features", width_of(options)}, {"bias", false}}),
                 layer("source", "head_linear", {{"heads", "heads"}, {"out_features", 1}}),
                 layer("destination", "head_linear", {{"heads", "heads"}, {"out_features", 1}}, {"linear"})};
  std::string destination = "destination";
  if (options.sampled) {
    block.items.insert(block.items.begin() + 2,
                       layer("targets", "slice", {{"axis", 0}, {"length", "targets"}}, {"linear"}));
    block.items.back().inputs = {"targets"};
  }
  block.items.push_back(layer("scores", "edge_combine", {{"edges", "edges + targets"}}, {destination, "source"}));
  block.items.push_back(layer("leaky", "leaky_relu"));
  weigh(options, "linear", block);
  return block;
}

// The sum of the ends comes before the non-linearity, so that every edge has a vector of all heads.
Block gatv2_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  block.items = {layer("source", "linear", {{"out_features", width_of(options)}})};
  const std::string targets = targets_of(options, block.items);
  block.items.push_back(layer("destination", "linear", {{"out_features", width_of(options)}}, {targets}));
  block.items.push_back(layer("ends", "edge_combine", {{"edges", "edges + targets"}}, {"destination", "source"}));
  block.items.push_back(layer("leaky", "leaky_relu"));
  block.items.push_back(layer("scores", "head_linear", {{"heads", "heads"}, {"out_features", 1}}));
  weigh(options, "source", block);
  return block;
}

}  // namespace ridgepoint
