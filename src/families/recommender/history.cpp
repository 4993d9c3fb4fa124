// Recommenders that look at what a user did before: the items of a history, and attention over them.

#include <fmt/format.h>

#include "families/recommender/parts.hpp"

namespace ridgepoint {

History read_history(CompactReader& reader, Description& description) {
  reader.size("batch", 1);
  reader.size("dim");
  reader.size("history");
  History history{.tables = reader.list("tables")};
  history.width = fmt::format("{} * dim", history.tables.size());
  for (std::size_t i = 1; i <= history.tables.size(); ++i) {
    description.inputs.push_back(
        {.name = fmt::format("history_ids{}", i), .shape = {"batch", "history"}, .dtype = "int64"});
    description.inputs.push_back({.name = fmt::format("target_ids{}", i), .shape = {"batch"}, .dtype = "int64"});
  }
  return history;
}

void add_history(const History& history, std::vector<Item>& items) {
  References of_history;
  References of_target;
  for (std::size_t i = 1; i <= history.tables.size(); ++i) {
    const Attributes table{{"rows", history.tables[i - 1]}, {"dim", "dim"}, {"sparse", true}};
    const std::string name = fmt::format("history{}", i);
    items.push_back(layer(name, "embedding", table, {fmt::format("history_ids{}", i)}));
    items.push_back(layer(fmt::format("target{}", i), "embedding", table, {fmt::format("target_ids{}", i)}));
    items.back().tied = name;
    of_history.emplace_back(name);
    of_target.emplace_back(items.back().name);
  }
  items.push_back(layer("items", "concat", {{"axis", -1}}, of_history));
  items.push_back(layer("target", "concat", {{"axis", -1}}, of_target));
}

void add_head(const std::vector<std::string>& parts, bool users, std::vector<Item>& items) {
  References all(parts.begin(), parts.end());
  if (users) {
    items.push_back(layer("users", "flatten", {{"start", 1}}, {"user_embeddings"}));
    all.emplace_back("users");
  }
  items.push_back(layer("joined", "concat", {{"axis", 1}}, std::move(all)));
  items.push_back(use("top", "top"));
  items.push_back(layer("out", "linear", {{"out_features", "outputs"}}));
  items.push_back(layer("probability", "sigmoid"));
}

Block activation_unit(const std::vector<Value>& widths, const std::string& activation) {
  Block block{.name = "activation_unit", .inputs = {"items", "target"}, .required = {"width"}};
  block.items = {layer("query", "reshape", {{"shape", sizes({"batch", 1, "width"})}}, {"target"}),
                 layer("queries", "expand", {{"axis", 1}, {"length", "history"}}),
                 layer("difference", "sub", {}, {"items", "query"}), layer("product", "mul", {}, {"items", "query"}),
                 layer("joined", "concat", {{"axis", 2}}, {"queries", "items", "difference", "product"})};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    block.items.push_back(layer(fmt::format("linear{}", i + 1), "linear", {{"out_features", widths[i]}}));
    block.items.push_back(layer(fmt::format("{}{}", activation, i + 1), activation));
  }
  block.items.push_back(layer("score", "linear", {{"out_features", 1}}));
  return block;
}

Block dice_mlp(const std::string& name, const std::vector<Value>& widths) {
  Block block{.name = name, .inputs = {"x"}};
  for (std::size_t i = 1; i <= widths.size(); ++i) {
    const std::string x = fmt::format("linear{}", i);
    const auto named = [&](const char* part) { return fmt::format("{}{}", part, i); };
    block.items.push_back(layer(x, "linear", {{"out_features", widths[i - 1]}}));
    block.items.push_back(layer(named("norm"), "batch_norm", {{"affine", false}}));
    block.items.push_back(layer(named("gate"), "sigmoid"));
    block.items.push_back(layer(named("open"), "mul", {}, {x, named("gate")}));
    block.items.push_back(layer(named("closed"), "sub", {}, {x, named("open")}));
    block.items.push_back(layer(named("alpha"), "layer_scale"));
    block.items.push_back(layer(named("dice"), "add", {}, {named("open"), named("alpha")}));
  }
  return block;
}

}  // namespace ridgepoint
