#include "network/network.hpp"

#include <memory>

namespace ridgepoint {

SiteStorage::SiteStorage(const Network& network, const Layer& layer)
    : phase_(network.phase),
      precision_(precision_of(network, layer)),
      needs_gradient_(std::make_unique<bool[]>(layer.inputs.size())) {
  for (std::size_t i = 0; i < layer.inputs.size(); ++i) {
    const Tensor& tensor = network.tensors[static_cast<std::size_t>(layer.inputs[i])];
    inputs_.push_back(tensor.type);
    needs_gradient_[i] = tensor.needs_gradient;
  }
  for (const int id : layer.outputs) outputs_.push_back(network.tensors[static_cast<std::size_t>(id)].type);
}

Site SiteStorage::site() const {
  return {.inputs = inputs_,
          .outputs = outputs_,
          .precision = precision_,
          .phase = phase_,
          .needs_gradient = {needs_gradient_.get(), inputs_.size()}};
}

const Precision& precision_of(const Network& network, const Layer& layer) {
  return layer.precision ? *layer.precision : network.precision;
}

double parameter_count(const Layer& layer) {
  if (layer.tied_to >= 0) return 0;
  double count = 0;
  for (const Parameter& parameter : layer.parameters) {
    if (parameter.role != ParameterRole::kBuffer) count += static_cast<double>(parameter.count);
  }
  return count;
}

double active_parameter_count(const Layer& layer) {
  const double share = std::visit([](const auto& op) { return op.active_share(); }, layer.op);
  return parameter_count(layer) * share;
}

Bytes parameter_bytes(const Layer& layer, ParameterRole role, const Precision& precision) {
  Bytes total{};
  if (layer.tied_to >= 0) return total;
  for (const Parameter& parameter : layer.parameters) {
    if (parameter.role != role) continue;
    const auto count = static_cast<double>(parameter.count);
    total += bytes_of(count, storage(role, precision));
    if (role == ParameterRole::kWeight && precision.weight_group > 0) {
      total += bytes_of(count / static_cast<double>(precision.weight_group), DType::kFp16);
    }
  }
  return total;
}

}  // namespace ridgepoint
