#include "roofline/memory.hpp"

#include <algorithm>

#include "core/checked.hpp"

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
    const bool idle = tensor.producer >= 0 && network.layers[static_cast<std::size_t>(tensor.producer)].idle;
    if (storage[i] != static_cast<int>(i) || cached || fused_away || idle) continue;
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

// What training keeps of every tensor for the backward pass, once for each of its values.
class Kept {
 public:
  explicit Kept(const Network& network)
      : network_(network),
        storage_(storage_of(network)),
        times_(network.tensors.size(), 0),
        handovers_of_(network.tensors.size()),
        handed_over_(network.handovers.size(), false) {
    for (std::size_t i = 0; i < network.handovers.size(); ++i) {
      handovers_of_[stored(network.handovers[i].in)].push_back(i);
    }
  }

  // A layer sees a tensor as often as it runs, but no value of it twice; what its block handed over it sees too.
  void keep(int tensor, std::size_t layer) {
    const std::size_t id = stored(tensor);
    times_[id] = std::max(times_[id], std::min(network_.layers[layer].repeat, values(id)));
    for (const std::size_t i : handovers_of_[id]) {
      const Handover& handover = network_.handovers[i];
      if (handover.first <= layer && layer < handover.last) handed_over_[i] = true;
    }
  }

  [[nodiscard]] Bytes total() const {
    std::vector<std::int64_t> times = times_;
    for (std::size_t i = 0; i < handed_over_.size(); ++i) {
      const std::size_t out = stored(network_.handovers[i].out);
      if (handed_over_[i]) times[out] = std::min(values(out), checked_add(times[out], network_.handovers[i].times));
    }
    Bytes sum{};
    for (std::size_t i = 0; i < times.size(); ++i) {
      sum += network_.tensors[i].type.bytes() * static_cast<double>(times[i]);
    }
    return sum;
  }

 private:
  [[nodiscard]] std::size_t stored(int tensor) const {
    return static_cast<std::size_t>(storage_[static_cast<std::size_t>(tensor)]);
  }
  [[nodiscard]] std::int64_t values(std::size_t tensor) const {
    const int producer = network_.tensors[tensor].producer;
    return producer < 0 ? 1 : network_.layers[static_cast<std::size_t>(producer)].repeat;
  }

  const Network& network_;
  std::vector<int> storage_;
  std::vector<std::int64_t> times_;                     // by tensor
  std::vector<std::vector<std::size_t>> handovers_of_;  // by the tensor that goes in
  std::vector<bool> handed_over_;                       // whether a layer keeps what is handed over
};

Bytes saved_activations(const Network& network) {
  Kept kept(network);
  Bytes extra{};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const SiteStorage place(network, layer);
    const Saved saved = std::visit([&](const auto& op) { return op.saved(place.site()); }, layer.op);
    const auto keep = [&](int tensor) { kept.keep(tensor, i); };
    if (saved.inputs) std::for_each(layer.inputs.begin(), layer.inputs.end(), keep);
    if (saved.output) std::for_each(layer.outputs.begin(), layer.outputs.end(), keep);
    extra += saved.extra * static_cast<double>(layer.repeat);
  }
  return kept.total() + extra;
}

void add_parameters(const Network& network, const Layer& layer, Optimizer optimizer, Footprint& result) {
  const auto copies = static_cast<double>(layer.copies);
  for (const ParameterRole role : kParameterRoles) {
    (role == ParameterRole::kTable ? result.tables : result.weights) +=
        parameter_bytes(layer, role, precision_of(network, layer)) * copies;
  }
  if (network.phase != Phase::kTraining) return;
  const SiteStorage place(network, layer);
  const double share = std::visit([&](const auto& op) { return op.updated_share(place.site()); }, layer.op);
  const double count = all_parameters(layer);
  const DType format = precision_of(network, layer).weights;
  result.gradients += bytes_of(count * share, format);
  result.optimizer += optimizer_state(count, optimizer, format);
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
