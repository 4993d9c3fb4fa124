// Graphs from files, and everything that can be wrong with one: named with its line, and with what would fit.

#include "graph/graph_file.hpp"

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

void expect_message(const std::string& name, std::string_view text, const GraphReading& reading,
                    const std::string& place, const std::string& what) {
  const std::string message = message_of([&] { return parse_graph(name, text, reading); });
  CAPTURE(message, place, what);
  CHECK(message.find(place) != std::string::npos);
  CHECK(message.find(what) != std::string::npos);
}

TEST_CASE("a list of edges becomes degrees", "[graph]") {
  const GraphFile undirected = parse_graph("a.edges", "# a triangle and a tail\n0 1\n1,2\n\n0\t2\n2 3\n", {});
  CHECK(undirected.nodes == 4);
  CHECK(undirected.edges == 8);
  CHECK(undirected.drawn.largest() == 3);
  const GraphFile directed = parse_graph("a.edges", "0 1\n1 0\n2 1\n", {.directed = true});
  CHECK(directed.edges == 3);
  CHECK(directed.drawn.largest() == 2);
  CHECK(directed.reached.largest() == 1);
  const GraphFile isolated = parse_graph("a.edges", "0 1\n1 4\n", {.nodes = 6});
  CHECK(isolated.nodes == 6);
  CHECK(isolated.isolated == 3);
}

TEST_CASE("compressed rows become degrees", "[graph]") {
  const GraphFile graph = parse_graph("a.csr", "3 4\n0 2 3 4\n1 2\n0\n0\n", {});
  CHECK(graph.nodes == 3);
  CHECK(graph.edges == 4);
  CHECK(graph.drawn.largest() == 2);
}

TEST_CASE("what is wrong with a list of edges is said with its line", "[graph]") {
  const auto expect = [](std::string_view text, const GraphReading& reading, const std::string& place,
                         const std::string& what) { expect_message("a.edges", text, reading, place, what); };
  expect("0 1\n1 2\n1 0\n", {}, "a.edges:3", "the edge between 0 and 1 of line 1 again");
  expect("0 1\n0 1\n", {.directed = true}, "a.edges:2", "every edge once");
  expect("0 1\n1 3\n3 0\n", {}, "a.edges", "node 2 has no edge, and the ids go up to 3");
  expect("0 1\n1 3\n3 0\n", {}, "a.edges", "\"nodes\": 4 where nodes without edges are meant");
  expect("0 1\n1 900000000000\n", {}, "a.edges:2", "an id from 0 to");
  expect("0 1\n1 90000\n", {}, "a.edges:2", "leaves holes in the ids");
  expect("0 1\n1 5\n", {.nodes = 5}, "a.edges:2", "node 5 of a graph of 5 nodes");
  expect("0 1\n1 -2\n", {}, "a.edges:2", "\"-2\" is no number");
  expect("0 1\n1\n2 3\n", {}, "a.edges:2", "an edge with one end");
  expect("0 1 2.5\n", {}, "a.edges:1", "more than two values");
  expect("# nothing\n", {}, "a.edges", "there are no edges");
  expect("0 one\n", {}, "a.edges:1", "\"one\" is no number");
}

TEST_CASE("what is wrong with compressed rows is said with its line", "[graph]") {
  const auto expect = [](std::string_view text, const std::string& place, const std::string& what) {
    expect_message("a.csr", text, {}, place, what);
  };
  expect("3 4\n1 2 3 4\n1 2 0 0\n", "a.csr:2", "the first offset is 1");
  expect("3 4\n0 3 2 4\n1 2 0 0\n", "a.csr:2", "between 3, the offset before, and 4");
  expect("3 4\n0 2 3 3\n1 2 0 0\n", "a.csr:2", "the last offset is 3");
  expect("3 4\n0 2 3 4\n1 2\n7\n0\n", "a.csr:4", "node 7 of a graph of 3 nodes");
  expect("3 4\n0 2 3 4\n1 1\n0\n0\n", "a.csr:3", "node 0 has the neighbour 1 twice");
  expect("3 4\n0 2 3 4\n1 2\n0\n", "a.csr", "the file ends early");
  expect("3 4\n0 2 3 4\n1 2\n0\n0 0\n", "a.csr:5", "more than 4 neighbours");
  expect("4 4\n0 2 3 4 4\n1 2\n0\n0\n", "a.csr", "node 3 has no edge");
}

}  // namespace
}  // namespace ridgepoint
