#pragma once
#include "ops/broadcast.hpp"
#include "ops/op_base.hpp"

namespace ridgepoint {

/// An element-wise function of two tensors and the FLOPs of its gradient per element and input. A comparison gives one
/// byte per element and has no gradient.
struct BinaryFunction {
  std::string_view name;
  double flops;
  double special;
  double backward_flops;
  bool saves_inputs;
  std::string_view formula;
  bool comparison = false;
};

inline constexpr std::array kBinaryFunctions{
    BinaryFunction{"add", 1, 0, 0, false, "a + b, with broadcasting"},
    BinaryFunction{"sub", 1, 0, 1, false, "a - b, with broadcasting"},
    BinaryFunction{"mul", 1, 0, 1, true, "a b, with broadcasting"},
    BinaryFunction{"div", 1, 1, 3, true, "a / b, with broadcasting"},
    BinaryFunction{"maximum", 1, 0, 2, true, "max(a, b), with broadcasting"},
    BinaryFunction{"minimum", 1, 0, 2, true, "min(a, b), with broadcasting"},
    BinaryFunction{"greater", 1, 0, 0, false, "a > b, with broadcasting", true},
    BinaryFunction{"less", 1, 0, 0, false, "a < b, with broadcasting", true},
    BinaryFunction{"equal", 1, 0, 0, false, "a = b, with broadcasting", true},
};

/// y = f(a, b) with broadcasting; one op per row of the table above.
struct Binary : OpBase {
  static constexpr std::string_view kSource =
      "the table of FLOPs in src/ops/binary.hpp: one per operation and special function";
  static constexpr Category kCategory = Category::kElementwise;
  static constexpr FusionRole kFusion = FusionRole::kElementwise;
  static constexpr const auto& kTable = kBinaryFunctions;

  std::size_t function = 0;  ///< row of kBinaryFunctions

  static auto fields() { return std::tuple{}; }
  [[nodiscard]] const BinaryFunction& f() const { return kBinaryFunctions[function]; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 2);
    const DType dtype = f().comparison ? DType::kInt8 : precision.activations;
    return {{Shape(broadcast(inputs[0].shape, inputs[1].shape)), dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.out(), StreamKind::kElementwise, f().name, f().flops, f().special);
    stream.read = site.inputs[0].bytes() + site.inputs[1].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  /// The gradient of a sum is the output's own, passed on without a copy; an input that was broadcast needs a sum, the
  /// inputs of a product need a product.
  void dgrad(const Site& site, Kernels& kernels) const {
    for (std::size_t i = 0; i < 2; ++i) {
      const bool stretched = site.in(i).elements() != site.out().elements();
      if (!wants_gradient(site, i) || f().comparison || (f().backward_flops == 0 && !stretched)) continue;
      Stream stream = stream_over(site.out(), stretched ? StreamKind::kReduction : StreamKind::kElementwise, f().name,
                                  f().backward_flops + (stretched ? 1 : 0), 0);
      stream.read = site.outputs[0].bytes() + (f().saves_inputs ? site.inputs[1 - i].bytes() : Bytes{});
      if (chooses()) stream.read += site.inputs[i].bytes();
      stream.written = site.inputs[i].bytes();
      kernels.emplace_back(stream);
    }
  }

  [[nodiscard]] Saved saved(const Site&) const { return {.inputs = f().saves_inputs}; }
  friend bool operator==(const Binary&, const Binary&) = default;

 private:
  /// Which input the gradient goes to depends on both.
  [[nodiscard]] bool chooses() const { return f().name == "maximum" || f().name == "minimum"; }
};

}  // namespace ridgepoint
