// Graph networks over a whole graph or over sampled mini-batches.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "families/families.hpp"
#include "families/gnn/parts.hpp"

namespace ridgepoint {
namespace {

/// A kind of convolution: its word, its block, and what it takes besides the common sizes.
struct Kind {
  std::string_view name;
  MakeConvolution make;
  bool attention = false;
  bool relations = false;
  bool needs_width = false;  ///< of its input
};

constexpr std::array kKinds{Kind{"gcn", gcn_convolution},
                            Kind{"sage", sage_mean_convolution},
                            Kind{"sage_pool", sage_pool_convolution, false, false, true},
                            Kind{"sage_lstm", sage_lstm_convolution, false, false, true},
                            Kind{"gat", gat_convolution, true},
                            Kind{"gatv2", gatv2_convolution, true},
                            Kind{"gin", gin_convolution},
                            Kind{"rgcn", rgcn_convolution, false, true},
                            Kind{"rgat", gat_convolution, true, true}};
constexpr std::array<std::string_view, 2> kNorms{"batch", "none"};
constexpr std::array<std::string_view, 3> kActivations{"relu", "elu", "leaky_relu"};
constexpr std::array<std::string_view, 2> kSamplings{"blocks", "subgraph"};
constexpr std::array<std::string_view, 4> kReadouts{"none", "sum", "mean", "max"};

struct Options {
  Kind kind;
  std::string norm;
  std::string activation;
  bool sampled = false;
  bool bases = false;
  bool mean_of_heads = false;  ///< in the last layer
};

// One relation: the mean over its edges, times its matrix, added to what is there.
Block relation(bool sampled) {
  Block block{.name = "relation", .inputs = {"sum", "x"}, .required = {"out", "targets", "edges"}};
  Attributes mean{{"edges", "max(1, edges / relations)"}, {"reduce", "mean"}};
  if (sampled) mean.push_back({"out_nodes", "targets"});
  block.items = {layer("aggregate", "aggregate", std::move(mean), {"x"}),
                 layer("linear", "linear", {{"out_features", "out"}, {"bias", false}}),
                 layer("add", "add", {}, {"sum", "linear"})};
  return block;
}

// What a layer gives its convolution: sizes by name, from the layer's own parameters.
Attributes convolution_sizes(const Options& options, Value out, Value in, bool last) {
  Attributes attributes{{"out", std::move(out)}, {"targets", "targets"}, {"edges", "edges"}};
  if (options.kind.needs_width) attributes.push_back({"in", std::move(in)});
  if (options.kind.attention) {
    attributes.push_back({"heads", last ? "last_heads" : "heads"});
  }
  if (options.kind.relations) {
    attributes.push_back({"relations", "relations"});
    attributes.push_back({"bases", options.bases ? Value("bases") : Value(0)});
  }
  return attributes;
}

// The last layer's block is another one where it takes the mean of heads.
const char* last_convolution(const Options& options) {
  return options.mean_of_heads ? "last_convolution" : "convolution";
}

Block hidden_layer(const Options& options) {
  Block block{.name = "layer", .inputs = {"x"}, .required = {"targets", "edges"}};
  if (options.kind.needs_width) block.required.push_back("in");
  block.items.push_back(use("convolution", "convolution", convolution_sizes(options, "hidden", "in", false)));
  if (options.norm == "batch") block.items.push_back(layer("norm", "batch_norm"));
  block.items.push_back(layer(options.activation, options.activation));
  return block;
}

void read_sizes(CompactReader& reader, const Options& options) {
  for (const char* key : {"hidden", "features", "classes", "nodes", "edges"}) reader.size(key);
  if (options.kind.attention) {
    reader.size("heads", 1);
    reader.size("last_heads", 1);
    reader.expect_divides("heads", "hidden");
  }
  if (options.kind.relations) reader.size("relations");
}

// All layers on the whole graph: those between the first and the last are alike.
void add_whole_graph(const Options& options, Description& description) {
  const auto use_layer = [&](const char* name, Value in, Value repeat) {
    Attributes sizes{{"targets", "nodes"}, {"edges", "edges"}};
    if (options.kind.needs_width) sizes.push_back({"in", std::move(in)});
    description.items.push_back(use(name, "layer", std::move(sizes), {}, std::move(repeat)));
  };
  if (options.kind.needs_width) {
    use_layer("first", "features", "min(1, layers - 1)");
    use_layer("layer", "hidden", "max(0, layers - 2)");
  } else {
    use_layer("layer", 0, "layers - 1");
  }
  Attributes last = convolution_sizes(options, "classes", "if(layers > 1, hidden, features)", true);
  for (Attribute& size : last) {
    if (size.name == "targets") size.value = "nodes";
  }
  description.items.push_back(use("last", last_convolution(options), std::move(last)));
}

void add_mini_batch(const Options& options, const LayerSizes& sizes, Description& description) {
  const std::size_t layers = sizes.edges.size();
  for (std::size_t i = 0; i + 1 < layers; ++i) {
    Attributes attributes{{"targets", sizes.targets[i]}, {"edges", sizes.edges[i]}};
    if (options.kind.needs_width) attributes.push_back({"in", i == 0 ? "features" : "hidden"});
    description.items.push_back(use(fmt::format("layer{}", i + 1), "layer", std::move(attributes)));
  }
  Attributes last = convolution_sizes(options, "classes", layers > 1 ? "hidden" : "features", true);
  for (Attribute& size : last) {
    if (size.name == "targets") size.value = sizes.targets.back();
    if (size.name == "edges") size.value = sizes.edges.back();
  }
  description.items.push_back(use("last", last_convolution(options), std::move(last)));
}

// Hop by hop from the seeds: which nodes, and then their features.
void add_preparation(const std::vector<std::int64_t>& fan_outs, Description& description) {
  description.inputs = {{.name = "seeds", .shape = {"batch"}, .dtype = "int64"},
                        {.name = "features", .shape = {"nodes", "features"}}};
  std::string seeds = "seeds";
  for (std::size_t hop = 1; hop <= fan_outs.size(); ++hop) {
    const std::string name = fmt::format("hop{}", hop);
    description.items.push_back(layer(
        name, "sample_neighbors", {{"fan_out", fan_outs[hop - 1]}, {"nodes", "nodes"}, {"edges", "edges"}}, {seeds}));
    seeds = name;
  }
  description.items.push_back(layer("fetch", "gather", {}, {"features", seeds}));
}

// The values that readers know only once they know whether the graph is sampled.
void add_graph(CompactReader& reader, const Options& options, Description& description) {
  if (!options.sampled) {
    reader.size("layers");
    description.inputs = {{.name = "features", .shape = {"nodes", "features"}}};
    add_whole_graph(options, description);
    return;
  }
  const std::vector<std::int64_t> fan_outs = reader.list("fan_outs");
  reader.size("batch", 1024);
  const bool subgraph = reader.word("sampling", kSamplings, "blocks") == "subgraph";
  const bool preparation = reader.flag("preparation", false);
  if (preparation && subgraph) {
    reader.fail("preparation", {"hops of a subgraph start from new nodes alone", "\"sampling\": \"blocks\""});
  }
  const LayerSizes sizes = sampled_sizes(fan_outs, subgraph, description);
  description.inputs = {{.name = "features", .shape = {sizes.sources.front(), "features"}}};
  if (preparation) add_preparation(fan_outs, description);
  add_mini_batch(options, sizes, description);
  if (subgraph) description.items.push_back(layer("seeds", "slice", {{"axis", 0}, {"length", "batch"}}));
}

void describe(CompactReader& reader, Description& description) {
  Options options{.kind = reader.row("convolution", kKinds, "gcn")};
  if (reader.is_given("node_types")) {
    if (!options.kind.relations) {
      reader.fail("convolution", {fmt::format("{} over several types of nodes", options.kind.name), "rgcn or rgat"});
    }
    return describe_relational(reader, options.kind.attention, description);
  }
  if (options.kind.name == "rgat") {
    reader.fail("convolution", {"rgat without \"node_types\"", "lists of node types and relations, or gat"});
  }
  options.norm = reader.word("norm", kNorms, "none");
  options.activation = reader.word("activation", kActivations, options.kind.attention ? "elu" : "relu");
  options.sampled = reader.is_given("fan_outs");
  const bool softmax = reader.flag("softmax", false);
  read_sizes(reader, options);
  if (options.kind.relations) options.bases = reader.optional_size("bases");
  const std::string readout = reader.word("readout", kReadouts, "none");
  if (readout != "none") reader.size("graphs");

  const ConvolutionOptions sampled{.sampled = options.sampled};
  if (options.kind.relations && !options.bases) description.blocks.push_back(relation(options.sampled));
  description.blocks.push_back(options.bases ? rgcn_basis_convolution(sampled) : options.kind.make(sampled));
  options.mean_of_heads = options.kind.attention && reader.number("last_heads").value_or(2) > 1;
  if (options.mean_of_heads) {
    description.blocks.push_back(options.kind.make({.sampled = options.sampled, .mean = true}));
    description.blocks.back().name = "last_convolution";
  }
  description.blocks.push_back(hidden_layer(options));
  add_graph(reader, options, description);
  if (readout != "none") {
    description.items.push_back(layer("readout", "segment", {{"segments", "graphs"}, {"reduce", readout}}));
  }
  if (softmax) description.items.push_back(layer("softmax", "softmax"));
}

}  // namespace

const Family kGnnFamily{"gnn", "graph networks, whole or sampled: GCN, GraphSAGE, GAT, GATv2, GIN, R-GCN", describe};

}  // namespace ridgepoint
