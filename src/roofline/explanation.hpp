#pragma once
// One layer in all its numbers: what `ridgepoint explain` shows.

#include <optional>
#include <string>
#include <vector>

#include "core/formula.hpp"
#include "roofline/bottlenecks.hpp"
#include "roofline/lowering.hpp"

namespace ridgepoint {

/// A tensor of the layer: the symbol that formulas use for it, the layer that it comes from ("" for an input of
/// the network and for an output of the layer) and its type.
struct ExplainedTensor {
  std::string symbol;
  std::string producer;
  TensorType type;
};

/// One kernel that the layer runs by itself, before fusion: its demand, and the formulas behind it.
struct ExplainedKernel {
  Pass pass = Pass::kFprop;
  std::string kind;
  Work work;
  Derivation counts;
};

/// One launch of the group that the layer runs in: its demand with what was fused into it, its price, and the formulas
/// behind it (none in the plain roofline). `model` is the cost model's name.
struct ExplainedLaunch {
  Pass pass = Pass::kFprop;
  std::string kind;
  Launch launch;
  Price price;
  std::string model;
  Derivation formulas;
};

/// What fusion does with the layer: the layers of its group (itself alone when nothing is fused), and the bytes that
/// they move together, and would move each by itself, in all passes.
struct ExplainedFusion {
  std::vector<std::string> layers;
  Bytes together{};
  Bytes apart{};
};

/// The layer's group on a device.
struct ExplainedPrice {
  std::string device;
  Mode mode = Mode::kAuto;
  std::vector<ExplainedLaunch> launches;
  LayerEstimate row;                ///< as analyze shows it, over all repetitions
  std::vector<Bottleneck> chain{};  ///< what limits it, and what would next; empty where nobody asked: bottlenecks()
};

/// All that is known of one layer in one run. Counts are of one repetition.
struct Explanation {
  std::string model;
  Phase phase = Phase::kInference;
  Precision precision;
  std::string name;
  std::string op;
  std::string summary;
  std::string equation;
  std::string source;
  std::string block;
  Category category = Category::kMatmul;
  std::int64_t repeat = 1;
  std::int64_t copies = 1;  ///< of its parameters: fewer where repetitions share them
  std::string tied_to;      ///< the layer whose parameters it uses, or ""
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<ExplainedTensor> inputs;
  std::vector<ExplainedTensor> outputs;
  Derivation parameters;
  std::vector<ExplainedKernel> kernels;
  ExplainedFusion fusion;
  std::optional<ExplainedPrice> price;
};

/// The parameters of a layer, each the product of its axes, and their sum ("parameters", without buffers).
Derivation explain_parameters(const Parameters& parameters);

/// Explains one layer of a network; with a device also its price there. Throws InputError as estimate() does.
Explanation explain(const Network& network, std::size_t layer, const EngineOptions& options, const Device* device);

}  // namespace ridgepoint
