#pragma once
// A network in a run: every layer with its op, its tensors and how often it runs.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/description.hpp"
#include "ops/op.hpp"

namespace ridgepoint {

/// A tensor between layers. `producer` is the layer that writes it, or -1 for an input of the network.
struct Tensor {
  TensorType type;
  int producer = -1;
  bool needs_gradient = false;
  bool escapes = false;  ///< a block's output: read by the next repetition too
};

/// One layer. It stands for `repeat` identical ones: the repetitions of the blocks around it.
struct Layer {
  std::string name;   ///< unique, with the blocks around it: "layers.attention.q"
  std::string block;  ///< the blocks around it, or ""
  Op op;
  std::vector<int> inputs;   ///< tensors
  std::vector<int> outputs;  ///< tensors
  std::int64_t repeat = 1;
  std::int64_t copies = 1;  ///< of its parameters: as many as repetitions, unless they share them
  int tied_to = -1;         ///< the layer whose parameters this one uses, or -1
  bool idle = false;        ///< it has its parameters and state, and runs nothing
  Parameters parameters;
  std::optional<Precision> precision{};  ///< where it is not the network's
};

/// What a block hands from one repetition to the next, where its layers stand for several: the tensor `out` takes the
/// place of `in`, `times` times, for the layers from `first` to before `last`.
struct Handover {
  int in = -1;
  int out = -1;
  std::size_t first = 0;
  std::size_t last = 0;
  std::int64_t times = 0;
};

/// A network for one phase and one set of sizes. Layers stand in an order in which they can run.
struct Network {
  std::string name;
  std::string family;
  Phase phase = Phase::kInference;
  Precision precision;
  std::vector<Tensor> tensors;
  std::vector<Layer> layers;
  std::vector<Handover> handovers;
  std::vector<std::pair<std::string, std::int64_t>> parameters;  ///< run-time sizes and other parameters, by name
  std::vector<std::string> notes;
  std::string importer;  ///< of an imported file, else ""
  std::vector<std::string> warnings;
  std::vector<Unmodelled> unmodelled;
};

/// The surroundings of a layer, as its op wants to see them. Keeps copies: it may outlive the network's vectors.
class SiteStorage {
 public:
  SiteStorage(const Network& network, const Layer& layer);
  [[nodiscard]] Site site() const;

 private:
  Phase phase_;
  Precision precision_;
  std::vector<TensorType> inputs_;
  std::vector<TensorType> outputs_;
  std::unique_ptr<bool[]> needs_gradient_;
};

/// The formats of a layer: its own, or the network's.
const Precision& precision_of(const Network& network, const Layer& layer);

/// The number of learned values of a layer, not counting repetitions or buffers; 0 when it uses another's.
double parameter_count(const Layer& layer);

/// The number of learned values of a layer and its repetitions together.
inline double all_parameters(const Layer& layer) { return parameter_count(layer) * static_cast<double>(layer.copies); }

/// The number of them that one token uses: of experts only those that it takes.
double active_parameter_count(const Layer& layer);

/// The bytes of one copy of a layer's parameters of a role, quantization scales included.
Bytes parameter_bytes(const Layer& layer, ParameterRole role, const Precision& precision);

}  // namespace ridgepoint
