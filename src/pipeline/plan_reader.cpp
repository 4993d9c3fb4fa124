#include "pipeline/plan_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"
#include "core/text.hpp"
#include "network/sections.hpp"
#include "pipeline/plan_values.hpp"

namespace ridgepoint {
namespace {

constexpr double kAny = 1e18;

// The keys of the two sections, which --set may change too.
constexpr std::array<std::string_view, 13> kGraphKeys{
    "degrees",     "exponent",    "max_degree", "file",    "directed",           "train_nodes", "sampler",
    "walk_length", "layer_nodes", "clusters",   "replace", "clusters_per_batch", "cluster_cut"};
constexpr std::array<std::string_view, 10> kPipelineKeys{"workers",
                                                         "prefetch",
                                                         "machines",
                                                         "devices",
                                                         "cut",
                                                         "features_on",
                                                         "cache",
                                                         "sample_on",
                                                         "network_bytes_per_s",
                                                         "network_latency_s"};

// 100 Gbit/s Ethernet or InfiniBand EDR, and a request and its answer through an RPC layer.
constexpr double kNetworkBandwidth = 12.5e9;
constexpr double kNetworkLatency = 50e-6;

using SizeOf = std::function<std::optional<double>(std::string_view)>;

const Node* section(const std::shared_ptr<const Document>& document, std::string_view key) {
  const Node& root = document->root();
  return root.kind == Node::Kind::kObject ? root.find(key) : nullptr;
}

std::vector<DegreeClass> read_classes(const ObjectReader& reader, const Node& node) {
  std::vector<DegreeClass> classes;
  for (const Node& item : reader.array(node)) {
    const std::vector<Node>& pair = reader.array(item);
    if (pair.size() != 2) reader.fail(item, {fmt::format("{} numbers", pair.size()), "[degree, nodes]"});
    classes.push_back({reader.non_negative(pair[0]), reader.positive(pair[1])});
  }
  return classes;
}

// A list must be of this graph.
void expect_sums(PlanValues& values, const GraphPlan& graph) {
  const DegreeDistribution d(graph.listed);
  const auto differ = [](double a, double b) { return std::abs(a - b) > 0.005 * b; };
  if (!differ(d.nodes(), graph.nodes) && !differ(d.edges(), graph.edges)) return;
  values.fail("degrees",
              {fmt::format("the list is of {} nodes with {} edges, the graph has {} with {}", human_count(d.nodes()),
                           human_count(d.edges()), human_count(graph.nodes), human_count(graph.edges)),
               "a list that adds up to the graph"});
}

void read_law(PlanValues& values, GraphPlan& graph) {
  graph.exponent = values.number("exponent", 1.01, 12);
  graph.largest = values.number("max_degree", 1, kAny);
  graph.file = values.text("file");
  const Node* degrees = values.member("degrees");
  if (degrees != nullptr && degrees->kind == Node::Kind::kArray) {
    graph.law = DegreeLaw::kList;
    graph.listed = read_classes(*values.reader(), *degrees);
    expect_sums(values, graph);
    return;
  }
  const bool given = graph.exponent || graph.largest;
  graph.law = static_cast<DegreeLaw>(values.word("degrees", kDegreeWords, given ? 1 : 0));
  if (graph.law == DegreeLaw::kPower && !given) {
    values.fail("degrees", {"a power law of degrees without an exponent", "\"exponent\", or \"max_degree\""});
  }
  if (!graph.file.empty()) graph.law = DegreeLaw::kFile;
}

std::vector<double> root_list(const std::shared_ptr<const Document>& document, std::string_view key) {
  std::vector<double> values;
  if (const Node* node = section(document, key)) {
    const ObjectReader reader(document, document->root(), "network");
    for (const Node& item : reader.array(*node)) values.push_back(reader.non_negative(item));
  }
  return values;
}

// The types of nodes and relations of a compact description.
void read_relations(const std::shared_ptr<const Document>& document, GraphPlan& graph) {
  graph.types = root_list(document, "node_types");
  const std::vector<double> edges = root_list(document, "relation_edges");
  const std::vector<double> sources = root_list(document, "relation_sources");
  const std::vector<double> targets = root_list(document, "relation_targets");
  for (std::size_t i = 0; i < edges.size(); ++i) {
    graph.relations.push_back({static_cast<std::size_t>(sources[i]), static_cast<std::size_t>(targets[i]), edges[i]});
  }
}

GraphPlan read_graph_plan(const std::shared_ptr<const Document>& document, PlanValues& values, const SizeOf& size_of) {
  GraphPlan graph;
  read_relations(document, graph);
  if (!graph.types.empty()) {
    for (const double nodes : graph.types) graph.nodes += nodes;
    for (const RelationPlan& r : graph.relations) graph.edges += r.edges;
  } else {
    const auto nodes = size_of("nodes");
    const auto edges = size_of("edges");
    if (!nodes || !edges) {
      throw InputError({"the network has no graph",
                        "a model with the parameters \"nodes\" and \"edges\", such as "
                        "graphsage-ogbn-products-sampled"},
                       {.file = document->file()});
    }
    graph.nodes = *nodes;
    graph.edges = *edges;
  }
  graph.directed = values.flag("directed", !graph.types.empty());
  read_law(values, graph);
  const double most = graph.types.empty() ? graph.nodes : graph.types.front();
  graph.train_nodes = values.number("train_nodes", 1, most, most);
  values.text("source");
  return graph;
}

SamplerPlan read_sampler(const std::shared_ptr<const Document>& document, PlanValues& values, const GraphPlan& graph,
                         const Settings& settings, const SizeOf& size_of) {
  SamplerPlan sampler;
  PlanValues root(document, &document->root(), "network", settings);
  sampler.fan_outs = root.list("fan_outs");
  const auto by_default = sampler.fan_outs.empty() ? SamplerKind::kWhole : SamplerKind::kNeighbors;
  sampler.kind = static_cast<SamplerKind>(values.word("sampler", kSamplerWords, static_cast<std::size_t>(by_default)));
  sampler.fresh_only = root.text("sampling") == "subgraph" || !graph.types.empty();
  sampler.batch = size_of("batch").value_or(std::min(1024.0, graph.train_nodes));
  sampler.replace = values.flag("replace", false);
  sampler.walk_length = values.integer("walk_length", 1, 3);
  sampler.layer_nodes = values.list("layer_nodes");
  sampler.clusters = static_cast<double>(values.integer("clusters", 1, 1));
  sampler.clusters_per_batch = static_cast<double>(values.integer("clusters_per_batch", 1, 1));
  sampler.cluster_cut = values.number("cluster_cut", 0, 1, 0);
  if (sampler.kind == SamplerKind::kNeighbors && sampler.fan_outs.empty())
    values.fail("sampler", {"a model without fan-outs cannot sample neighbours", "\"fan_outs\", such as [15, 10, 5]"});
  if (sampler.kind == SamplerKind::kLayers && sampler.layer_nodes.size() != sampler.fan_outs.size()) {
    values.fail("layer_nodes", {fmt::format("nodes of {} layers, in a model with {} hops", sampler.layer_nodes.size(),
                                            sampler.fan_outs.size()),
                                "a number for each hop of a model with \"fan_outs\""});
  }
  const bool whole = sampler.kind == SamplerKind::kWalks || sampler.kind == SamplerKind::kClusters;
  if (whole && (!sampler.fan_outs.empty() || !graph.types.empty())) {
    values.fail("sampler",
                {fmt::format("{} make a graph of their own", kSamplerWords[static_cast<std::size_t>(sampler.kind)]),
                 "a model of the whole graph, without \"fan_outs\" and \"node_types\""});
  }
  if (sampler.clusters > graph.nodes || sampler.clusters_per_batch > sampler.clusters) {
    values.fail("clusters", {fmt::format("{} of {} clusters of {} nodes", human_count(sampler.clusters_per_batch),
                                         human_count(sampler.clusters), human_count(graph.nodes)),
                             "no more in a batch than there are, and no more than nodes"});
  }
  if (sampler.batch > graph.train_nodes && sampler.kind != SamplerKind::kWhole) {
    throw InputError({fmt::format("a batch of {} with {} nodes to train on", human_count(sampler.batch),
                                  human_count(graph.train_nodes)),
                      fmt::format("--batch {:.0f} at most, or more \"train_nodes\"", graph.train_nodes)});
  }
  return sampler;
}

MachinePlan read_machines(PlanValues& values, const SamplerPlan& sampler) {
  MachinePlan m;
  m.workers = values.integer("workers", 1, 1);
  m.prefetch = values.integer("prefetch", 0, 2);
  m.machines = values.integer("machines", 1, 1);
  m.devices = values.integer("devices", 1, 1);
  m.cut = values.number("cut", 0, 1);
  const bool whole = sampler.kind == SamplerKind::kWhole;
  m.features = static_cast<FeaturePlace>(values.word("features_on", kFeatureWords, whole ? 2 : 0));
  m.sampling = static_cast<SamplingPlace>(values.word("sample_on", kSamplingWords, 0));
  m.cache = values.number("cache", 0, 1, 0);
  m.network_bytes_per_s = values.number("network_bytes_per_s", 1e6, kAny, kNetworkBandwidth);
  m.network_latency_s = values.number("network_latency_s", 0, 1, kNetworkLatency);
  return m;
}

}  // namespace

bool is_plan_key(std::string_view key) {
  return std::find(kGraphKeys.begin(), kGraphKeys.end(), key) != kGraphKeys.end() ||
         std::find(kPipelineKeys.begin(), kPipelineKeys.end(), key) != kPipelineKeys.end();
}

PipelinePlan read_plan(const std::shared_ptr<const Document>& document, const Settings& settings,
                       const SizeOf& size_of) {
  PlanValues graph(document, section(document, kGraphKey), "graph", settings);
  PlanValues pipeline(document, section(document, kPipelineKey), "pipeline", settings);
  PipelinePlan plan;
  plan.graph = read_graph_plan(document, graph, size_of);
  plan.sampler = read_sampler(document, graph, plan.graph, settings, size_of);
  plan.machine = read_machines(pipeline, plan.sampler);
  graph.finish();
  pipeline.finish();
  return plan;
}

}  // namespace ridgepoint
