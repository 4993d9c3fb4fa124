// How the weights of layers are stored: the formats of a description.

#include <algorithm>

#include "core/checked.hpp"
#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {
namespace {

bool is_integer_product(const Node& node) {
  return node.type.starts_with("QLinear") || node.type.ends_with("Integer") || node.type == "QGemm" ||
         node.type == "QAttention" || node.type == "MatMulIntegerToFloat" || node.type.starts_with("DynamicQuantize");
}

}  // namespace

const WeightsItem& Writer::storage_of(int root) {
  const auto [entry, is_new] = storage_.try_emplace(root);
  WeightsItem& item = entry->second;
  if (!is_new) return item;
  const auto packed = packed_.find(root);
  item.weights = packed == packed_.end() ? format_of(graph_.value(root).elem) : packed->second;
  const auto group = places_.groups.find(root);
  if (group != places_.groups.end()) item.weight_group = group->second;
  const auto consumers = consumers_.find(root);
  const bool integers =
      consumers != consumers_.end() && std::any_of(consumers->second.begin(), consumers->second.end(), [&](int node) {
        return is_integer_product(graph_.nodes[static_cast<std::size_t>(node)]);
      });
  if (integers) item.math = DType::kInt8;
  return item;
}

void Writer::store(const ParameterKey& weight) {
  const ValueInfo& main = graph_.value(weight.first);
  if (!main.shape || !facts(format_of(main.elem)).arithmetic) return;
  stored_[description_.items.back().name] = {storage_of(weight.first), product(*main.shape).value()};
}

namespace {

using Stored = std::map<std::string, std::pair<WeightsItem, std::int64_t>>;

// How most weights are stored, whatever their scales.
std::optional<WeightsItem> main_storage(const Stored& stored) {
  std::map<std::pair<DType, bool>, std::int64_t> counts;
  std::map<std::pair<DType, bool>, WeightsItem> first;
  for (const auto& [layer, entry] : stored) {
    const std::pair kind(*entry.first.weights, entry.first.math.has_value());
    counts[kind] = checked_add(counts[kind], entry.second);
    first.emplace(kind, entry.first);
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.end()) return std::nullopt;
  return first.at(most->first);
}

}  // namespace

bool Writer::has_narrow_activations() const {
  return graph_.quantized || std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [](const Node& node) {
           return !node.dead && node.type.starts_with("QLinear");
         });
}

// The formats that most weights have are the network's; other layers say theirs.
void Writer::set_precision() {
  std::optional<WeightsItem> main = main_storage(stored_);
  if (!main) return;
  PrecisionItem& precision = description_.precision;
  const DType wide = *precision.activations;
  const bool narrow = has_narrow_activations() && main->weights != wide;
  if (narrow) precision.activations = DType::kInt8;
  const auto finished = [&](WeightsItem item) {
    if (item.weights == wide) {
      item.math = wide;
    } else if (!item.math) {
      item.math = narrow ? DType::kInt8 : wide;
    }
    return item;
  };
  main = finished(*main);
  if (main->weights != *precision.activations || main->weight_group > 0) {
    precision.weights = main->weights;
    precision.weight_group = main->weight_group;
  }
  if (main->math != *precision.activations) precision.math = main->math;
  for (Item& item : description_.items) {
    const auto own = stored_.find(item.name);
    if (own == stored_.end()) continue;
    const WeightsItem storage = finished(own->second.first);
    if (!(storage == *main)) item.precision = storage;
  }
}

}  // namespace ridgepoint::onnx
