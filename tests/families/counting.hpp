#pragma once
// Counts over a whole network, straight from what its ops lower to.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "families/family.hpp"
#include "network/instantiate.hpp"

#include "tests/places.hpp"

namespace ridgepoint {

inline std::shared_ptr<const Document> model_document(const std::string& name) {
  return Document::load(source_root().string() + "/models/" + name + ".json");
}

/// A model of models/ in a run. `set` is what --set gives: options and parameters.
inline Network network_of(const std::string& name, Attributes set = {}, Phase phase = Phase::kInference) {
  const Description description = load_model(model_document(name), set);
  return instantiate(description, {.phase = phase, .parameters = std::move(set), .precision = {}});
}

inline Kernels kernels_of(const Network& network, const Layer& layer) {
  const SiteStorage storage(network, layer);
  const Site site = storage.site();
  const bool gradient =
      std::find(site.needs_gradient.begin(), site.needs_gradient.end(), true) != site.needs_gradient.end();
  Kernels kernels;
  std::visit(
      [&](const auto& op) {
        op.fprop(site, kernels);
        if (site.training() && gradient) op.dgrad(site, kernels);
        if (site.training() && !layer.parameters.empty()) op.wgrad(site, kernels);
      },
      layer.op);
  return kernels;
}

/// What one copy of a layer asks of a machine: the forward pass, in training the backward passes too.
inline Work work_of(const Network& network, const Layer& layer) {
  Work work;
  for (const Kernel& kernel : kernels_of(network, layer)) work = work + work_of(kernel);
  return work;
}

inline double macs_of(const Network& network) {
  double macs = 0;
  for (const Layer& layer : network.layers) macs += work_of(network, layer).macs * static_cast<double>(layer.repeat);
  return macs;
}

inline double parameters_of(const Network& network) {
  double count = 0;
  for (const Layer& layer : network.layers) count += all_parameters(layer);
  return count;
}

/// The layer with this name. Throws std::out_of_range, which fails the test, when there is none.
inline const Layer& layer_named(const Network& network, const std::string& name) {
  for (const Layer& layer : network.layers) {
    if (layer.name == name) return layer;
  }
  throw std::out_of_range("no layer " + name);
}

inline Work work_of(const Network& network, const std::string& name) {
  return work_of(network, layer_named(network, name));
}

/// The first output of a layer.
inline const TensorType& output_of(const Network& network, const std::string& name) {
  return network.tensors[static_cast<std::size_t>(layer_named(network, name).outputs[0])].type;
}

}  // namespace ridgepoint
