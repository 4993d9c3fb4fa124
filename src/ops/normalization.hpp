#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// FLOPs per element of the norms, counted from their formulas: forward, input gradient, parameter gradients. One rsqrt
/// per row is left out.
struct NormCost {
  std::string_view op;
  double forward;
  double dgrad;
  double wgrad;
};
/// Mean (1), centred square sum (3), normalize (2), scale and shift (2); Ba et al., arXiv 1607.06450.
inline constexpr NormCost kLayerNormCost{"layer_norm", 8, 10, 4};
/// Square sum (2), scale by the inverse root and by the weight (2); Zhang and Sennrich, arXiv 1910.07467.
inline constexpr NormCost kRmsNormCost{"rms_norm", 4, 7, 3};
/// As the layer norm, over batch and space; Ioffe and Szegedy, arXiv 1502.03167.
inline constexpr NormCost kBatchNormCost{"batch_norm", 8, 10, 4};
/// With running statistics it is one scale and one shift per element.
inline constexpr double kBatchNormInferenceFlops = 2;

/// The forward stream of a norm over rows of the last axis.
inline Stream norm_forward(const Site& site, const NormCost& cost, const Traffic& parameters) {
  Stream stream = stream_over(site.in(), StreamKind::kNormalization, cost.op, cost.forward, 0);
  stream.read = site.inputs[0].bytes() + parameters;
  stream.written = site.outputs[0].bytes();
  return stream;
}

/// The input gradient of a norm: reads dY, X and the weight, writes dX.
inline Stream norm_dgrad(const Site& site, const NormCost& cost, const Traffic& parameters) {
  Stream stream = stream_over(site.in(), StreamKind::kNormalization, cost.op, cost.dgrad, 0);
  stream.read = site.outputs[0].bytes() + site.inputs[0].bytes() + parameters;
  stream.written = site.inputs[0].bytes();
  return stream;
}

/// The parameters' gradients of a norm: sums of dY and dY X over the rows.
inline Stream norm_wgrad(const Site& site, const NormCost& cost, const Traffic& parameters) {
  Stream stream = stream_over(site.in(), StreamKind::kReduction, cost.op, cost.wgrad, 0);
  stream.read = site.outputs[0].bytes() + site.inputs[0].bytes();
  stream.written = parameters;
  return stream;
}

/// Layer norm and RMS norm: y = (x - mean) / std * weight + bias over the last axis (or axes); the RMS norm has neither
/// mean nor bias.
template <bool Centred>
struct RowNorm : OpBase {
  static constexpr NormCost kCost = Centred ? kLayerNormCost : kRmsNormCost;
  static constexpr std::string_view kName = kCost.op;
  static constexpr std::string_view kEquation =
      Centred ? "y = (x - mean x) / sqrt(var x + eps) w + b" : "y = x / sqrt(mean x^2 + eps) w";
  static constexpr std::string_view kSource =
      Centred ? "Ba et al., arXiv 1607.06450" : "Zhang and Sennrich, arXiv 1910.07467";
  static constexpr std::string_view kSummary =
      Centred ? "layer norm over the last axes" : "root-mean-square norm over the last axes";
  static constexpr Category kCategory = Category::kReduction;
  static constexpr FusionRole kFusion = FusionRole::kRow;

  bool weight = true;
  bool bias = Centred;
  std::int64_t axes = 1;

  static auto fields() {
    return std::tuple{Field{"weight", &RowNorm::weight, "whether there is a learned scale"},
                      Field{"bias", &RowNorm::bias, "whether there is a learned shift"},
                      Field{"axes", &RowNorm::axes, "how many of the last axes it runs over"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 1);
    if (axes > inputs[0].shape.rank()) {
      throw OpError{"axes",
                    {std::to_string(axes) + " axes of " + to_string(inputs[0].shape),
                     "at most " + std::to_string(inputs[0].shape.rank())}};
    }
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    Parameters list;
    if (weight) list.push_back({"weight", row(inputs[0].shape), ParameterRole::kVector});
    if (bias) list.push_back({"bias", row(inputs[0].shape), ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_row(site, norm_forward(site, kCost, parameter_bytes(site))));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_row(site, norm_dgrad(site, kCost, parameter_bytes(site))));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    if (weight || bias) kernels.emplace_back(by_row(site, norm_wgrad(site, kCost, parameter_bytes(site))));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    const std::int64_t rows = site.in().elements() / row(site.in());
    const double statistics = static_cast<double>(rows) * (Centred ? 2 : 1);
    return {.inputs = true, .extra = bytes_of(statistics, DType::kFp32)};
  }
  friend bool operator==(const RowNorm&, const RowNorm&) = default;

 private:
  /// Values per row: the product of the last axes.
  [[nodiscard]] std::int64_t row(const Shape& x) const {
    std::int64_t count = 1;
    for (std::int64_t axis = 1; axis <= axes; ++axis) count = checked_mul(count, x[-axis]);
    return count;
  }
  [[nodiscard]] Stream by_row(const Site& site, Stream stream) const {
    stream.cols = static_cast<double>(row(site.in()));
    stream.rows = static_cast<double>(site.in().elements()) / stream.cols;
    return stream;
  }
  [[nodiscard]] Traffic parameter_bytes(const Site& site) const {
    const double count = static_cast<double>(row(site.in())) * ((weight ? 1 : 0) + (bias ? 1 : 0));
    return {bytes_of(count, storage(ParameterRole::kVector, site.precision)), "parameters"};
  }
};

using LayerNorm = RowNorm<true>;
using RmsNorm = RowNorm<false>;

/// Batch norm per channel (axis 1, or the last axis of [n, features]). At inference it is a scale and a shift with
/// running statistics; in training it reduces over the batch.
struct BatchNorm : OpBase {
  static constexpr std::string_view kName = "batch_norm";
  static constexpr std::string_view kEquation = "y = (x - mean) / sqrt(var + eps) w + b, per channel";
  static constexpr std::string_view kSource = "Ioffe and Szegedy, arXiv 1502.03167";
  static constexpr std::string_view kSummary = "batch norm per channel";
  static constexpr Category kCategory = Category::kReduction;

  bool affine = true;

  static auto fields() {
    return std::tuple{Field{"affine", &BatchNorm::affine, "whether there are a learned scale and shift"}};
  }

  [[nodiscard]] FusionRole fusion(Phase phase) const {
    return phase == Phase::kTraining ? FusionRole::kAlone : FusionRole::kElementwise;
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t channels = inputs[0].shape[1];
    Parameters list;
    if (affine) {
      list.push_back({"weight", channels, ParameterRole::kVector});
      list.push_back({"bias", channels, ParameterRole::kVector});
    }
    list.push_back({"running_mean", channels, ParameterRole::kBuffer});
    list.push_back({"running_var", channels, ParameterRole::kBuffer});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = by_channel(site, norm_forward(site, kBatchNormCost, parameter_bytes(site, affine ? 4 : 2)));
    if (site.training()) {
      stream.read += site.inputs[0].bytes();  // the statistics must be known before anything is normalized
    } else {
      stream.kind = StreamKind::kElementwise;
      stream.flops_per_element = kBatchNormInferenceFlops;
    }
    kernels.emplace_back(stream);
  }
  /// The sums that give the parameters' gradients are part of the input's too; without parameters they still cost a
  /// pass.
  void dgrad(const Site& site, Kernels& kernels) const {
    if (!affine) kernels.emplace_back(by_channel(site, norm_wgrad(site, kBatchNormCost, Bytes{})));
    kernels.emplace_back(by_channel(site, norm_dgrad(site, kBatchNormCost, parameter_bytes(site, affine ? 2 : 0))));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    if (affine) kernels.emplace_back(by_channel(site, norm_wgrad(site, kBatchNormCost, parameter_bytes(site, 2))));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    return {.inputs = true, .extra = bytes_of(2.0 * static_cast<double>(site.in()[1]), DType::kFp32)};
  }
  friend bool operator==(const BatchNorm&, const BatchNorm&) = default;

 private:
  /// The statistics are those of a channel: it is a row of batch x space values.
  static Stream by_channel(const Site& site, Stream stream) {
    stream.rows = static_cast<double>(site.in()[1]);
    stream.cols = static_cast<double>(site.in().elements()) / stream.rows;
    return stream;
  }
  static Traffic parameter_bytes(const Site& site, int vectors) {
    return {bytes_of(static_cast<double>(site.in()[1]) * vectors, storage(ParameterRole::kVector, site.precision)),
            "parameters"};
  }
};

}  // namespace ridgepoint
