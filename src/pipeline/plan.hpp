#pragma once
// How a graph network is trained: which graph, how it is sampled, and on what.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/degrees.hpp"

namespace ridgepoint {

/// How degrees are known: all alike, a power law, a list of [degree, nodes], or a file of the graph.
enum class DegreeLaw : std::uint8_t { kEven, kPower, kList, kFile };
inline constexpr std::array<std::string_view, 2> kDegreeWords{"even", "power_law"};

/// What makes a batch of a graph. `layers` draws nodes for each layer among the neighbours of the one before.
enum class SamplerKind : std::uint8_t { kNeighbors, kWalks, kLayers, kClusters, kWhole };
inline constexpr std::array<std::string_view, 5> kSamplerWords{"neighbors", "walks", "layers", "clusters", "whole"};

/// Where features lie: in host memory, from where workers gather them; the same, read by the device over the link; or
/// in device memory.
enum class FeaturePlace : std::uint8_t { kHost, kUnified, kDevice };
inline constexpr std::array<std::string_view, 3> kFeatureWords{"host", "unified", "device"};

/// What samples.
enum class SamplingPlace : std::uint8_t { kHost, kDevice };
inline constexpr std::array<std::string_view, 2> kSamplingWords{"host", "device"};

/// Edges of one kind between two types of nodes.
struct RelationPlan {
  std::size_t source = 0;
  std::size_t target = 0;
  double edges = 0;
};

/// The graph: its size, its degrees, and the nodes that an epoch trains on. With several types of nodes `types` has the
/// nodes of each, and every relation has degrees by the same law about its own mean.
struct GraphPlan {
  double nodes = 0;
  double edges = 0;  ///< entries: an undirected edge counts twice
  double train_nodes = 0;
  bool directed = false;
  DegreeLaw law = DegreeLaw::kEven;
  std::optional<double> exponent{};
  std::optional<double> largest{};
  std::vector<DegreeClass> listed{};
  std::string file{};
  std::vector<double> types{};
  std::vector<RelationPlan> relations{};
};

/// The sampler of a batch.
struct SamplerPlan {
  SamplerKind kind = SamplerKind::kNeighbors;
  double batch = 1;  ///< seeds, or roots of walks
  std::vector<double> fan_outs{};
  bool replace = false;
  bool fresh_only = false;
  std::int64_t walk_length = 1;
  std::vector<double> layer_nodes{};
  double clusters = 1;
  double clusters_per_batch = 1;
  double cluster_cut = 0;
};

/// The machines: `workers` prepare batches for each device, and up to `prefetch` finished batches of each worker wait
/// (0: a batch is prepared when it is needed). The graph and its features are divided between the machines; `cut` is
/// the share of edges between two parts, that of a random division where nobody says.
struct MachinePlan {
  std::int64_t workers = 1;
  std::int64_t prefetch = 2;
  std::int64_t machines = 1;
  std::int64_t devices = 1;  ///< of each machine
  std::optional<double> cut{};
  FeaturePlace features = FeaturePlace::kHost;
  SamplingPlace sampling = SamplingPlace::kHost;
  double cache = 0;  ///< share of the nodes whose features every device keeps
  double network_bytes_per_s = 0;
  double network_latency_s = 0;

  [[nodiscard]] double edge_cut() const {
    const auto m = static_cast<double>(machines);
    return machines == 1 ? 0 : cut.value_or((m - 1) / m);
  }
};

/// All of it.
struct PipelinePlan {
  GraphPlan graph;
  SamplerPlan sampler;
  MachinePlan machine;
};

}  // namespace ridgepoint
