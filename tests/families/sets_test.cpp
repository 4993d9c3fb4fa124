// Recommenders, graph networks and point clouds: what follows from their hyper-parameters, and what they refuse.

#include <cmath>

#include "tests/families/counting.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

Network network_from(const std::string& text, Attributes set = {}, Phase phase = Phase::kInference) {
  const Description description = load_model(Document::parse("tiny.json", text), set);
  return instantiate(description, {.phase = phase, .parameters = std::move(set), .precision = {}});
}

std::string message(const std::string& text) {
  return message_of([&] { (void)network_from(text); });
}

// A graph network of two layers, 5 features in, 8 between, 3 out.
std::string graph(const std::string& keys) {
  return R"({"name": "g", "family": "gnn", "layers": 2, "hidden": 8, "features": 5, "classes": 3, "nodes": 20,
 "edges": 60, )" +
         keys + "}";
}

double graph_parameters(const std::string& keys) { return parameters_of(network_from(graph(keys))); }

TEST_CASE("graph convolutions have the parameters of their papers", "[families][sets]") {
  CHECK(graph_parameters(R"("convolution": "gcn")") == 5 * 8 + 8 + 8 * 3 + 3);
  CHECK(graph_parameters(R"("convolution": "sage")") == 2 * 5 * 8 + 8 + 2 * 8 * 3 + 3);
  CHECK(graph_parameters(R"("convolution": "sage_pool")") ==
        (5 * 5 + 5) + (2 * 5 * 8 + 8) + (8 * 8 + 8) + (2 * 8 * 3 + 3));
  // An LSTM of d units has 4 gates with 2 d inputs and 2 biases.
  CHECK(graph_parameters(R"("convolution": "sage_lstm")") ==
        4 * 5 * (2 * 5 + 2) + (2 * 5 * 8 + 8) + 4 * 8 * (2 * 8 + 2) + (2 * 8 * 3 + 3));
  CHECK(graph_parameters(R"("convolution": "gat", "heads": 2, "last_heads": 4)") ==
        5 * 8 + 3 * 8 + 8 * 12 + 2 * 12 + 3);
  CHECK(graph_parameters(R"("convolution": "gatv2", "heads": 2)") == 2 * (5 * 8 + 8) + 8 + 8 + 2 * (8 * 3 + 3) + 3 + 3);
  CHECK(graph_parameters(R"("convolution": "gin")") == (5 * 8 + 8) + 16 + (8 * 8 + 8) + (8 * 3 + 3) + 6 + (3 * 3 + 3));
  CHECK(graph_parameters(R"("convolution": "rgcn", "relations": 4)") == 5 * (5 * 8) + 8 + 5 * (8 * 3) + 3);
  CHECK(graph_parameters(R"("convolution": "rgcn", "relations": 4, "bases": 2)") ==
        3 * (5 * 8) + 8 + 8 + 3 * (8 * 3) + 8 + 3);
}

// 100 seeds; 4 of a mean degree of 10: 400 edges to 100 + 900 (1 - 0.999^400) = 397 nodes; 397 x 2 edges from there.
const std::string kSampled = R"({"name": "s", "family": "gnn", "convolution": "sage", "hidden": 8, "features": 5,
 "classes": 3, "nodes": 1000, "edges": 10000, "fan_outs": [4, 2], "batch": 100, )";

TEST_CASE("a mini-batch shrinks from hop to hop", "[families][sets]") {
  const Network blocks = network_from(kSampled + R"("preparation": true})");
  CHECK(output_of(blocks, "hop1").shape == Shape{397});
  const std::int64_t reached = output_of(blocks, "hop2").shape[0];
  CHECK(reached == 397 + std::llround(603 * -std::expm1(794 * std::log1p(-1e-3))));
  CHECK(output_of(blocks, "fetch").shape == Shape{reached, 5});
  CHECK(output_of(blocks, "layer1.convolution.aggregate").shape == Shape{397, 5});
  CHECK(std::get<Aggregate>(layer_named(blocks, "layer1.convolution.aggregate").op).edges == 794);
  CHECK(output_of(blocks, "last.sum").shape == Shape{100, 3});
  CHECK(category_of(layer_named(blocks, "hop1").op) == Category::kDataPreparation);
}

TEST_CASE("a subgraph runs whole through every layer", "[families][sets]") {
  const Network subgraph = network_from(kSampled + R"("sampling": "subgraph"})");
  // The second hop starts from the 297 nodes that the first one added.
  const std::int64_t edges = 400 + 2 * 297;
  CHECK(std::get<Aggregate>(layer_named(subgraph, "last.aggregate").op).edges == edges);
  CHECK(output_of(subgraph, "last.sum").shape[0] == output_of(subgraph, "layer1.convolution.sum").shape[0]);
  CHECK(output_of(subgraph, "seeds").shape == Shape{100, 3});
}

TEST_CASE("sampled sizes follow what the run sets", "[families][sets]") {
  const Network more = network_from(kSampled + R"("preparation": true})", {{"batch", 200}});
  CHECK(output_of(more, "hop1").shape[0] == 200 + std::llround(800 * -std::expm1(800 * std::log1p(-1e-3))));
  const Network dense = network_from(kSampled + R"("preparation": true})", {{"fan_outs", "1000,1000"}});
  CHECK(std::get<Aggregate>(layer_named(dense, "last.aggregate").op).edges == 1000);  // no more than 10 each
}

TEST_CASE("every recommender runs in training", "[families][sets]") {
  const std::string sequence = R"("tables": [50, 7], "dim": 4, "history": 6, "attention": [5], "top": [8])";
  for (const std::string& keys :
       {std::string(R"("architecture": "dcn", "tables": [50, 7], "dim": 4, "cross_layers": 2, "deep": [8])"),
        std::string(R"("architecture": "wide_deep", "tables": [50, 7], "dim": 4, "features": 3, "deep": [8])"),
        std::string(R"("architecture": "deepfm", "tables": [50, 7], "dim": 4, "deep": [8])"),
        std::string(R"("architecture": "ncf", "users": 50, "items": 7, "dim": 4, "mlp_dim": 6, "deep": [8])"),
        std::string(R"("architecture": "two_tower", "dim": 4, "user_tables": [50], "user_tower": [8],
                       "item_tables": [7], "item_tower": [8])"),
        R"("architecture": "din", )" + sequence, R"("architecture": "dien", )" + sequence,
        R"("architecture": "sim", "long_history": 20, "selected": 5, "heads": 2, )" + sequence,
        std::string(R"("architecture": "hstu", "items": 50, "dim": 8, "history": 6, "layers": 2, "heads": 2,
                       "candidates": 3)")}) {
    INFO(keys);
    const Network network =
        network_from(R"({"name": "r", "family": "recommender", "batch": 3, )" + keys + "}", {}, Phase::kTraining);
    CHECK(macs_of(network) > 0);
    CHECK(network.tensors.back().type.shape[0] == 3);
  }
}

TEST_CASE("cross layers have the parameters of their papers", "[families][sets]") {
  const auto cross = [](const std::string& keys) {
    return parameters_of(network_from(
        R"({"name": "c", "family": "recommender", "architecture": "dcn", "tables": [10, 10], "dim": 4, "features": 2,
 "cross_layers": 3, "deep": [1], )" +
        keys + "}"));
  };
  const double rest = 20 * 4 + (10 + 1) + (11 + 1);  // tables, a deep layer of one, the last one over both
  CHECK(cross(R"("cross": "vector")") == rest + 3 * 2 * 10);
  CHECK(cross(R"("cross": "matrix")") == rest + 3 * (10 * 10 + 10));
  CHECK(cross(R"("cross": "low_rank", "rank": 3)") == rest + 3 * (2 * 3 * 10 + 10));
}

TEST_CASE("a history shares its tables with the target", "[families][sets]") {
  const Network din = network_of("din-amazon-electronics");
  CHECK(parameter_count(layer_named(din, "history1")) == 63001 * 64);
  CHECK(parameter_count(layer_named(din, "target1")) == 0);
  CHECK(output_of(din, "scores.joined").shape == Shape{4096, 100, 512});
}

TEST_CASE("point clouds shrink level by level", "[families][sets]") {
  const Network msg = network_of("pointnet2-msg-modelnet40");
  CHECK(output_of(msg, "centres1").shape == Shape{16, 512, 3});
  CHECK(output_of(msg, "set1_3.relative").shape == Shape{16, 512, 128, 3});
  CHECK(output_of(msg, "features1").shape == Shape{16, 512, 320});
  CHECK(output_of(msg, "set2_1.joined").shape == Shape{16, 128, 32, 323});
  CHECK(output_of(msg, "classes").shape == Shape{16, 40});
  const Network scannet = network_of("pointnet2-ssg-scannet");
  CHECK(output_of(scannet, "interpolated4").shape == Shape{16, 8192, 128});
  CHECK(output_of(scannet, "classes").shape == Shape{16 * 8192, 21});
}

TEST_CASE("what graphs refuse is said at its key", "[families][sets]") {
  CHECK(message(graph(R"("convolution": "rgat", "relations": 2)")) ==
        R"(tiny.json:2:30: error: rgat without "node_types"
  at /convolution
     2 |  "edges": 60, "convolution": "rgat", "relations": 2}
       |                              ^
  expected lists of node types and relations, or gat
)");
  CHECK(message(kSampled + R"("sampling": "subgraph", "preparation": true})").find("hops of a subgraph") !=
        std::string::npos);
  CHECK(message(R"({"name": "s", "family": "gnn", "hidden": 8, "features": 5, "classes": 3, "nodes": 9, "edges": 9,
 "fan_outs": [4, -1]})") == R"(tiny.json:2:18: error: "fan_outs" holds -1
  at /fan_outs/1
     2 |  "fan_outs": [4, -1]}
       |                  ^
  expected a list of integers of at least 1
)");
  CHECK(message(R"({"name": "h", "family": "gnn", "convolution": "rgcn", "layers": 1, "hidden": 8, "features": 5,
 "classes": 3, "node_types": [9, 9], "relation_sources": [0], "relation_targets": [2], "relation_edges": [5]})")
            .find("type 2 of 2 node types") != std::string::npos);
}

TEST_CASE("what point clouds refuse is said at its key", "[families][sets]") {
  CHECK(message(R"({"name": "p", "family": "point_cloud", "architecture": "pointnet2", "samples": [64, 16],
 "neighbours": [8, 8], "mlps": [4, 4, 4], "global": [4], "head": [4]})")
            .find("3 widths for 2 scales") != std::string::npos);
  CHECK(
      message(R"({"name": "p", "family": "point_cloud", "architecture": "minkunet", "sites": [10, 20], "neighbours": 3,
 "widths": [4, 4, 4]})")
          .find("20 sites at half the resolution of 10") != std::string::npos);
  CHECK(message(R"({"name": "p", "family": "point_cloud", "architecture": "pointnet2", "points": 32, "samples": [64],
 "neighbours": [8], "mlps": [4, 4, 4], "global": [4], "head": [4]})")
            .find("64 of 32 points") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
