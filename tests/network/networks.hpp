#pragma once
// Networks from text.

#include "network/description_reader.hpp"
#include "network/instantiate.hpp"
#include "tests/support.hpp"

namespace ridgepoint {

/// One format for everything.
inline Precision precision_of_all(DType dtype) {
  return {.activations = dtype, .weights = dtype, .kv_cache = dtype, .math = dtype};
}

inline Description description_of(const std::string& json) { return read_description(Document::parse("n.json", json)); }

inline Network network_of_text(const std::string& json, const RunOptions& options = {}) {
  return instantiate(description_of(json), options);
}

/// A network whose only input is x, of this shape, with these members between "inputs" and the end.
inline std::string network_text(const std::string& shape, const std::string& rest) {
  return R"({"name": "n", "inputs": {"x": {"shape": )" + shape + "}}, " + rest + "}";
}

inline Network small_network(const std::string& shape, const std::string& layers, const RunOptions& options = {}) {
  return network_of_text(network_text(shape, "\"layers\": [" + layers + "]"), options);
}

inline std::vector<std::string> layer_names(const Network& network) {
  std::vector<std::string> names;
  for (const Layer& layer : network.layers) names.push_back(layer.name);
  return names;
}

inline const Tensor& output_of(const Network& network, std::size_t layer) {
  return network.tensors[static_cast<std::size_t>(network.layers[layer].outputs.front())];
}

/// The names of the layers whose outputs a layer reads, "" for an input of the network.
inline std::vector<std::string> sources_of(const Network& network, std::size_t layer) {
  std::vector<std::string> names;
  for (const int input : network.layers[layer].inputs) {
    const int producer = network.tensors[static_cast<std::size_t>(input)].producer;
    names.push_back(producer < 0 ? "" : network.layers[static_cast<std::size_t>(producer)].name);
  }
  return names;
}

}  // namespace ridgepoint
