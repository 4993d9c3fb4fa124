#pragma once
#include "ops/lookup.hpp"

namespace ridgepoint {

/// y[..., classes] = 1 at the id and 0 elsewhere: written out, as where a product follows. A lookup says the same with
/// fewer bytes.
struct OneHot : OpBase {
  static constexpr std::string_view kName = "one_hot";
  static constexpr std::string_view kEquation = "y[..., c] = 1 where c = id, else 0";
  static constexpr std::string_view kSource = "writes all of y";
  static constexpr std::string_view kSummary = "a vector with a one at the id";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t classes = 1;

  static auto fields() { return std::tuple{Field{"classes", &OneHot::classes, "width of the vector", kRequired}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_ids(inputs, 0);
    std::vector<std::int64_t> extents(inputs[0].shape.extents().begin(), inputs[0].shape.extents().end());
    extents.push_back(classes);
    return {{Shape(std::move(extents)), precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    Stream stream = stream_over(site.out(), StreamKind::kCopy, "one_hot", 0, 0);
    stream.read = site.inputs[0].bytes();
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  friend bool operator==(const OneHot&, const OneHot&) = default;
};

}  // namespace ridgepoint
