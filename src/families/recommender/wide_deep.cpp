// A linear model beside a deep one: Wide & Deep (Cheng et al., arXiv 1606.07792) and DeepFM (Guo et al., arXiv
// 1703.04247), which adds the products of all pairs of embeddings.

#include "families/recommender/parts.hpp"

namespace ridgepoint {
namespace {

void describe_sum(CompactReader& reader, Description& description, bool pairs) {
  const Features features = read_features(reader, description);
  description.blocks = {mlp("deep", read_widths(reader, "deep"), "relu")};
  std::vector<Item>& items = description.items;
  const std::string linear = add_linear_part(features, items);
  add_joined_features(features, items);
  items.push_back(use("deep", "deep"));
  items.push_back(layer("deep_out", "linear", {{"out_features", 1}}));
  items.push_back(layer("sum", "add", {}, {linear, "deep_out"}));
  if (pairs) {
    items.push_back(layer("pairs", "fm", {}, {"embeddings"}));
    items.push_back(layer("pairs_sum", "reduce", {{"reduce", "sum"}, {"keep", true}}));
    items.push_back(layer("sum_with_pairs", "add", {}, {"sum", "pairs_sum"}));
  }
  items.push_back(layer("probability", "sigmoid"));
}

}  // namespace

void describe_wide_deep(CompactReader& reader, Description& description) { describe_sum(reader, description, false); }

void describe_deepfm(CompactReader& reader, Description& description) { describe_sum(reader, description, true); }

}  // namespace ridgepoint
