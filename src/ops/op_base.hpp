#pragma once
// What every op sees of its surroundings, and what it answers.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/shape.hpp"
#include "kernels/kernel.hpp"
#include "ops/field.hpp"

namespace ridgepoint {

/// The kinds of layers of the tutorial (matmul, reduction, element-wise, lookup), and what is neither.
enum class Category : std::uint8_t {
  kMatmul,
  kReduction,
  kElementwise,
  kLookup,
  kDataMovement,
  kDataPreparation,
  kCommunication
};

inline constexpr std::array<std::string_view, 7> kCategoryNames{
    "matmul", "reduction", "elementwise", "lookup", "data_movement", "data_preparation", "communication"};

constexpr std::string_view name(Category category) { return kCategoryNames[static_cast<std::size_t>(category)]; }

/// What a run does with the network.
enum class Phase : std::uint8_t { kInference, kPrefill, kDecode, kTraining };

inline constexpr std::array<std::string_view, 4> kPhaseNames{"inference", "prefill", "decode", "training"};

constexpr std::string_view name(Phase phase) { return kPhaseNames[static_cast<std::size_t>(phase)]; }

/// The formats of a run: how activations, weights and the KV cache are stored, and what matrix products compute in.
/// `weight_group` > 0 says that matmul weights carry one 16-bit scale per that many values.
struct Precision {
  DType activations = DType::kFp32;
  DType weights = DType::kFp32;
  DType kv_cache = DType::kFp32;
  DType math = DType::kFp32;
  std::int64_t weight_group = 0;
  friend bool operator==(const Precision&, const Precision&) = default;
};

/// What a parameter is for: matmul weights follow the weight format; vectors (bias, norm), embeddings of a vocabulary
/// and the tables of a recommender follow the activations'. Buffers (running statistics) are stored but neither counted
/// nor trained.
enum class ParameterRole : std::uint8_t { kWeight, kVector, kEmbedding, kTable, kBuffer };
inline constexpr std::array kParameterRoles{ParameterRole::kWeight, ParameterRole::kVector, ParameterRole::kEmbedding,
                                            ParameterRole::kTable, ParameterRole::kBuffer};

/// One axis of a parameter: the symbol that formulas use for its length, and the length.
struct Axis {
  std::string_view symbol;
  std::int64_t length = 1;
};

/// A learned tensor (or buffer) of a layer: its number of values is the product of its axes. A vector may be given by
/// its length alone.
struct Parameter {
  std::string_view name;
  std::int64_t count = 0;
  ParameterRole role = ParameterRole::kWeight;
  std::vector<Axis> axes{};

  Parameter(std::string_view label, std::int64_t length, ParameterRole purpose)
      : name(label), count(length), role(purpose) {}
  /// Throws OverflowError when the product does not fit.
  Parameter(std::string_view label, std::vector<Axis> of, ParameterRole purpose)
      : name(label), count(1), role(purpose), axes(std::move(of)) {
    for (const Axis& axis : axes) count = checked_mul(count, axis.length);
  }
};
using Parameters = std::vector<Parameter>;

/// The format in which a parameter of this role is stored.
constexpr DType storage(ParameterRole role, const Precision& precision) {
  return role == ParameterRole::kWeight ? precision.weights : precision.activations;
}

/// The bytes of a vector of parameters of this length.
inline Traffic vector_traffic(std::int64_t length, std::string_view symbol, const Precision& precision) {
  return {bytes_of(static_cast<double>(length), storage(ParameterRole::kVector, precision)), symbol};
}

using Inputs = std::span<const TensorType>;

/// An op in its place: the tensors around it and the run that it is part of.
struct Site {
  Inputs inputs;
  Inputs outputs;
  const Precision& precision;
  Phase phase = Phase::kInference;
  std::span<const bool> needs_gradient{};  ///< per input, in training

  [[nodiscard]] const Shape& in(std::size_t i = 0) const { return inputs[i].shape; }
  [[nodiscard]] const Shape& out(std::size_t i = 0) const { return outputs[i].shape; }
  [[nodiscard]] bool training() const { return phase == Phase::kTraining; }
};

/// How an op may join its neighbours in one kernel: element-wise ops join anything, row ops (norm, softmax) join
/// element-wise ones, products take element-wise ops behind them, views cost nothing, the rest stand alone.
enum class FusionRole : std::uint8_t { kElementwise, kRow, kProduct, kView, kAlone };

/// What a layer must keep from its forward pass for the backward pass.
struct Saved {
  bool inputs = false;
  bool output = false;
  Bytes extra{};  ///< masks, indices, statistics
};

/// Throws OpError unless an op has between `least` and `most` inputs.
inline void expect_inputs(Inputs inputs, std::size_t least, std::size_t most) {
  if (inputs.size() >= least && inputs.size() <= most) return;
  const std::string wanted = least == most      ? std::to_string(least)
                             : most == SIZE_MAX ? "at least " + std::to_string(least)
                                                : "between " + std::to_string(least) + " and " + std::to_string(most);
  throw OpError{"", {"has " + std::to_string(inputs.size()) + " inputs", wanted}};
}

/// Throws OpError unless input `i` has at least this many axes.
inline void expect_rank(Inputs inputs, std::size_t i, std::int64_t least) {
  const Shape& shape = inputs[i].shape;
  if (shape.rank() >= least) return;
  throw OpError{
      "",
      {"input " + std::to_string(i) + " has shape " + to_string(shape), "at least " + std::to_string(least) + " axes"}};
}

/// Resolves an axis that may count from the end. Throws OpError when it is out of range.
inline std::int64_t resolve_axis(std::int64_t axis, std::int64_t rank, std::string_view attribute = "axis") {
  const std::int64_t resolved = axis < 0 ? axis + rank : axis;
  if (resolved >= 0 && resolved < rank) return resolved;
  throw OpError{std::string(attribute),
                {"axis " + std::to_string(axis) + " is out of range",
                 "an axis from " + std::to_string(-rank) + " to " + std::to_string(rank - 1)}};
}

/// Defaults that most ops share; an op hides what differs. Every op adds kName, kSummary, kEquation (what
/// it computes), kSource (the paper or convention behind its counts), kCategory, fields(), outputs() and fprop().
struct OpBase {
  static constexpr FusionRole kFusion = FusionRole::kAlone;  ///< or a member fusion(Phase), where the phase decides
  [[nodiscard]] Parameters parameters(Inputs) const { return {}; }
  void dgrad(const Site&, Kernels&) const {}
  void wgrad(const Site&, Kernels&) const {}
  [[nodiscard]] Saved saved(const Site&) const { return {}; }
  /// The share of the parameters that one training step updates; below 1 for tables with sparse gradients.
  [[nodiscard]] double updated_share(const Site&) const { return 1; }
  /// The share of the parameters that one token uses; below 1 for experts.
  [[nodiscard]] double active_share() const { return 1; }
  /// What the layer keeps between calls: a KV cache.
  [[nodiscard]] Bytes state(const Site&) const { return {}; }
  friend bool operator==(const OpBase&, const OpBase&) = default;
};

/// A product of activations [m, k] with weights [k, n] in the formats of the run, given its sizes. As many matrices as
/// `batch` says on both sides.
inline Gemm weight_product(const Site& site, Gemm gemm) {
  gemm.a_batch = gemm.b_batch = gemm.batch;
  gemm.a = gemm.c = site.precision.activations;
  gemm.b = site.precision.weights;
  gemm.math = site.precision.math;
  gemm.b_scale_group = site.precision.weight_group;
  return gemm;
}

/// The same of two activations.
inline Gemm activation_product(const Site& site, Gemm gemm) {
  gemm = weight_product(site, gemm);
  gemm.b = site.precision.activations;
  gemm.b_scale_group = 0;
  return gemm;
}

/// The same for the gradient of weights.
inline Gemm gradient_product(const Site& site, Gemm gemm) {
  gemm = activation_product(site, gemm);
  gemm.c = site.precision.weights;
  return gemm;
}

/// A stream over the elements of a shape, rows being what its last axis runs over.
inline Stream stream_over(const Shape& shape, StreamKind kind, std::string_view op, double flops, double special) {
  const auto cols = shape.rank() == 0 ? 1.0 : static_cast<double>(shape.back());
  return {.kind = kind,
          .op = op,
          .rows = static_cast<double>(shape.rows()),
          .cols = cols,
          .flops_per_element = flops,
          .special_per_element = special};
}

/// The gradient of a bias of this length: the sum of dY over its rows.
inline Stream bias_gradient(const Site& site, std::int64_t length) {
  Stream sum = stream_over(site.outputs[0].shape, StreamKind::kReduction, "sum", 1, 0);
  sum.read = site.outputs[0].bytes();
  sum.written = vector_traffic(length, "bias", site.precision);
  return sum;
}

/// Whether the backward pass must produce a gradient of input `i`.
inline bool wants_gradient(const Site& site, std::size_t i) {
  return i < site.needs_gradient.size() && site.needs_gradient[i];
}

}  // namespace ridgepoint
