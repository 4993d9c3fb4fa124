#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// A stack of recurrent layers over x[batch, time, in] -> [batch, time, directions output]: in each, the product with
/// the input for all steps at once, then the part that is serial over time (kernels/recurrent.hpp). Weights per layer
/// and direction: g hidden (in + output), hidden projection, g hidden for each bias, as PyTorch counts them.
template <RnnCell kCell>
struct RecurrentLayers : OpBase {
  static constexpr std::string_view kName = facts(kCell).name;
  static constexpr std::string_view kEquation =
      kCell == RnnCell::kLstm  ? "i, f, o = sigmoid(x W + h U + b), c = f c + i tanh(x W + h U + b), h = o tanh c"
      : kCell == RnnCell::kGru ? "r, z = sigmoid(x W + h U + b), n = tanh(x W + r (h U) + b), h = (1 - z) n + z h"
                               : "h = tanh(x W + h U + b)";
  static constexpr std::string_view kSource =
      kCell == RnnCell::kLstm  ? "Hochreiter and Schmidhuber 1997; projection: Sak et al., arXiv 1402.1128"
      : kCell == RnnCell::kGru ? "Cho et al., arXiv 1406.1078"
                               : "Elman 1990";
  static constexpr std::string_view kSummary = kCell == RnnCell::kLstm  ? "long short-term memory layers"
                                               : kCell == RnnCell::kGru ? "gated recurrent layers"
                                                                        : "recurrent layers with tanh";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t hidden = 1;
  static constexpr std::int64_t kMostLayers = 10'000;  ///< each is kernels of its own
  std::int64_t layers = 1;
  std::int64_t projection = 0;
  bool bidirectional = false;
  std::int64_t biases = 2;

  static auto fields() {
    using Self = RecurrentLayers;
    return std::tuple{
        Field{"hidden", &Self::hidden, "hidden units", kRequired},
        Field{"layers", &Self::layers, "layers, each on the outputs of the one before"},
        Field{"projection", &Self::projection, "width that outputs are projected to; 0 does not", kOptional, 0},
        Field{"bidirectional", &Self::bidirectional, "whether a second one runs backwards in time"},
        Field{"biases", &Self::biases, "bias vectors per gate: 2 as in PyTorch, 1 or 0", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (inputs[0].shape.rank() != 3) {
      throw OpError{"", {"input has shape " + to_string(inputs[0].shape), "[batch, time, features]"}};
    }
    if (projection >= hidden) {
      throw OpError{"projection",
                    {"a projection to " + std::to_string(projection) + " is not narrower than the hidden units",
                     "less than " + std::to_string(hidden)}};
    }
    if (layers > kMostLayers)
      throw OpError{"layers", {std::to_string(layers) + " layers", "at most " + std::to_string(kMostLayers)}};
    if (biases > 2) throw OpError{"biases", {std::to_string(biases) + " biases per gate", "0, 1 or 2"}};
    TensorType y{inputs[0].shape, precision.activations};
    y.shape[-1] = width();
    return {y};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const Axis gates{"directions_gates", directions() * kGates};
    const Axis units{"hidden", hidden};
    Parameters list{{"input_weight", {gates, units, {"in", inputs[0].shape.back()}}, ParameterRole::kWeight}};
    if (layers > 1) {
      list.push_back({"upper_input_weight",
                      {{"layers_above", layers - 1}, gates, units, {"width", width()}},
                      ParameterRole::kWeight});
    }
    list.push_back(
        {"recurrent_weight", {{"layers", layers}, gates, units, {"output", output()}}, ParameterRole::kWeight});
    if (projection > 0) {
      list.push_back({"projection_weight",
                      {{"layers", layers}, {"directions", directions()}, units, {"projection", projection}},
                      ParameterRole::kWeight});
    }
    if (biases > 0)
      list.push_back({"bias", {{"layers", layers}, gates, units, {"biases", biases}}, ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const {
    for (std::int64_t i = 0; i < layers; ++i) {
      Gemm gemm = product(site, i);
      gemm.bias = gemm.n * biases;
      kernels.emplace_back(gemm);
      kernels.emplace_back(serial(site, Pass::kFprop));
    }
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    for (std::int64_t i = layers - 1; i >= 0; --i) {
      kernels.emplace_back(serial(site, Pass::kDgrad));
      Gemm gemm = product(site, i);
      std::swap(gemm.n, gemm.k);
      kernels.emplace_back(gemm);
    }
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    for (std::int64_t i = 0; i < layers; ++i) {
      const Gemm forward = product(site, i);
      kernels.emplace_back(Gemm{.m = forward.n,
                                .n = forward.k,
                                .k = forward.m,
                                .a = forward.c,
                                .b = forward.a,
                                .c = site.precision.weights,
                                .math = forward.math});
      kernels.emplace_back(serial(site, Pass::kWgrad));
      if (biases == 0) continue;
      Stream sum = stream_over(Shape{forward.m, forward.n}, StreamKind::kReduction, "sum", 1, 0);
      sum.read = bytes_of(sum.rows * sum.cols, forward.c);
      sum.written = bytes_of(static_cast<double>(forward.n * biases), forward.c);
      kernels.emplace_back(sum);
    }
  }

  /// Its inputs and outputs, and of every layer the gates and states, and what it handed to the next layer.
  [[nodiscard]] Saved saved(const Site& site) const {
    const auto values = static_cast<double>(kGates + facts(kCell).states - 1);
    const double rows = static_cast<double>(site.in().rows());
    const double kept = static_cast<double>(layers * directions() * hidden) * values;
    const double between = static_cast<double>((layers - 1) * width());
    return {.inputs = true, .output = true, .extra = bytes_of(rows * (kept + between), site.precision.activations)};
  }
  /// The states that go on to the next call, when sequences are fed piece by piece.
  [[nodiscard]] Bytes state(const Site& site) const {
    if (site.phase != Phase::kPrefill && site.phase != Phase::kDecode) return {};
    const std::int64_t values = output() + (facts(kCell).states - 1) * hidden;
    return bytes_of(static_cast<double>(site.in()[0] * layers * directions() * values), site.precision.activations);
  }
  friend bool operator==(const RecurrentLayers&, const RecurrentLayers&) = default;

 private:
  static constexpr std::int64_t kGates = facts(kCell).gates;
  [[nodiscard]] std::int64_t directions() const { return bidirectional ? 2 : 1; }
  [[nodiscard]] std::int64_t output() const { return projection > 0 ? projection : hidden; }
  [[nodiscard]] std::int64_t width() const { return checked_mul(directions(), output()); }
  [[nodiscard]] std::int64_t input_width(const Shape& x, std::int64_t layer) const {
    return layer == 0 ? x.back() : width();
  }

  [[nodiscard]] Gemm product(const Site& site, std::int64_t layer) const {
    return {.m = site.in().rows(),
            .n = checked_mul(directions() * kGates, hidden),
            .k = input_width(site.in(), layer),
            .a = site.inputs[0].dtype,
            .b = site.precision.weights,
            .c = site.precision.activations,
            .math = site.precision.math,
            .b_scale_group = site.precision.weight_group};
  }
  [[nodiscard]] Recurrent serial(const Site& site, Pass pass) const {
    return {.cell = kCell,
            .batch = site.in()[0],
            .hidden = hidden,
            .timesteps = site.in()[1],
            .projection = projection,
            .directions = directions(),
            .pass = pass,
            .keeps_gates = site.training(),
            .activations = site.precision.activations,
            .weights = site.precision.weights,
            .math = site.precision.math};
  }
};

using Rnn = RecurrentLayers<RnnCell::kRnn>;
using Lstm = RecurrentLayers<RnnCell::kLstm>;
using Gru = RecurrentLayers<RnnCell::kGru>;

}  // namespace ridgepoint
