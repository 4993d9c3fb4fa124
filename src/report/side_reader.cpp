#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "io/object_reader.hpp"
#include "report/analysis.hpp"
#include "report/side.hpp"

namespace ridgepoint {
namespace {

constexpr double kRounding = 1e-9;  // digits are complete in files of this tool; others may print fewer

bool is_one(const Node& node) {
  return node.kind == Node::Kind::kObject && node.find("schema_version") != nullptr && node.find("layers") != nullptr &&
         node.find("totals") != nullptr;
}

Bound read_bound(ObjectReader& reader) {
  const std::vector<std::string_view> names = names_of(kBounds);
  const std::string word = reader.choice(reader.required("bound"), names);
  return static_cast<Bound>(std::find(names.begin(), names.end(), word) - names.begin());
}

// Files written before there were needs have none.
void read_needs(const ObjectReader& layer, const Node* node, SideLayer& into) {
  if (node == nullptr) return;
  ObjectReader reader(layer.document(), *node, "needs");
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    if (const Node* need = reader.optional(kBounds[i].name)) into.needs[i] = reader.non_negative(*need);
  }
}

SideLayer read_layer(const std::shared_ptr<const Document>& document, const Node& node) {
  ObjectReader reader(document, node, "layer");
  SideLayer layer{.name = reader.required_string("name")};
  const auto amount = [&](std::string_view key) { return reader.non_negative(reader.required(key)); };
  layer.op = reader.optional_string("op");
  layer.repeat = amount("repeat");
  layer.flops = amount("flops");
  layer.bytes = amount("bytes_read") + amount("bytes_written");
  layer.time = amount("time_s");
  layer.time_p10 = amount("time_p10_s");
  layer.time_p90 = amount("time_p90_s");
  layer.bound = read_bound(reader);
  if (const Node* fused = reader.optional("fused_from")) {
    for (const Node& part : reader.array(*fused)) layer.fused_from.push_back(reader.string(part));
  }
  read_needs(reader, reader.optional("needs_s"), layer);
  return layer;
}

std::string fact_text(const Node& node) {
  if (node.kind == Node::Kind::kInteger) return std::to_string(node.integer);
  return node.kind == Node::Kind::kReal ? fmt::format("{}", node.real) : node.text;
}

void read_context(const std::shared_ptr<const Document>& document, const Node& node, Side& side) {
  ObjectReader reader(document, node, "context");
  const auto add = [&](const Node* value, std::string_view key) {
    if (value != nullptr) side.facts.emplace_back(key, fact_text(*value));
  };
  if (const Node* precision = reader.optional("precision")) {
    ObjectReader formats(document, *precision, "precision");
    for (const char* key : {"activations", "weights", "kv_cache", "math"}) add(formats.optional(key), key);
  }
  for (const char* key : {"mode", "fusion", "execution"}) add(reader.optional(key), key);
  if (const Node* parameters = reader.optional("parameters")) {
    const ObjectReader all(document, *parameters, "parameters");
    for (const Node* value : all.rest()) add(value, value->key);
  }
}

void expect_sum(const std::shared_ptr<const Document>& document, const Node& total, const Side& side) {
  double sum = 0;
  for (const SideLayer& layer : side.layers) sum += layer.time;
  if (std::abs(sum - side.time) <= kRounding * std::max(sum, side.time)) return;
  document->fail(total.offset, {fmt::format("the layers take {} s and the total says {} s", sum, side.time),
                                "a file as `analyze --format json` wrote it"});
}

Side read_one(const std::shared_ptr<const Document>& document, const Node& node) {
  ObjectReader reader(document, node, "analysis");
  const Node& version = reader.required("schema_version");
  if (reader.integer(version) != kAnalysisVersion) {
    reader.fail(version, {fmt::format("schema version {} is not known", reader.integer(version)),
                          fmt::format("{}", kAnalysisVersion)});
  }
  Side side{.source = document->file()};
  for (const char* key : {"model", "device", "phase"}) side.facts.emplace_back(key, reader.required_string(key));
  if (const Node* context = reader.optional("context")) read_context(document, *context, side);
  for (const Node& layer : reader.array(reader.required("layers"))) side.layers.push_back(read_layer(document, layer));
  const Node& totals_node = reader.required("totals");
  ObjectReader totals(document, totals_node, "totals");
  const auto amount = [&](std::string_view key) { return totals.non_negative(totals.required(key)); };
  side.flops = amount("flops");
  side.bytes = amount("bytes_read") + amount("bytes_written");
  side.time = amount("time_s");
  side.time_p10 = amount("time_p10_s");
  side.time_p90 = amount("time_p90_s");
  ObjectReader memory(document, totals.required("memory"), "memory");
  side.memory = memory.non_negative(memory.required("total_bytes"));
  expect_sum(document, totals.required("time_s"), side);
  return side;
}

}  // namespace

bool is_analysis(const Document& document) {
  const Node& root = document.root();
  if (root.kind == Node::Kind::kArray) return !root.items.empty() && is_one(root.items.front());
  return is_one(root);
}

std::vector<Side> read_saved_sides(const std::shared_ptr<const Document>& document) {
  const Node& root = document->root();
  if (root.kind != Node::Kind::kArray) return {read_one(document, root)};
  std::vector<Side> all;
  for (const Node& one : root.items) all.push_back(read_one(document, one));
  if (all.empty())
    document->fail(root.offset, {"there is no analysis in this file", "what `analyze --format json` writes"});
  return all;
}

}  // namespace ridgepoint
