#pragma once
#include "ops/normalization.hpp"

namespace ridgepoint {

/// As the layer norm, over the channels of a group and space; Wu and He, arXiv 1803.08494.
inline constexpr NormCost kGroupNormCost{"group_norm", 8, 10, 4};
/// As the layer norm, over space; Ulyanov et al., arXiv 1607.08022.
inline constexpr NormCost kInstanceNormCost{"instance_norm", 8, 10, 4};

/// Group norm and instance norm of x[n, c, ...]: normalizes each sample's groups of channels (each channel alone) over
/// space, then scales and shifts per channel.
template <bool Instance>
struct ChannelNorm : OpBase {
  static constexpr NormCost kCost = Instance ? kInstanceNormCost : kGroupNormCost;
  static constexpr std::string_view kName = kCost.op;
  static constexpr std::string_view kEquation = "y = (x - mean) / sqrt(var + eps) w + b, over groups of channels";
  static constexpr std::string_view kSource = "Wu and He, arXiv 1803.08494; Ulyanov et al., 1607.08022";
  static constexpr std::string_view kSummary =
      Instance ? "norm of each channel of each sample" : "norm of each group of channels of each sample";
  static constexpr Category kCategory = Category::kReduction;

  std::int64_t groups = 1;
  bool affine = !Instance;

  static auto fields() {
    const auto affine_field = Field{"affine", &ChannelNorm::affine, "whether there are a learned scale and shift"};
    if constexpr (Instance) {
      return std::tuple{affine_field};
    } else {
      return std::tuple{Field{"groups", &ChannelNorm::groups, "number of groups", kRequired}, affine_field};
    }
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    const std::int64_t channels = inputs[0].shape[1];
    if (channels % groups != 0) {
      throw OpError{"groups",
                    {std::to_string(groups) + " groups do not divide " + std::to_string(channels) + " channels",
                     "a divisor of " + std::to_string(channels)}};
    }
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    if (!affine) return {};
    const std::int64_t channels = inputs[0].shape[1];
    return {{"weight", channels, ParameterRole::kVector}, {"bias", channels, ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_group(site, norm_forward(site, kCost, parameter_bytes(site))));
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(by_group(site, norm_dgrad(site, kCost, parameter_bytes(site))));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    if (affine) kernels.emplace_back(by_group(site, norm_wgrad(site, kCost, parameter_bytes(site))));
  }
  [[nodiscard]] Saved saved(const Site& site) const {
    return {.inputs = true, .extra = bytes_of(2 * rows(site), DType::kFp32)};
  }
  friend bool operator==(const ChannelNorm&, const ChannelNorm&) = default;

 private:
  [[nodiscard]] double rows(const Site& site) const {
    return static_cast<double>(site.in()[0]) * static_cast<double>(Instance ? site.in()[1] : groups);
  }
  [[nodiscard]] Stream by_group(const Site& site, Stream stream) const {
    stream.rows = rows(site);
    stream.cols = static_cast<double>(site.in().elements()) / stream.rows;
    return stream;
  }
  [[nodiscard]] Traffic parameter_bytes(const Site& site) const {
    const double count = affine ? 2 * static_cast<double>(site.in()[1]) : 0;
    return {bytes_of(count, storage(ParameterRole::kVector, site.precision)), "parameters"};
  }
};

using GroupNorm = ChannelNorm<false>;
using InstanceNorm = ChannelNorm<true>;

}  // namespace ridgepoint
