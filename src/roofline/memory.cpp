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

// The sum of tensors alive while each group runs, in order. A KV cache is not an activation.
std::vector<Bytes> alive(const Network& network, const std::vector<Group>& groups) {
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
  change.pop_back();
  for (std::size_t g = 1; g < change.size(); ++g) change[g] += change[g - 1];
  return change;
}

// What training keeps of every tensor for the backward pass, once for each of its values.
class Kept {
 public:
  explicit Kept(const Network& network)
      : network_(network),
        storage_(storage_of(network)),
        times_(network.tensors.size(), 0),
        handed_(network.tensors.size(), 0),
        handovers_of_(network.tensors.size()),
        handed_over_(network.handovers.size(), false) {
    for (std::size_t i = 0; i < network.handovers.size(); ++i) {
      handovers_of_[stored(network.handovers[i].in)].push_back(i);
    }
  }

  // A layer sees a tensor as often as it runs, but no value of it twice; what its block handed over it sees too. The
  // result is what is kept more than before.
  Bytes keep(int tensor, std::size_t layer) {
    const std::size_t id = stored(tensor);
    Bytes more = raise(id, times_, std::max(times_[id], std::min(network_.layers[layer].repeat, values(id))));
    for (const std::size_t i : handovers_of_[id]) {
      const Handover& handover = network_.handovers[i];
      if (handed_over_[i] || layer < handover.first || layer >= handover.last) continue;
      handed_over_[i] = true;
      const std::size_t out = stored(handover.out);
      more += raise(out, handed_, std::min(values(out), checked_add(handed_[out], handover.times)));
    }
    return more;
  }

  [[nodiscard]] Bytes total() const {
    Bytes sum{};
    for (std::size_t i = 0; i < times_.size(); ++i) sum += kept(i);
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

  [[nodiscard]] Bytes kept(std::size_t id) const {
    const std::int64_t times =
        handed_[id] == 0 ? times_[id] : std::min(values(id), checked_add(times_[id], handed_[id]));
    return network_.tensors[id].type.bytes() * static_cast<double>(times);
  }

  Bytes raise(std::size_t id, std::vector<std::int64_t>& of, std::int64_t times) {
    const Bytes before = kept(id);
    of[id] = times;
    return kept(id) - before;
  }

  const Network& network_;
  std::vector<int> storage_;
  std::vector<std::int64_t> times_;                     // by tensor: values that layers see
  std::vector<std::int64_t> handed_;                    // by tensor: values that a block handed over to itself
  std::vector<std::vector<std::size_t>> handovers_of_;  // by the tensor that goes in
  std::vector<bool> handed_over_;                       // whether a layer keeps what is handed over
};

// All that training keeps for the backward pass; `live` is what is kept once each group has run forward.
Bytes saved_activations(const Network& network, const std::vector<Group>& groups, std::vector<Bytes>& live) {
  Kept kept(network);
  Bytes extra{};
  std::vector<Bytes> more(network.layers.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const SiteStorage place(network, layer);
    const Saved saved = std::visit([&](const auto& op) { return op.saved(place.site()); }, layer.op);
    const auto keep = [&](int tensor) { more[i] += kept.keep(tensor, i); };
    if (saved.inputs) std::for_each(layer.inputs.begin(), layer.inputs.end(), keep);
    if (saved.output) std::for_each(layer.outputs.begin(), layer.outputs.end(), keep);
    const Bytes own = saved.extra * static_cast<double>(layer.repeat);
    more[i] += own;
    extra += own;
  }
  Bytes sum{};
  for (const Group& group : groups) {
    for (const int member : group.members) sum += more[static_cast<std::size_t>(member)];
    live.push_back(sum);
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
  result.optimizer += optimizer_state(count, table_width(layer), optimizer, format);
}

}  // namespace

Footprint footprint(const Network& network, const std::vector<Group>& groups, Optimizer optimizer) {
  std::vector<Bytes> live;
  return footprint(network, groups, optimizer, live);
}

Footprint footprint(const Network& network, const std::vector<Group>& groups, Optimizer optimizer,
                    std::vector<Bytes>& live) {
  Footprint result;
  for (const Layer& layer : network.layers) {
    add_parameters(network, layer, optimizer, result);
    const SiteStorage place(network, layer);
    result.kv_cache += std::visit([&](const auto& op) { return op.state(place.site()); }, layer.op) *
                       static_cast<double>(layer.repeat);
  }
  live.clear();
  if (network.phase == Phase::kTraining) {
    result.activations = saved_activations(network, groups, live);
  } else {
    live = alive(network, groups);
    for (const Bytes bytes : live) result.activations = std::max(result.activations, bytes);
  }
  return result;
}

}  // namespace ridgepoint
