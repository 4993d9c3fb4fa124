// Interest in a target out of a history: DIN (Zhou et al., arXiv 1706.06978), DIEN with a GRU over the history and one
// that attention drives (Zhou et al., arXiv 1809.03672), SIM with a search in a long history (Pi et al., arXiv
// 2006.05639).

#include <fmt/format.h>

#include <array>

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kActivations{"dice", "relu", "sigmoid"};
constexpr std::array<std::string_view, 2> kUnitActivations{"sigmoid", "relu"};

/// What the three have in common.
struct Interest {
  History history;
  bool users = false;
};

// Reads the common keys; adds tables, the unit and the head's MLP.
Interest read_interest(CompactReader& reader, Description& description) {
  Interest interest{.history = read_history(reader, description)};
  reader.size("outputs", 1);
  const std::string activation = reader.word("activation", kActivations, "dice");
  const std::string unit = reader.word("attention_activation", kUnitActivations, "sigmoid");
  const std::vector<Value> top = read_widths(reader, "top");
  description.blocks = {activation_unit(read_widths(reader, "attention"), unit),
                        activation == "dice" ? dice_mlp("top", top) : mlp("top", top, activation, activation)};
  add_history(interest.history, description.items);
  interest.users = reader.is_given("user_tables");
  if (interest.users) {
    const std::vector<std::int64_t> tables = reader.list("user_tables");
    description.inputs.push_back(
        {.name = "user_ids", .shape = {"batch", Value(std::int64_t(tables.size()))}, .dtype = "int64"});
    description.items.push_back(
        layer("user_embeddings", "embedding_bag", {{"tables", tables}, {"dim", "dim"}}, {"user_ids"}));
  }
  return interest;
}

// The sum of x[batch, history, width], weighed by scores.
std::string add_weighted_sum(const std::string& x, const std::string& scores, const std::string& width,
                             std::vector<Item>& items) {
  items.push_back(layer("weighted", "matmul", {{"transpose_a", true}}, {scores, x}));
  items.push_back(layer("interest", "reshape", {{"shape", sizes({"batch", width})}}));
  return "interest";
}

}  // namespace

void describe_din(CompactReader& reader, Description& description) {
  const Interest interest = read_interest(reader, description);
  const std::string& width = interest.history.width;
  std::vector<Item>& items = description.items;
  items.push_back(use("scores", "activation_unit", {{"width", width}}, {"items", "target"}));
  add_weighted_sum("items", "scores", width, items);
  add_head({"interest", "target"}, interest.users, items);
}

// The second GRU has its update gate scaled by the attention: one product more per unit and step.
void describe_dien(CompactReader& reader, Description& description) {
  const Interest interest = read_interest(reader, description);
  const std::string& width = interest.history.width;
  std::vector<Item>& items = description.items;
  items.push_back(layer("interests", "gru", {{"hidden", width}}, {"items"}));
  items.push_back(use("scores", "activation_unit", {{"width", width}}, {"interests", "target"}));
  items.push_back(layer("history_of_scores", "reshape", {{"shape", sizes({"batch", "history"})}}));
  items.push_back(layer("attention", "softmax"));
  items.push_back(layer("weights", "reshape", {{"shape", sizes({"batch", "history", 1})}}));
  items.push_back(layer("evolution", "gru", {{"hidden", width}}, {"interests"}));
  items.push_back(layer("gating", "mul", {}, {"evolution", "weights"}));
  items.push_back(layer("last", "slice", {{"axis", 1}, {"start", "history - 1"}, {"length", 1}}));
  items.push_back(layer("interest", "reshape", {{"shape", sizes({"batch", width})}}));
  add_head({"interest", "target"}, interest.users, items);
}

// Soft search: products of the target with a long history, its `selected` nearest items, attention over them; and DIN
// over the short history.
void describe_sim(CompactReader& reader, Description& description) {
  const Interest interest = read_interest(reader, description);
  const std::string& width = interest.history.width;
  for (const char* key : {"long_history", "selected", "heads"}) reader.size(key);
  reader.expect_at_most("selected", "long_history");
  std::vector<Item>& items = description.items;
  References features;
  for (std::size_t i = 1; i <= interest.history.tables.size(); ++i) {
    const std::string ids = fmt::format("long_ids{}", i);
    description.inputs.push_back({.name = ids, .shape = {"batch", "long_history"}, .dtype = "int64"});
    items.push_back(layer(fmt::format("long{}", i), "embedding",
                          {{"rows", interest.history.tables[i - 1]}, {"dim", "dim"}, {"sparse", true}}, {ids}));
    items.back().tied = fmt::format("history{}", i);
    features.emplace_back(items.back().name);
  }
  items.push_back(layer("long", "concat", {{"axis", -1}}, std::move(features)));
  items.push_back(layer("query", "reshape", {{"shape", sizes({"batch", 1, width})}}, {"target"}));
  items.push_back(layer("relevance", "matmul", {{"transpose_b", true}}, {"query", "long"}));
  items.push_back(layer("ranking", "reshape", {{"shape", sizes({"batch", "long_history"})}}));
  items.push_back(layer("search", "top_k", {{"k", "selected"}}));
  items.push_back(layer("found", "gather", {{"batch_dims", 1}}, {"long", "search:1"}));
  for (const char* part : {"q", "k", "v"}) {
    items.push_back(
        layer(part, "linear", {{"out_features", width}, {"bias", false}}, {*part == 'q' ? "query" : "found"}));
  }
  items.push_back(layer("search_attention", "attention", {{"heads", "heads"}}, {"q", "k", "v"}));
  items.push_back(layer("long_interest", "reshape", {{"shape", sizes({"batch", width})}}));
  items.push_back(use("scores", "activation_unit", {{"width", width}}, {"items", "target"}));
  add_weighted_sum("items", "scores", width, items);
  add_head({"long_interest", "interest", "target"}, interest.users, items);
}

}  // namespace ridgepoint
