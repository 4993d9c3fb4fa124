#pragma once
// Graphs in files: lists of edges, and compressed rows (CSR).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "graph/degrees.hpp"

namespace ridgepoint {

/// What a file of a graph says. `drawn` are the degrees by which nodes draw neighbours, `reached` those by which they
/// are drawn; the same in an undirected graph. `isolated` nodes have neither.
struct GraphFile {
  std::int64_t nodes = 0;
  std::int64_t edges = 0;
  std::int64_t isolated = 0;
  DegreeDistribution drawn;
  DegreeDistribution reached;
};

/// How a file is to be read. In a list of edges a line `a b` is an edge from a to b, which b draws; in an undirected
/// graph one in both directions, listed once. Without `nodes` the ids go from 0 to the largest that there is, and every
/// node has an edge.
struct GraphReading {
  bool directed = false;
  std::optional<std::int64_t> nodes{};
};

/// Reads a graph: compressed rows where the name ends in ".csr" (the numbers of nodes and of edges, nodes + 1 offsets,
/// then the neighbours of every node; a directed graph's are the nodes that it draws), else a list of edges with blanks
/// or a comma between the ids; lines that begin with # or % are remarks. Throws InputError with file and line.
GraphFile read_graph(const std::string& path, const GraphReading& reading);

/// The same of text; `name` is for messages and says by its ending what it is.
GraphFile parse_graph(const std::string& name, std::string_view text, const GraphReading& reading);

/// Whether a file's name says that it holds a graph: .edges, .edgelist or .csr.
bool names_graph(std::string_view path);

}  // namespace ridgepoint
