#include "families/recommender/parts.hpp"

#include <fmt/format.h>

#include <array>
#include <numeric>

#include "core/checked.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kCrossWords{"vector", "matrix", "low_rank"};

std::vector<Value> values_of(const std::vector<std::int64_t>& list) { return {list.begin(), list.end()}; }

}  // namespace

Block mlp(const std::string& name, const std::vector<Value>& widths, const std::string& last,
          const std::string& activation) {
  Block block{.name = name, .inputs = {"x"}};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string function = i + 1 == widths.size() ? last : activation;
    block.items.push_back(layer(fmt::format("linear{}", i + 1), "linear", {{"out_features", widths[i]}}));
    if (!function.empty()) block.items.push_back(layer(fmt::format("{}{}", function, i + 1), function));
  }
  return block;
}

std::vector<Value> read_widths(CompactReader& reader, std::string_view key) { return values_of(reader.list(key)); }

std::vector<Value> read_optional_widths(CompactReader& reader, std::string_view key) {
  return reader.is_given(key) ? read_widths(reader, key) : std::vector<Value>{};
}

Lookups read_lookups(CompactReader& reader, std::size_t tables) {
  if (!reader.is_list("lookups")) {
    reader.size("lookups", 1);
    return {fmt::format("{} * lookups", tables), "lookups"};
  }
  const std::vector<std::int64_t> each = reader.list("lookups");
  if (each.size() != tables) {
    reader.fail("lookups",
                {fmt::format("{} lookups for {} tables", each.size(), tables), "one number, or one per table"});
  }
  try {
    return {std::accumulate(each.begin(), each.end(), std::int64_t{0}, checked_add), each};
  } catch (const OverflowError&) {
    reader.fail("lookups", {"the sum of the lookups overflows", "a sum below 2^63"});
  }
}

Features read_features(CompactReader& reader, Description& description) {
  reader.size("batch", 1);
  reader.size("dim");
  Features features{.tables = reader.list("tables")};
  features.lookups = read_lookups(reader, features.tables.size());
  features.dense = reader.optional_size("features");
  description.inputs = {{.name = "ids", .shape = {"batch", features.lookups.ids}, .dtype = "int64"}};
  if (features.dense) description.inputs.push_back({.name = "dense", .shape = {"batch", "features"}});
  return features;
}

void add_joined_features(const Features& features, std::vector<Item>& items) {
  items.push_back(layer("embeddings", "embedding_bag",
                        {{"tables", features.tables}, {"dim", "dim"}, {"lookups", features.lookups.per_table}},
                        {"ids"}));
  items.push_back(layer("flatten", "flatten", {{"start", 1}}));
  if (features.dense) items.push_back(layer("joined", "concat", {{"axis", 1}}, {"dense", "flatten"}));
}

std::string add_linear_part(const Features& features, std::vector<Item>& items) {
  items.push_back(layer(
      "wide", "embedding_bag",
      {{"tables", features.tables}, {"dim", 1}, {"lookups", features.lookups.per_table}, {"bag", "sample"}}, {"ids"}));
  if (!features.dense) {
    items.push_back(layer("wide_bias", "bias"));
    return "wide_bias";
  }
  items.push_back(layer("wide_dense", "linear", {{"out_features", 1}}, {"dense"}));
  items.push_back(layer("linear_part", "add", {}, {"wide", "wide_dense"}));
  return "linear_part";
}

Cross read_cross(CompactReader& reader, std::string_view fallback) {
  const std::string word = reader.word("cross", kCrossWords, fallback);
  reader.size("cross_layers");
  const auto cross = static_cast<Cross>(std::find(kCrossWords.begin(), kCrossWords.end(), word) - kCrossWords.begin());
  if (cross == Cross::kLowRank) reader.size("rank");
  return cross;
}

Block cross_layer(Cross cross) {
  Block block{.name = "cross", .inputs = {"x", "x0"}, .required = {"width"}};
  if (cross == Cross::kVector) {
    block.items = {layer("weight", "linear", {{"out_features", 1}, {"bias", false}}, {"x"}),
                   layer("product", "mul", {}, {"x0", "weight"}), layer("bias", "bias")};
  } else {
    if (cross == Cross::kLowRank) {
      block.items.push_back(layer("down", "linear", {{"out_features", "rank"}, {"bias", false}}, {"x"}));
      block.items.push_back(layer("up", "linear", {{"out_features", "width"}}));
    } else {
      block.items.push_back(layer("weight", "linear", {{"out_features", "width"}}, {"x"}));
    }
    block.items.push_back(layer("product", "mul", {}, {"x0", block.items.back().name}));
  }
  block.items.push_back(layer("add", "add", {}, {block.items.back().name, "x"}));
  return block;
}

}  // namespace ridgepoint
