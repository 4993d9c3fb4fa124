#include "graph/graph_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "graph/tokens.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::int64_t kMostNodes = 4'000'000'000;  // an array of them still fits into memory

/// An edge as it was read, with its line.
struct Entry {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::size_t line = 0;
};

GraphFile graph_of(const std::vector<std::int64_t>& drawn, const std::vector<std::int64_t>& reached) {
  GraphFile graph{.nodes = static_cast<std::int64_t>(drawn.size()),
                  .drawn = counted_degrees(drawn),
                  .reached = counted_degrees(reached)};
  graph.edges = std::llround(graph.drawn.edges());
  for (std::size_t i = 0; i < drawn.size(); ++i) graph.isolated += drawn[i] == 0 && reached[i] == 0 ? 1 : 0;
  return graph;
}

void expect_id(const Tokens& tokens, std::int64_t id, std::optional<std::int64_t> nodes) {
  const std::int64_t limit = nodes.value_or(kMostNodes);
  if (id < limit) return;
  tokens.fail({nodes ? fmt::format("node {} of a graph of {} nodes", id, limit) : fmt::format("node {}", id),
               fmt::format("an id from 0 to {}", limit - 1)});
}

std::vector<Entry> read_edges(Tokens& tokens, const GraphReading& reading) {
  std::vector<Entry> entries;
  constexpr std::string_view kExpected = "two ids, the ends of an edge";
  for (;;) {
    Tokens ahead = tokens;
    if (ahead.next().empty()) return entries;
    Entry entry;
    entry.from = tokens.number(kExpected);
    entry.line = tokens.line();
    expect_id(tokens, entry.from, reading.nodes);
    if (!tokens.more_on_line()) tokens.fail({"an edge with one end", std::string(kExpected)});
    entry.to = tokens.number(kExpected);
    expect_id(tokens, entry.to, reading.nodes);
    if (tokens.more_on_line()) tokens.fail({"more than two values in a line", std::string(kExpected)});
    entries.push_back(entry);
  }
}

void expect_once(const Tokens& tokens, std::vector<Entry> entries, bool directed) {
  if (!directed) {
    for (Entry& e : entries) std::tie(e.from, e.to) = std::minmax({e.from, e.to});
  }
  const auto ends = [](const Entry& e) { return std::tie(e.from, e.to); };
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& a, const Entry& b) { return ends(a) != ends(b) ? ends(a) < ends(b) : a.line < b.line; });
  const auto second = std::adjacent_find(entries.begin(), entries.end(),
                                         [&](const Entry& a, const Entry& b) { return ends(a) == ends(b); });
  if (second == entries.end()) return;
  tokens.fail_at(std::next(second)->line,
                 {fmt::format("the edge between {} and {} of line {} again", second->from, second->to, second->line),
                  directed ? "every edge once" : "every edge once, in one direction; or \"directed\": true"});
}

// Without a number of nodes a hole in the ids is a slip.
void expect_no_holes(const Tokens& tokens, const std::vector<std::int64_t>& drawn,
                     const std::vector<std::int64_t>& reached, const GraphReading& reading) {
  if (reading.nodes) return;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    if (drawn[i] > 0 || reached[i] > 0) continue;
    tokens.fail_at(
        0, {fmt::format("node {} has no edge, and the ids go up to {}", i, drawn.size() - 1),
            fmt::format("ids without holes, or \"nodes\": {} where nodes without edges are meant", drawn.size())});
  }
}

GraphFile read_list(Tokens& tokens, const GraphReading& reading) {
  const std::vector<Entry> entries = read_edges(tokens, reading);
  if (entries.empty()) tokens.fail({"there are no edges", "two ids in every line"});
  expect_once(tokens, entries, reading.directed);
  std::int64_t nodes = reading.nodes.value_or(0);
  if (!reading.nodes) {
    for (const Entry& e : entries) nodes = std::max({nodes, e.from + 1, e.to + 1});
    // A single id far away is an id of another kind, not a graph of that size.
    if (nodes > 2 * static_cast<std::int64_t>(entries.size()) + 1) {
      const auto far = std::max_element(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::max(a.from, a.to) < std::max(b.from, b.to);
      });
      tokens.fail_at(far->line,
                     {fmt::format("node {} in a list of {} edges leaves holes in the ids", nodes - 1, entries.size()),
                      "ids from 0 without holes, or \"nodes\" where nodes without edges are meant"});
    }
  }
  std::vector<std::int64_t> drawn(static_cast<std::size_t>(nodes), 0);
  std::vector<std::int64_t> reached(static_cast<std::size_t>(nodes), 0);
  for (const Entry& e : entries) {
    ++drawn[static_cast<std::size_t>(e.to)];
    ++reached[static_cast<std::size_t>(e.from)];
    if (reading.directed || e.from == e.to) continue;
    ++drawn[static_cast<std::size_t>(e.from)];
    ++reached[static_cast<std::size_t>(e.to)];
  }
  expect_no_holes(tokens, drawn, reached, reading);
  return graph_of(drawn, reading.directed ? reached : drawn);
}

std::vector<std::int64_t> read_offsets(Tokens& tokens, std::int64_t nodes, std::int64_t edges) {
  std::vector<std::int64_t> offsets;
  for (std::int64_t i = 0; i <= nodes; ++i) {
    offsets.push_back(tokens.number(fmt::format("{} offsets", nodes + 1)));
    const std::int64_t before = i == 0 ? 0 : offsets[static_cast<std::size_t>(i) - 1];
    if (i == 0 && offsets[0] != 0) tokens.fail({fmt::format("the first offset is {}", offsets[0]), "0"});
    if (offsets.back() < before || offsets.back() > edges) {
      tokens.fail({fmt::format("offset {} of node {}", offsets.back(), i),
                   fmt::format("between {}, the offset before, and {}, the number of edges", before, edges)});
    }
  }
  if (offsets.back() != edges) {
    tokens.fail({fmt::format("the last offset is {}", offsets.back()), fmt::format("{}, the number of edges", edges)});
  }
  return offsets;
}

void read_row(Tokens& tokens, std::int64_t node, std::int64_t degree, std::vector<std::int64_t>& reached) {
  std::vector<std::int64_t> row;
  for (std::int64_t i = 0; i < degree; ++i) {
    const std::int64_t id = tokens.number("the neighbours of all nodes");
    expect_id(tokens, id, static_cast<std::int64_t>(reached.size()));
    row.push_back(id);
    ++reached[static_cast<std::size_t>(id)];
  }
  std::sort(row.begin(), row.end());
  const auto twice = std::adjacent_find(row.begin(), row.end());
  if (twice == row.end()) return;
  tokens.fail({fmt::format("node {} has the neighbour {} twice", node, *twice), "every neighbour once"});
}

GraphFile read_rows(Tokens& tokens, const GraphReading& reading) {
  const std::int64_t nodes = tokens.number("the number of nodes");
  const std::int64_t edges = tokens.number("the number of edges");
  if (nodes < 1 || nodes > kMostNodes || edges < 1) tokens.fail({"there are no nodes or no edges", "a graph"});
  if (reading.nodes && *reading.nodes != nodes) {
    tokens.fail({fmt::format("{} nodes", nodes), fmt::format("{}, as \"nodes\" says", *reading.nodes)});
  }
  const std::vector<std::int64_t> offsets = read_offsets(tokens, nodes, edges);
  std::vector<std::int64_t> drawn;
  std::vector<std::int64_t> reached(static_cast<std::size_t>(nodes), 0);
  for (std::int64_t i = 0; i < nodes; ++i) {
    drawn.push_back(offsets[static_cast<std::size_t>(i) + 1] - offsets[static_cast<std::size_t>(i)]);
    read_row(tokens, i, drawn.back(), reached);
  }
  if (!tokens.next().empty()) tokens.fail({fmt::format("more than {} neighbours", edges), "as many as edges"});
  expect_no_holes(tokens, drawn, reached, reading);
  return graph_of(drawn, reading.directed ? reached : drawn);
}

}  // namespace

bool names_graph(std::string_view path) {
  return path.ends_with(".edges") || path.ends_with(".edgelist") || path.ends_with(".csr");
}

GraphFile parse_graph(const std::string& name, std::string_view text, const GraphReading& reading) {
  Tokens tokens(name, text);
  return name.ends_with(".csr") ? read_rows(tokens, reading) : read_list(tokens, reading);
}

GraphFile read_graph(const std::string& path, const GraphReading& reading) {
  return parse_graph(path, read_file(path), reading);
}

}  // namespace ridgepoint
