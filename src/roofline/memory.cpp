#include "roofline/memory.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

// The tensor whose memory a tensor uses: its own, or that of what it is a view of.
std::vector<int> storage_of(const Network& network) {
  std::vector<int> storage(network.tensors.size());
  for (std::size_t i = 0; i < storage.size(); ++i) {
    storage[i] = static_cast<int>(i);
    const int producer = network.tensors[i].producer;
    if (producer < 0) continue;
    const Layer& layer = network.layers[static_cast<std::size_t>(producer)];
    const bool view = fusion_role(layer.op, network.phase) == FusionRole::kView && !layer.inputs.empty();
    if (view) storage[i] = storage[static_cast<std::size_t>(layer.inputs.front())];
  }
  return storage;
}

// The largest sum of tensors alive at one time when groups run in order. A KV cache is not an activation.
Bytes peak_alive(const Network& network, const std::vector<Group>& groups) {
  const std::vector<int> storage = storage_of(network);
  const std::size_t count = network.tensors.size();
  std::vector<int> group_of(network.layers.size(), 0);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const int member : groups[g].members) group_of[static_cast<std::size_t>(member)] = static_cast<int>(g);
  }
  std::vector<int> born(count, 0);
  std::vector<int> dies(count, -1);
  for (std::size_t i = 0; i < count; ++i) {
    const int producer = network.tensors[i].producer;
    born[i] = producer < 0 ? 0 : group_of[static_cast<std::size_t>(producer)];
    dies[static_cast<std::size_t>(storage[i])] = std::max(dies[static_cast<std::size_t>(storage[i])], born[i]);
  }
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    for (const int input : network.layers[l].inputs) {
      int& end = dies[static_cast<std::size_t>(storage[static_cast<std::size_t>(input)])];
      end = std::max(end, group_of[l]);
    }
  }
  std::vector<Bytes> change(groups.size() + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor& tensor = network.tensors[i];
    const bool cached = tensor.producer >= 0 &&
                        std::holds_alternative<KvCache>(network.layers[static_cast<std::size_t>(tensor.producer)].op);
    const bool fused_away = tensor.producer >= 0 && dies[i] == born[i] && !tensor.escapes &&
                            tensor.producer != groups[static_cast<std::size_t>(born[i])].members.back();
    if (storage[i] != static_cast<int>(i) || cached || fused_away) continue;
    change[static_cast<std::size_t>(born[i])] += tensor.type.bytes();
    change[static_cast<std::size_t>(dies[i]) + 1] -= tensor.type.bytes();
  }
  Bytes alive{};
  Bytes peak{};
  for (const Bytes step : change) {
    alive += step;
    peak = std::max(peak, alive);
  }
  return peak;
}

// Every tensor that some layer keeps for its backward pass, once per repetition of the layer that made it.
Bytes saved_activations(const Network& network) {
  const std::vector<int> storage = storage_of(network);
  std::vector<std::int64_t> kept(network.tensors.size(), 0);
  Bytes total{};
  for (const Layer& layer : network.layers) {
    const SiteStorage place(network, layer);
    const Saved saved = std::visit([&](const auto& op) { return op.saved(place.site()); }, layer.op);
    const auto keep = [&](int tensor) {
      std::int64_t& times = kept[static_cast<std::size_t>(storage[static_cast<std::size_t>(tensor)])];
      times = std::max(times, layer.repeat);
    };
    if (saved.inputs) std::for_each(layer.inputs.begin(), layer.inputs.end(), keep);
    if (saved.output) std::for_each(layer.outputs.begin(), layer.outputs.end(), keep);
    total += saved.extra * static_cast<double>(layer.repeat);
  }
  for (std::size_t i = 0; i < kept.size(); ++i) total += network.tensors[i].type.bytes() * static_cast<double>(kept[i]);
  return total;
}

void add_parameters(const Network& network, const Layer& layer, Optimizer optimizer, Footprint& result) {
  const auto repeat = static_cast<double>(layer.repeat);
  for (const ParameterRole role : kParameterRoles) {
    (role == ParameterRole::kTable ? result.tables : result.weights) +=
        parameter_bytes(layer, role, network.precision) * repeat;
  }
  if (network.phase != Phase::kTraining) return;
  const SiteStorage place(network, layer);
  const double share = std::visit([&](const auto& op) { return op.updated_share(place.site()); }, layer.op);
  const double count = parameter_count(layer) * repeat;
  result.gradients += bytes_of(count * share, network.precision.weights);
  result.optimizer += optimizer_state(count, optimizer, network.precision.weights);
}

}  // namespace

Footprint footprint(const Network& network, const std::vector<Group>& groups, Optimizer optimizer) {
  Footprint result;
  for (const Layer& layer : network.layers) {
    add_parameters(network, layer, optimizer, result);
    const SiteStorage place(network, layer);
    result.kv_cache += std::visit([&](const auto& op) { return op.state(place.site()); }, layer.op) *
                       static_cast<double>(layer.repeat);
  }
  result.activations = network.phase == Phase::kTraining ? saved_activations(network) : peak_alive(network, groups);
  return result;
}

}  // namespace ridgepoint
