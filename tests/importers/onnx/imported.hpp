#pragma once
// What tests of the ONNX importer ask of a file.

#include <map>
#include <string>

#include "importers/onnx/import.hpp"
#include "tests/families/counting.hpp"
#include "tests/importers/onnx/model_writer.hpp"

namespace ridgepoint {

/// A description and the network that it is in a run.
struct Imported {
  Description description;
  Network network;

  [[nodiscard]] std::map<std::string, int> ops() const {
    std::map<std::string, int> counts;
    for (const Layer& layer : network.layers) ++counts[std::string(name_of(layer.op))];
    return counts;
  }
  /// The extents that the last layer gives.
  [[nodiscard]] Shape result() const {
    return network.tensors[static_cast<std::size_t>(network.layers.back().outputs.front())].type.shape;
  }
};

inline Imported import_bytes(const std::string& bytes, const Attributes& set = {}, bool patterns = true) {
  Imported imported{onnx::import_model(bytes, "model.onnx", set, patterns), {}};
  imported.network =
      instantiate(imported.description, {.phase = Phase::kInference, .parameters = set, .precision = {}});
  return imported;
}

/// Multiply-adds of convolutions, products and attention, which is what PyTorch counts.
inline double product_macs(const Network& network) {
  double macs = 0;
  for (const Layer& layer : network.layers) {
    if (category_of(layer.op) == Category::kMatmul)
      macs += work_of(network, layer).macs * static_cast<double>(layer.repeat);
  }
  return macs;
}

}  // namespace ridgepoint
