// Two towers (Covington et al., RecSys 2016; Yi et al., RecSys 2019): an MLP makes a vector of a user, another one of
// an item. Their scores are products of pairs, or of every user with every candidate.

#include <fmt/format.h>

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

// Pooled embeddings through an MLP, as [rows, last width].
void add_tower(CompactReader& reader, const std::string& name, const char* rows, Description& description) {
  const std::vector<std::int64_t> tables = reader.list(name + "_tables");
  reader.size(name + "_lookups", 1);
  description.inputs.push_back(
      {.name = name + "_ids", .shape = {rows, fmt::format("{} * {}_lookups", tables.size(), name)}, .dtype = "int64"});
  description.blocks.push_back(mlp(name, read_widths(reader, name + "_tower"), ""));
  description.items.push_back(
      layer(name + "_embeddings", "embedding_bag",
            {{"tables", tables}, {"dim", "dim"}, {"lookups", name + "_lookups"}, {"reduce", "mean"}}, {name + "_ids"}));
  description.items.push_back(layer(name + "_flat", "flatten", {{"start", 1}}));
  description.items.push_back(use(name, name));
}

}  // namespace

void describe_two_tower(CompactReader& reader, Description& description) {
  reader.size("batch", 1);
  reader.size("dim");
  const bool candidates = reader.optional_size("candidates");
  add_tower(reader, "user", "batch", description);
  add_tower(reader, "item", candidates ? "candidates" : "batch", description);
  if (candidates) {
    description.items.push_back(layer("scores", "matmul", {{"transpose_b", true}}, {"user", "item"}));
  } else {
    description.items.push_back(layer("product", "mul", {}, {"user", "item"}));
    description.items.push_back(layer("scores", "reduce", {{"reduce", "sum"}}));
  }
}

}  // namespace ridgepoint
