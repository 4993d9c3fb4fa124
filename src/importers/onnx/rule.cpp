#include "importers/onnx/rule.hpp"

#include <array>
#include <map>

namespace ridgepoint::onnx {
namespace {

using Key = std::pair<std::string_view, std::string_view>;

std::map<Key, Rule> all_rules() {
  std::map<Key, Rule> rules;
  for (const std::span<const Rule> group : {unary_rules(),     elementwise_rules(), view_rules(),
                                            cut_rules(),       movement_rules(),    shape_rules(),
                                            product_rules(),   einsum_rules(),      window_rules(),
                                            pool_rules(),      choice_rules(),      normalization_rules(),
                                            reduction_rules(), lookup_rules(),      recurrent_rules(),
                                            quantized_rules(), attention_rules(),   packed_attention_rules(),
                                            sequence_rules(),  found_rules(),       image_rules(),
                                            fused_rules(),     expert_rules()}) {
    for (const Rule& rule : group) rules.emplace(Key{rule.domain, rule.type}, rule);
  }
  return rules;
}

}  // namespace

// An operator that one domain took over from another keeps its meaning: both are asked.
const Rule* find_rule(std::string_view domain, std::string_view type) {
  static const std::map<Key, Rule> kAll = all_rules();
  const std::string_view own = domain == "ai.onnx" ? "" : domain;
  if (!own.empty() && own != kMicrosoft) return nullptr;
  for (const std::string_view asked : {own, own.empty() ? kMicrosoft : std::string_view{}}) {
    const auto found = kAll.find({asked, type});
    if (found != kAll.end()) return &found->second;
  }
  return nullptr;
}

void lower_unmodelled(Lowering& n) { n.unmodelled(); }

}  // namespace ridgepoint::onnx
