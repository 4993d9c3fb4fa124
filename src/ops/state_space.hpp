#pragma once
// The parts of a state-space layer that no other op does (Mamba; Gu and Dao, arXiv 2312.00752).

#include "ops/op_base.hpp"

namespace ridgepoint {

/// Whether a run keeps what earlier tokens left behind.
inline bool keeps_state(Phase phase) { return phase == Phase::kPrefill || phase == Phase::kDecode; }

/// y[batch, time, c] = a depthwise convolution over the last `kernel` steps of each channel. Between calls it keeps
/// kernel - 1 steps.
struct CausalConv : OpBase {
  static constexpr std::string_view kName = "causal_conv";
  static constexpr std::string_view kEquation = "y[t, c] = sum over r < kernel of w[c, r] x[t - r, c] + b[c]";
  static constexpr std::string_view kSource = "Gu and Dao, arXiv 2312.00752";
  static constexpr std::string_view kSummary = "depthwise convolution over the last steps in time";
  static constexpr Category kCategory = Category::kMatmul;
  static constexpr FusionRole kFusion = FusionRole::kProduct;

  std::int64_t kernel = 4;
  bool bias = true;

  static auto fields() {
    return std::tuple{Field{"kernel", &CausalConv::kernel, "steps that it sees"},
                      Field{"bias", &CausalConv::bias, "whether a bias is added"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (inputs[0].shape.rank() != 3) {
      throw OpError{"", {"input has shape " + to_string(inputs[0].shape), "[batch, time, channels]"}};
    }
    return {{inputs[0].shape, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    Parameters list{{"weight", {{"channels", inputs[0].shape.back()}, {"kernel", kernel}}, ParameterRole::kWeight}};
    if (bias) list.push_back({"bias", inputs[0].shape.back(), ParameterRole::kVector});
    return list;
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kFprop)); }
  void dgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kDgrad)); }
  void wgrad(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site, Pass::kWgrad)); }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  [[nodiscard]] Bytes state(const Site& site) const {
    if (!keeps_state(site.phase)) return {};
    return bytes_of(static_cast<double>(site.in()[0] * (kernel - 1) * site.in().back()), site.precision.activations);
  }
  friend bool operator==(const CausalConv&, const CausalConv&) = default;

 private:
  [[nodiscard]] Conv lower(const Site& site, Pass pass) const {
    const std::int64_t channels = site.in().back();
    const std::int64_t before = site.phase == Phase::kDecode ? kernel - 1 : 0;  // steps read from the state
    return {.n = site.in()[0],
            .c = channels,
            .in = {1, 1, checked_add(site.in()[1], before)},
            .k = channels,
            .filter = {1, 1, kernel},
            .out = {1, 1, site.in()[1]},
            .groups = channels,
            .pass = pass,
            .x = site.inputs[0].dtype,
            .weight = site.precision.weights,
            .y = site.outputs[0].dtype,
            .math = site.precision.math,
            .bias = bias && pass != Pass::kDgrad ? channels : 0};
  }
};

/// The scan of Mamba 1 over x[b, t, d], dt[b, t, d], B[b, t, n] and C[b, t, n]: h = exp(dt A) h + dt x B, y = h C + D
/// x, in one kernel that keeps h on chip. Per value of h: dt A and its exp 2, decay 1, B 1, sum 1, C 2; per channel: dt
/// x, D x and the sum, and the softplus of dt. Backward computes h again (7) and has 14 per value for dh, dA, ddt, dB,
/// dx.
struct SelectiveScan : OpBase {
  static constexpr std::string_view kName = "selective_scan";
  static constexpr std::string_view kEquation = "h[t] = exp(dt A) h[t - 1] + dt x B, y[t] = C h[t] + D x";
  static constexpr std::string_view kSource = "Gu and Dao, arXiv 2312.00752";
  static constexpr std::string_view kSummary = "the state-space scan of Mamba, over x, dt, B and C";
  static constexpr Category kCategory = Category::kReduction;

  static auto fields() { return std::tuple{}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 4, 4);
    for (std::size_t i = 0; i < 4; ++i) expect_rank(inputs, i, 3);
    const Shape& x = inputs[0].shape;
    const Shape& b = inputs[2].shape;
    if (inputs[1].shape != x || inputs[3].shape != b || b[0] != x[0] || b[1] != x[1]) {
      throw OpError{"",
                    {"x " + to_string(x) + ", dt " + to_string(inputs[1].shape) + ", B " + to_string(b) + " and C " +
                         to_string(inputs[3].shape) + " do not fit together",
                     "x and dt of one shape, B and C of one shape, the same batch and time in all"}};
    }
    return {{x, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    const std::int64_t channels = inputs[0].shape.back();
    return {{"A_log", {{"channels", channels}, {"states", inputs[2].shape.back()}}, ParameterRole::kVector},
            {"D", channels, ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const double n = states(site);
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, kName, 7 * n + 6, n + 2);
    const Bytes kept = site.phase == Phase::kDecode ? state(site) : Bytes{};
    stream.read = inputs_bytes(site) + parameter_bytes(site) + kept;
    stream.written = site.outputs[0].bytes() + state(site);
    kernels.emplace_back(stream);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    const double n = states(site);
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, kName, 21 * n + 12, n + 2);
    stream.read = inputs_bytes(site) + parameter_bytes(site) + site.outputs[0].bytes();
    stream.written = inputs_bytes(site);
    kernels.emplace_back(stream);
  }
  /// Sums of what the backward scan has at hand, over batch and time.
  void wgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kReduction, kName, 3 * states(site) + 2, 0);
    stream.read = inputs_bytes(site) + site.outputs[0].bytes();
    stream.written = parameter_bytes(site);
    kernels.emplace_back(stream);
  }
  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = true}; }
  /// One fp32 value per channel and state.
  [[nodiscard]] Bytes state(const Site& site) const {
    if (!keeps_state(site.phase)) return {};
    return bytes_of(static_cast<double>(site.in()[0] * site.in().back()) * states(site), DType::kFp32);
  }
  friend bool operator==(const SelectiveScan&, const SelectiveScan&) = default;

 private:
  static double states(const Site& site) { return static_cast<double>(site.in(2).back()); }
  static Bytes inputs_bytes(const Site& site) {
    Bytes sum{};
    for (const TensorType& input : site.inputs) sum += input.bytes();
    return sum;
  }
  static Bytes parameter_bytes(const Site& site) {
    return bytes_of(static_cast<double>(site.in().back()) * (states(site) + 1), site.precision.activations);
  }
};

}  // namespace ridgepoint
