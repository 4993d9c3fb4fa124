// Neural collaborative filtering (NeuMF; He et al., arXiv 1708.05031): a product of two embeddings beside an MLP over
// two others.

#include "families/recommender/parts.hpp"

namespace ridgepoint {

void describe_ncf(CompactReader& reader, Description& description) {
  reader.size("batch", 1);
  for (const char* key : {"users", "items", "dim", "mlp_dim"}) reader.size(key);
  const std::vector<Value> widths = read_widths(reader, "deep");

  description.inputs = {{.name = "user", .shape = {"batch"}, .dtype = "int64"},
                        {.name = "item", .shape = {"batch"}, .dtype = "int64"}};
  description.blocks = {mlp("deep", widths, "relu")};
  const auto table = [](const char* name, const char* rows, const char* dim, const char* ids) {
    return layer(name, "embedding", {{"rows", rows}, {"dim", dim}}, {ids});
  };
  description.items = {table("mf_user", "users", "dim", "user"),
                       table("mf_item", "items", "dim", "item"),
                       table("mlp_user", "users", "mlp_dim", "user"),
                       table("mlp_item", "items", "mlp_dim", "item"),
                       layer("product", "mul", {}, {"mf_user", "mf_item"}),
                       layer("pair", "concat", {{"axis", 1}}, {"mlp_user", "mlp_item"}),
                       use("deep", "deep"),
                       layer("both", "concat", {{"axis", 1}}, {"product", "deep"}),
                       layer("out", "linear", {{"out_features", 1}}),
                       layer("probability", "sigmoid")};
}

}  // namespace ridgepoint
