// Deep & cross networks: DCN (Wang et al., arXiv 1708.05123) and DCN v2 (Wang et al., arXiv 2008.13535).

#include <fmt/format.h>

#include <array>

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kStructures{"parallel", "stacked"};

}  // namespace

void describe_dcn(CompactReader& reader, Description& description) {
  const bool parallel = reader.word("structure", kStructures, "parallel") == "parallel";
  const Features features = read_features(reader, description);
  const Cross cross = read_cross(reader, "matrix");
  const std::vector<Value> deep = read_widths(reader, "deep");
  const std::string width = fmt::format("{} * dim{}", features.tables.size(), features.dense ? " + features" : "");

  description.blocks = {cross_layer(cross), mlp("deep", deep, "relu")};
  add_joined_features(features, description.items);
  const std::string x0 = description.items.back().name;
  description.items.push_back(use("cross", "cross", {{"width", width}}, {x0, x0}, "cross_layers"));
  description.items.push_back(use("deep", "deep", {}, {parallel ? x0 : "cross"}));
  if (parallel) description.items.push_back(layer("both", "concat", {{"axis", 1}}, {"cross", "deep"}));
  description.items.push_back(layer("out", "linear", {{"out_features", 1}}));
  description.items.push_back(layer("probability", "sigmoid"));
}

}  // namespace ridgepoint
