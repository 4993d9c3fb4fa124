// Attention as one operator of ai.onnx: its extents and what is computed, after its definition in opsets 23 to 25.

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

/// The attention of a network that has one, and its layer.
struct Found {
  FusedAttention op;
  std::size_t inputs = 0;
};

Found attention_of(const Imported& model) {
  for (const Layer& layer : model.network.layers) {
    if (const auto* attention = std::get_if<FusedAttention>(&layer.op)) return {*attention, layer.inputs.size()};
  }
  FAIL("no attention");
  return {};
}

// 2 sequences, 4 heads of 8 over 2 heads of keys.
Imported of_three_axes(std::int64_t queries, std::int64_t keys, const std::vector<OnnxAttribute>& more,
                       std::int64_t past = 0) {
  OnnxGraph g;
  g.input("q", {2, queries, 32}).input("k", {2, keys, 16}).input("v", {2, keys, 16});
  g.input("mask", {queries, past + keys});
  std::vector<std::string> inputs{"q", "k", "v", "mask"};
  if (past > 0) {
    g.input("pk", {2, 2, past, 8}).input("pv", {2, 2, past, 8});
    inputs.insert(inputs.end(), {"pk", "pv"});
  }
  std::vector<OnnxAttribute> attributes{{"q_num_heads", 4}, {"kv_num_heads", 2}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  g.node("Attention", inputs, {"y", "k2", "v2"}, attributes).output("y").output("k2").output("v2");
  return import_bytes(onnx_model(g, 25));
}

Imported of_four_axes(std::int64_t queries, std::int64_t keys, const std::vector<OnnxAttribute>& attributes) {
  OnnxGraph g;
  g.input("q", {2, 4, queries, 8}).input("k", {2, 2, keys, 8}).input("v", {2, 2, keys, 6});
  g.node("Attention", {"q", "k", "v"}, {"y"}, attributes).output("y");
  return import_bytes(onnx_model(g, 25));
}

TEST_CASE("attention as an operator reads its mask and its past", "[onnx]") {
  const Imported model = of_three_axes(3, 3, {{"softcap", 30.0F}}, 9);
  CHECK(model.description.unmodelled.empty());
  CHECK(product_macs(model.network) == 2 * 2 * 4 * 3 * 12 * 8);
  const Found found = attention_of(model);
  CHECK((found.op.heads == 4 && found.op.kv_heads == 2 && found.op.softcap && !found.op.causal));
  CHECK(found.inputs == 4);
  std::map<std::string, int> ops = model.ops();
  CHECK(ops["concat"] == 2);
}

TEST_CASE("attention as an operator gives keys and values for the next run without a past too", "[onnx]") {
  OnnxGraph g;
  g.input("q", {2, 5, 32}).input("k", {2, 5, 16}).input("v", {2, 5, 16});
  g.node("Attention", {"q", "k", "v"}, {"y", "k2"}, {{"q_num_heads", 4}, {"kv_num_heads", 2}});
  g.node("Relu", {"k2"}, {"z"}).output("y").output("z");
  const Imported model = import_bytes(onnx_model(g, 23));
  CHECK(model.description.unmodelled.empty());
  CHECK(model.result() == Shape{2, 2, 5, 8});
}

TEST_CASE("causal attention without a past starts at the first key", "[onnx]") {
  const double per_pair = 2.0 * 4 * (8 + 6);
  CHECK(product_macs(of_four_axes(6, 6, {{"is_causal", 1}}).network) == per_pair * 21);
  CHECK(product_macs(of_four_axes(4, 8, {{"is_causal", 1}}).network) == per_pair * 10);
  CHECK(of_four_axes(4, 8, {{"is_causal", 1}}).result() == Shape{2, 4, 4, 6});
  CHECK(product_macs(of_three_axes(3, 3, {{"is_causal", 1}}, 9).network) == 2 * 2 * 4 * 8 * (10 + 11 + 12));
}

TEST_CASE("windows of attention as an operator", "[onnx]") {
  const double per_pair = 2.0 * 4 * (8 + 6);
  const auto pairs = [&](const std::vector<OnnxAttribute>& attributes) {
    return product_macs(of_four_axes(8, 8, attributes).network) / per_pair;
  };
  CHECK(pairs({{"left_window_size", 2}, {"is_causal", 1}}) == 1 + 2 + 6 * 3);
  CHECK(pairs({{"left_window_size", 2}, {"right_window_size", 0}}) == 1 + 2 + 6 * 3);
  CHECK(pairs({{"left_window_size", 1}, {"right_window_size", 1}}) == 2 + 6 * 3 + 2);
  CHECK(pairs({{"left_window_size", 1}, {"right_window_size", 2}}) == 3 + 5 * 4 + 3 + 2);
  CHECK(pairs({{"left_window_size", 100}, {"right_window_size", 100}}) == 64);
  CHECK(pairs({{"left_window_size", std::int64_t{1} << 62}}) == 64);
}

TEST_CASE("attention as an operator that cannot be is an error by name", "[onnx]") {
  OnnxGraph g;
  g.input("q", {2, 5}).input("k", {2, 5}).input("v", {2, 5}).node("Attention", {"q", "k", "v"}, {"y"}).output("y");
  CHECK(message_of([&] { import_bytes(onnx_model(g, 23)); }).find("neither three nor four axes") != std::string::npos);
  OnnxGraph none;
  none.input("q", {2, 3, 8}).input("k", {2, 3, 8}).input("v", {2, 3, 8}).output("y");
  none.node("Attention", {"q", "k", "v"}, {"y"}, {{"q_num_heads", 0}});
  CHECK(message_of([&] { import_bytes(onnx_model(none, 23)); }).find("q_num_heads is 0") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
