#pragma once
#include "ops/state_space.hpp"

namespace ridgepoint {

/// RWKV-4's recurrence over k[b, t, c] and v[b, t, c] (Peng et al., arXiv 2305.13048): each channel's mean of all
/// earlier values, weighed by exp k and a decay w, the current one by a bonus u. One kernel keeps numerator,
/// denominator and their largest exponent on chip. Per value: u + k, the maximum, two differences and exp, the sums a
/// (3) and b (2), the quotient; then the same with w for the state, without a quotient: 23, of which 4 exp and the
/// reciprocal are special. Backward computes it again, and twice as much for the gradients.
struct Wkv : OpBase {
  static constexpr std::string_view kName = "wkv";
  static constexpr std::string_view kEquation =
      "y[t] = (sum over i < t of exp(-(t - 1 - i) w + k[i]) v[i] + exp(u + k[t]) v[t]) / the same sum without v";
  static constexpr std::string_view kSource = "RWKV: Peng et al., arXiv 2305.13048, equations 16 to 18";
  static constexpr std::string_view kSummary = "the recurrence of RWKV-4, over keys and values of channels";
  static constexpr Category kCategory = Category::kReduction;
  static constexpr double kFlops = 23;
  static constexpr double kSpecial = 5;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    expect_rank(inputs, 0, 3);
    if (inputs[0].shape != inputs[1].shape) {
      throw OpError{"",
                    {"keys " + to_string(inputs[0].shape) + " and values " + to_string(inputs[1].shape) + " differ",
                     "two inputs of one shape"}};
    }
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t channels = inputs[0].shape.back();
    return {{"decay", channels, ParameterRole::kVector}, {"first", channels, ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, kName, kFlops, kSpecial);
    stream.read = site.inputs[0].bytes() + site.inputs[1].bytes() + parameter_bytes(site);
    if (site.phase == Phase::kDecode) stream.read += Traffic(state(site), "state");
    stream.written = site.outputs[0].bytes() + Traffic(state(site), "state");
    kernels.emplace_back(stream);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, kName, 3 * kFlops, 2 * kSpecial);
    stream.read = site.inputs[0].bytes() + site.inputs[1].bytes() + parameter_bytes(site) + site.outputs[0].bytes();
    stream.written = site.inputs[0].bytes() + site.inputs[1].bytes();
    kernels.emplace_back(stream);
  }
  /// Sums of what the backward scan has at hand, over batch and time: a product and a sum for each vector.
  void wgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kReduction, kName, 4, 0);
    stream.read = site.inputs[0].bytes() + site.outputs[0].bytes();
    stream.written = parameter_bytes(site);
    kernels.emplace_back(stream);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  /// Numerator, denominator and exponent of each channel, in fp32.
  [[nodiscard]] Bytes state(const Site& site) const {
    if (!keeps_state(site.phase)) return {};
    return bytes_of(3 * static_cast<double>(site.in()[0] * site.in().back()), DType::kFp32);
  }
  friend bool operator==(const Wkv&, const Wkv&) = default;

 private:
  static Traffic parameter_bytes(const Site& site) {
    return vector_traffic(2 * site.in().back(), "parameters", site.precision);
  }
};

}  // namespace ridgepoint
