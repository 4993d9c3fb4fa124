#pragma once
// Learned tensors that no product holds: tables of positions added to tokens, and tokens of their own.

#include "ops/op_base.hpp"

namespace ridgepoint {

/// y = x + P with a learned P of the extents of the last `axes` axes: positions of an image's patches. One axis is
/// `bias`.
struct LearnedAdd : OpBase {
  static constexpr std::string_view kName = "learned_add";
  static constexpr std::string_view kEquation = "y = x + P";
  static constexpr std::string_view kSource = "learned positions: Dosovitskiy et al., arXiv 2010.11929";
  static constexpr std::string_view kSummary = "adds a learned tensor over the last axes: a table of positions";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;

  std::int64_t axes = 2;

  static auto fields() { return std::tuple{Field{"axes", &LearnedAdd::axes, "axes that the tensor has"}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (axes > inputs[0].shape.rank()) {
      throw OpError{"axes",
                    {std::to_string(axes) + " axes of " + to_string(inputs[0].shape),
                     "at most " + std::to_string(inputs[0].shape.rank())}};
    }
    return {{inputs[0].shape, precision.activations}};
  }
  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"weight", count(inputs[0].shape), ParameterRole::kVector}};
  }
  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kElementwise, "add", 1, 0);
    stream.read = site.inputs[0].bytes() + table_bytes(site);
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kReduction, "sum", 1, 0);
    stream.read = site.outputs[0].bytes();
    stream.written = table_bytes(site);
    kernels.emplace_back(stream);
  }
  friend bool operator==(const LearnedAdd&, const LearnedAdd&) = default;

 private:
  [[nodiscard]] std::int64_t count(const Shape& x) const {
    std::int64_t product = 1;
    for (std::int64_t axis = 1; axis <= axes; ++axis) product = checked_mul(product, x[-axis]);
    return product;
  }
  [[nodiscard]] Bytes table_bytes(const Site& site) const {
    return bytes_of(static_cast<double>(count(site.in())), site.precision.activations);
  }
};

/// `tokens` learned rows before x[batch, t, c] -> [batch, tokens + t, c], a copy: class, distillation and register
/// tokens.
struct LearnedTokens : OpBase {
  static constexpr std::string_view kName = "learned_tokens";
  static constexpr std::string_view kEquation = "y = [P; x] along the tokens, or P in the place of x";
  static constexpr std::string_view kSource =
      "class tokens: Devlin et al., arXiv 1810.04805; object queries: Carion et al., 2005.12872";
  static constexpr std::string_view kSummary = "learned tokens before the others, a copy: class tokens, object queries";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t tokens = 1;
  bool replace = false;

  static auto fields() {
    return std::tuple{Field{"tokens", &LearnedTokens::tokens, "learned tokens"},
                      Field{"replace", &LearnedTokens::replace, "whether they stand instead of x: object queries"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (inputs[0].shape.rank() != 3) {
      throw OpError{"", {"input has shape " + to_string(inputs[0].shape), "[batch, tokens, channels]"}};
    }
    TensorType y{inputs[0].shape, precision.activations};
    y.shape[1] = replace ? tokens : checked_add(tokens, y.shape[1]);
    return {y};
  }
  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"weight", {{"tokens", tokens}, {"channels", inputs[0].shape.back()}}, ParameterRole::kVector}};
  }
  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.out(), StreamKind::kCopy, "concat", 0, 0);
    stream.read = table_bytes(site) + (replace ? Bytes{} : site.inputs[0].bytes());
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  void dgrad(const Site& site, Kernels& kernels) const {
    if (replace) return;
    Stream stream = stream_over(site.in(), StreamKind::kCopy, "concat", 0, 0);
    stream.read = stream.written = site.inputs[0].bytes();
    kernels.emplace_back(stream);
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.in(), StreamKind::kReduction, "sum", 1, 0);
    stream.rows = static_cast<double>(site.in()[0] * tokens);
    stream.read = bytes_of(stream.rows * stream.cols, site.precision.activations);
    stream.written = table_bytes(site);
    kernels.emplace_back(stream);
  }
  friend bool operator==(const LearnedTokens&, const LearnedTokens&) = default;

 private:
  [[nodiscard]] Bytes table_bytes(const Site& site) const {
    return bytes_of(static_cast<double>(tokens) * static_cast<double>(site.in().back()), site.precision.activations);
  }
};

}  // namespace ridgepoint
