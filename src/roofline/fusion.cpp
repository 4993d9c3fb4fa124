#include "roofline/fusion.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

FusionRole role_of(const Network& network, int layer) {
  return fusion_role(network.layers[static_cast<std::size_t>(layer)].op, network.phase);
}

bool hands_on(const Network& network, const Layer& layer) {
  return fusion_role(layer.op, network.phase) == FusionRole::kView && layer.inputs.size() == 1 &&
         layer.outputs.size() == 1 &&
         network.tensors[static_cast<std::size_t>(layer.inputs.front())].type ==
             network.tensors[static_cast<std::size_t>(layer.outputs.front())].type;
}

class Planner {
 public:
  Planner(const Network& network, Fusion fusion)
      : network_(network), fusion_(fusion), consumers_(consumers_of(network)), group_of_(network.layers.size(), -1) {}

  std::vector<Group> plan() {
    for (int layer = 0; layer < static_cast<int>(network_.layers.size()); ++layer) {
      const int group = fusion_ == Fusion::kNone ? -1 : group_to_join(layer);
      if (group < 0) {
        group_of_[static_cast<std::size_t>(layer)] = static_cast<int>(groups_.size());
        groups_.push_back({{layer}});
      } else {
        group_of_[static_cast<std::size_t>(layer)] = group;
        groups_[static_cast<std::size_t>(group)].members.push_back(layer);
      }
    }
    return std::move(groups_);
  }

 private:
  [[nodiscard]] const Layer& layer_at(int index) const { return network_.layers[static_cast<std::size_t>(index)]; }
  [[nodiscard]] const Tensor& tensor_at(int id) const { return network_.tensors[static_cast<std::size_t>(id)]; }

  // The group of the input that is computed last, or -1 when the layer cannot join it. Groups are numbered in the order
  // of their anchors, so every other input of the layer is ready when that anchor runs.
  [[nodiscard]] int group_to_join(int layer) const {
    int latest = -1;
    int through = -1;
    for (const int name : layer_at(layer).inputs) {
      const int input = root_of(network_, name);
      const int producer = tensor_at(input).producer;
      const int group = producer < 0 ? -1 : group_of_[static_cast<std::size_t>(producer)];
      if (group > latest) {
        latest = group;
        through = input;
      }
    }
    return latest >= 0 && may_join(layer, latest, through) ? latest : -1;
  }

  [[nodiscard]] bool may_join(int layer, int group, int through) const {
    const std::vector<int>& members = groups_[static_cast<std::size_t>(group)].members;
    const FusionRole anchor = role_of(network_, members.front());
    const FusionRole role = role_of(network_, layer);
    const bool same_extent = layer_at(layer).outputs.size() == 1 &&
                             tensor_at(layer_at(layer).outputs.front()).type.shape == tensor_at(through).type.shape;
    if (!same_extent || !same_body(layer, members.front())) return false;
    if (role == FusionRole::kElementwise && anchor == FusionRole::kProduct) {
      return (fusion_ == Fusion::kFull && !gathers(members.front())) || sole_reader(through);
    }
    if (fusion_ != Fusion::kFull) return false;
    const bool streams = anchor == FusionRole::kElementwise || anchor == FusionRole::kRow;
    if (role == FusionRole::kElementwise) return streams;
    return role == FusionRole::kRow && streams && !has_row(members);
  }

  // A sparse product reaches less of the bandwidth than a pass of its own: it takes along only what spares it a write.
  [[nodiscard]] bool gathers(int layer) const {
    const Op& op = layer_at(layer).op;
    return std::holds_alternative<Aggregate>(op) || std::holds_alternative<SparseMatmul>(op) ||
           std::holds_alternative<SparseConvolution>(op);
  }

  [[nodiscard]] bool sole_reader(int tensor) const {
    return consumers_[static_cast<std::size_t>(tensor)].size() == 1 && !tensor_at(tensor).escapes;
  }

  // Layers of one repetition of one block.
  [[nodiscard]] bool same_body(int a, int b) const {
    return layer_at(a).repeat == layer_at(b).repeat && layer_at(a).idle == layer_at(b).idle &&
           (layer_at(a).repeat == 1 || layer_at(a).block == layer_at(b).block);
  }

  [[nodiscard]] bool has_row(const std::vector<int>& members) const {
    return std::any_of(members.begin(), members.end(), [&](int m) { return role_of(network_, m) == FusionRole::kRow; });
  }

  const Network& network_;
  Fusion fusion_;
  std::vector<std::vector<int>> consumers_;
  std::vector<int> group_of_;
  std::vector<Group> groups_;
};

}  // namespace

int root_of(const Network& network, int tensor) {
  while (true) {
    const int producer = network.tensors[static_cast<std::size_t>(tensor)].producer;
    if (producer < 0) return tensor;
    const Layer& layer = network.layers[static_cast<std::size_t>(producer)];
    if (!hands_on(network, layer)) return tensor;
    tensor = layer.inputs.front();
  }
}

std::vector<std::vector<int>> consumers_of(const Network& network) {
  std::vector<std::vector<int>> consumers(network.tensors.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    if (hands_on(network, layer)) {
      const int name = layer.outputs.front();
      if (network.tensors[static_cast<std::size_t>(name)].escapes)
        consumers[static_cast<std::size_t>(root_of(network, name))].push_back(-1);
      continue;
    }
    for (const int input : layer.inputs)
      consumers[static_cast<std::size_t>(root_of(network, input))].push_back(static_cast<int>(i));
  }
  return consumers;
}

std::vector<Group> plan_fusion(const Network& network, Fusion fusion) { return Planner(network, fusion).plan(); }

}  // namespace ridgepoint
