// Graphs of several kinds of nodes: R-GCN as in OGB's ogbn-mag, and R-GAT as in MLPerf's graph benchmark on IGBH
// (github.com/mlcommons/training, graph neural network).

#include <fmt/format.h>

#include "families/gnn/parts.hpp"

namespace ridgepoint {
namespace {

/// The kinds of nodes and the relations from a kind of sources to a kind of targets, by number.
struct Relations {
  std::vector<std::int64_t> types;  ///< nodes of each
  std::vector<std::int64_t> sources;
  std::vector<std::int64_t> targets;
  std::vector<std::int64_t> edges;
  std::vector<std::int64_t> learned;  ///< 1 for types whose features are a table
};

/// Where the sizes of a run stand: nodes of each type, edges of each relation, as expressions.
struct Counts {
  std::vector<std::string> nodes;
  std::vector<std::string> edges;
};

void expect_types(CompactReader& reader, std::string_view key, const std::vector<std::int64_t>& list,
                  const Relations& r) {
  if (list.size() != r.edges.size()) {
    reader.fail(key, {fmt::format("{} types for {} relations", list.size(), r.edges.size()), "one per relation"});
  }
  for (const std::int64_t type : list) {
    if (type < static_cast<std::int64_t>(r.types.size())) continue;
    reader.fail(key, {fmt::format("type {} of {} node types", type, r.types.size()),
                      fmt::format("0 to {}", r.types.size() - 1)});
  }
}

Relations read_relations(CompactReader& reader) {
  Relations r{.types = reader.list("node_types"), .edges = reader.list("relation_edges")};
  r.sources = reader.list("relation_sources", 0);
  r.targets = reader.list("relation_targets", 0);
  expect_types(reader, "relation_sources", r.sources, r);
  expect_types(reader, "relation_targets", r.targets, r);
  r.learned.assign(r.types.size(), 0);
  if (reader.is_given("learned_types")) {
    r.learned = reader.list("learned_types", 0);
    if (r.learned.size() != r.types.size()) {
      reader.fail("learned_types",
                  {fmt::format("{} flags for {} node types", r.learned.size(), r.types.size()), "a 1 or 0 per type"});
    }
  }
  return r;
}

Counts whole_graph(const Relations& r, Description& description) {
  Counts counts;
  for (std::size_t t = 0; t < r.types.size(); ++t) {
    counts.nodes.push_back(fmt::format("nodes{}", t));
    description.parameters.push_back({counts.nodes.back(), r.types[t]});
  }
  for (std::size_t i = 0; i < r.edges.size(); ++i) {
    counts.edges.push_back(fmt::format("edges{}", i));
    description.parameters.push_back({counts.edges.back(), r.edges[i]});
  }
  return counts;
}

// All that a few hops reach from a batch of nodes of type 0. A hop starts from the nodes that the last one added; types
// that nothing has reached yet stay at 0, and in the end every type and relation has at least 1.
Counts sampled_graph(const Relations& r, const std::vector<std::int64_t>& fan_outs, Description& description) {
  const auto define = [&](std::string name, std::string value) {
    description.parameters.push_back({name, std::move(value)});
    return name;
  };
  std::vector<std::string> nodes(r.types.size(), "0");
  std::vector<std::string> fresh(r.types.size(), "0");
  std::vector<std::string> edges(r.edges.size(), "0");
  nodes[0] = fresh[0] = "batch";
  for (std::size_t hop = 1; hop <= fan_outs.size(); ++hop) {
    std::vector<std::string> ends(r.types.size());
    for (std::size_t i = 0; i < r.edges.size(); ++i) {
      const auto target = static_cast<std::size_t>(r.targets[i]);
      if (fresh[target] == "0") continue;
      const std::string drawn =
          define(fmt::format("e{}_{}", hop, i),
                 fmt::format("sampled({}, {}, {}, {})", fresh[target], fan_outs[hop - 1], r.types[target], r.edges[i]));
      edges[i] += " + " + drawn;
      ends[static_cast<std::size_t>(r.sources[i])] += " + " + drawn;
    }
    for (std::size_t t = 0; t < r.types.size(); ++t) {
      const std::string before = nodes[t];
      if (!ends[t].empty()) {
        nodes[t] = define(fmt::format("n{}_{}", hop, t),
                          fmt::format("reached({}, {}, {})", r.types[t], before, ends[t].substr(3)));
      }
      fresh[t] = ends[t].empty() ? "0" : fmt::format("{} - {}", nodes[t], before);
    }
  }
  for (std::string& count : nodes) count = fmt::format("max(1, {})", count);
  for (std::string& count : edges) count = fmt::format("max(1, {})", count);
  return {nodes, edges};
}

// Attention over the edges of one relation, with a projection for each side (dgl's and PyTorch Geometric's GATConv over
// a pair of node types).
Block attention_relation() {
  Block block{.name = "relation", .inputs = {"source", "target"}, .required = {"out", "targets", "edges"}};
  const auto score = [](const char* name, const char* of) {
    return layer(name, "head_linear", {{"heads", "heads"}, {"out_features", 1}}, {of});
  };
  block.items = {layer("sources", "linear", {{"out_features", "out"}, {"bias", false}}, {"source"}),
                 layer("destinations", "linear", {{"out_features", "out"}, {"bias", false}}, {"target"}),
                 score("left", "destinations"),
                 score("right", "sources"),
                 layer("scores", "edge_combine", {{"edges", "edges"}}, {"left", "right"}),
                 layer("leaky", "leaky_relu"),
                 layer("alpha", "edge_softmax", {{"nodes", "targets"}}),
                 layer("sum", "spmm", {{"rows", "targets"}, {"nonzeros", "edges"}}, {"sources", "alpha"}),
                 layer("bias", "bias")};
  return block;
}

// The mean over the edges of one relation, times its matrix.
Block mean_relation() {
  Block block{.name = "relation", .inputs = {"source", "target"}, .required = {"out", "targets", "edges"}};
  block.items = {layer("mean", "spmm", {{"rows", "targets"}, {"nonzeros", "edges"}, {"reduce", "mean"}}, {"source"}),
                 layer("linear", "linear", {{"out_features", "out"}, {"bias", false}})};
  return block;
}

// All relations of one layer; what meets at a type of nodes is added up. `features` are the names of each type's, and
// become those of the next layer.
void add_layer(const Relations& r, const Counts& counts, const std::string& name, const Value& out, bool attention,
               std::vector<std::string>& features, std::vector<Item>& items) {
  std::vector<std::string> sums(r.types.size());
  if (!attention) {
    for (std::size_t t = 0; t < r.types.size(); ++t) {
      sums[t] = fmt::format("{}_self{}", name, t);
      items.push_back(layer(sums[t], "linear", {{"out_features", out}}, {features[t]}));
    }
  }
  for (std::size_t i = 0; i < r.edges.size(); ++i) {
    const auto source = static_cast<std::size_t>(r.sources[i]);
    const auto target = static_cast<std::size_t>(r.targets[i]);
    const std::string relation = fmt::format("{}_relation{}", name, i);
    items.push_back(use(relation, "relation",
                        {{"out", out}, {"targets", counts.nodes[target]}, {"edges", counts.edges[i]}},
                        {features[source], features[target]}));
    if (!sums[target].empty()) {
      items.push_back(layer(fmt::format("{}_sum{}", name, i), "add", {}, {sums[target], relation}));
    }
    sums[target] = items.back().name;
  }
  for (std::size_t t = 0; t < r.types.size(); ++t) {
    if (!sums[t].empty()) features[t] = sums[t];
  }
}

std::vector<std::string> add_inputs(const Relations& r, const Counts& counts, Description& description) {
  std::vector<std::string> features;
  for (std::size_t t = 0; t < r.types.size(); ++t) {
    features.push_back(fmt::format("features{}", t));
    if (r.learned[t] == 0) {
      description.inputs.push_back({.name = features[t], .shape = {counts.nodes[t], "features"}});
      continue;
    }
    description.inputs.push_back({.name = fmt::format("ids{}", t), .shape = {counts.nodes[t]}, .dtype = "int64"});
    description.items.push_back(
        layer(features[t], "embedding", {{"rows", r.types[t]}, {"dim", "features"}}, {description.inputs.back().name}));
  }
  return features;
}

}  // namespace

void describe_relational(CompactReader& reader, bool attention, Description& description) {
  const Relations r = read_relations(reader);
  for (const char* key : {"hidden", "features", "classes"}) reader.size(key);
  if (attention) {
    reader.size("heads", 1);
    reader.expect_divides("heads", "hidden");
  }
  const bool sampled = reader.is_given("fan_outs");
  std::vector<std::int64_t> depth;
  if (sampled) {
    depth = reader.list("fan_outs");
    reader.size("batch", 1024);
  } else {
    reader.size("layers");
    depth.assign(static_cast<std::size_t>(std::min<std::int64_t>(reader.number("layers").value_or(1), 64)), 0);
  }
  const Counts counts = sampled ? sampled_graph(r, depth, description) : whole_graph(r, description);
  description.blocks = {attention ? attention_relation() : mean_relation()};
  std::vector<std::string> features = add_inputs(r, counts, description);
  std::vector<Item>& items = description.items;
  const std::string activation = attention ? "leaky_relu" : "relu";
  for (std::size_t number = 1; number <= depth.size(); ++number) {
    const bool last = number == depth.size();
    const std::string name = fmt::format("layer{}", number);
    add_layer(r, counts, name, last && !attention ? "classes" : "hidden", attention, features, items);
    for (std::size_t t = 0; t < r.types.size() && !last; ++t) {
      items.push_back(layer(fmt::format("{}_{}{}", name, activation, t), activation, {}, {features[t]}));
      features[t] = items.back().name;
    }
  }
  if (sampled) {
    items.push_back(layer("seeds", "slice", {{"axis", 0}, {"length", "batch"}}, {features[0]}));
    features[0] = "seeds";
  }
  if (attention) {
    items.push_back(layer("classes", "linear", {{"out_features", "classes"}}, {features[0]}));
  } else if (!sampled) {
    items.push_back(layer("out", "reshape", {{"shape", sizes({"nodes0", "classes"})}}, {features[0]}));
  }
}

}  // namespace ridgepoint
