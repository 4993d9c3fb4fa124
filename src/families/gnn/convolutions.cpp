// Convolutions that treat all edges alike, in the order of operations of PyTorch Geometric.

#include "families/gnn/parts.hpp"

namespace ridgepoint {
namespace {

Block convolution() { return {.name = "convolution", .inputs = {"x"}, .required = {"out", "targets", "edges"}}; }

// In a whole graph all nodes receive, which is what an aggregate does by itself.
Attributes aggregate_of(const ConvolutionOptions& options, const char* edges, const char* reduce) {
  Attributes attributes{{"edges", edges}, {"reduce", reduce}};
  if (options.sampled) attributes.push_back({"out_nodes", "targets"});
  return attributes;
}

// Neighbours' and the node's own values, each with weights of its own.
void add_self(const ConvolutionOptions& options, Block& block) {
  block.items.push_back(layer("neighbours", "linear", {{"out_features", "out"}}));
  const std::string targets = targets_of(options, block.items);
  block.items.push_back(layer("self", "linear", {{"out_features", "out"}, {"bias", false}}, {targets}));
  block.items.push_back(layer("sum", "add", {}, {"neighbours", "self"}));
}

}  // namespace

std::string targets_of(const ConvolutionOptions& options, std::vector<Item>& items) {
  if (!options.sampled) return "x";
  items.push_back(layer("targets", "slice", {{"axis", 0}, {"length", "targets"}}, {"x"}));
  return "targets";
}

// A sum over neighbours and the node itself, each edge weighted by the degrees. The product with the weights comes
// first: it leaves fewer features to gather.
Block gcn_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  Attributes sum = aggregate_of(options, "edges + targets", "sum");
  sum.push_back({"weighted", true});
  block.items = {layer("linear", "linear", {{"out_features", "out"}, {"bias", false}}),
                 layer("aggregate", "aggregate", std::move(sum)), layer("bias", "bias")};
  return block;
}

Block sage_mean_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  block.items = {layer("aggregate", "aggregate", aggregate_of(options, "edges", "mean"))};
  add_self(options, block);
  return block;
}

Block sage_pool_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  block.required.push_back("in");
  block.items = {layer("pool", "linear", {{"out_features", "in"}}), layer("pool_relu", "relu"),
                 layer("aggregate", "aggregate", aggregate_of(options, "edges", "max"))};
  add_self(options, block);
  return block;
}

// Each node's neighbours in a row, as many as the mean of the degrees, rounded up.
Block sage_lstm_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  block.required.push_back("in");
  const std::string each = "ceil_div(edges, targets)";
  block.items = {layer("messages", "edge_combine", {{"edges", "targets * " + each}}, {"x"}),
                 layer("sequences", "reshape", {{"shape", sizes({"targets", each, "in"})}}),
                 layer("lstm", "lstm", {{"hidden", "in"}}),
                 layer("last", "slice", {{"axis", 1}, {"start", each + " - 1"}, {"length", 1}}),
                 layer("neighbourhood", "reshape", {{"shape", sizes({"targets", "in"})}})};
  add_self(options, block);
  return block;
}

// The sum of neighbours and the node itself, through an MLP.
Block gin_convolution(const ConvolutionOptions& options) {
  Block block = convolution();
  block.items = {layer("aggregate", "aggregate", aggregate_of(options, "edges", "sum"))};
  const std::string targets = targets_of(options, block.items);
  block.items.push_back(layer("sum", "add", {}, {"aggregate", targets}));
  block.items.push_back(layer("linear1", "linear", {{"out_features", "out"}}));
  block.items.push_back(layer("norm", "batch_norm"));
  block.items.push_back(layer("relu", "relu"));
  block.items.push_back(layer("linear2", "linear", {{"out_features", "out"}}));
  return block;
}

}  // namespace ridgepoint
