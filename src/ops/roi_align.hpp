#pragma once
#include "ops/copy.hpp"
#include "ops/spatial.hpp"

namespace ridgepoint {

/// Features of `rois` boxes per image, each interpolated to a fixed output (He et al., arXiv 1703.06870), from one map
/// x[n, c, h, w] or from the levels of a pyramid, where each box belongs to one. A value is the mean of sampling^2
/// points, each from four corners: four products and four sums a point.
struct RoiAlign : OpBase {
  static constexpr std::string_view kName = "roi_align";
  static constexpr std::string_view kEquation = "y = mean over sampling points of x, by bilinear interpolation";
  static constexpr std::string_view kSource = "He et al., arXiv 1703.06870";
  static constexpr std::string_view kSummary = "features of boxes, interpolated from one or several maps";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t rois = 1;
  Extents output{{7}};
  std::int64_t sampling = 2;

  static auto fields() {
    return std::tuple{Field{"rois", &RoiAlign::rois, "boxes per image", kRequired},
                      Field{"output", &RoiAlign::output, "height and width of the output"},
                      Field{"sampling", &RoiAlign::sampling, "points per axis and value"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, SIZE_MAX);
    const Shape& first = inputs[0].shape;
    for (const TensorType& level : inputs) {
      if (level.shape.rank() == 4 && level.shape[0] == first[0] && level.shape[1] == first[1]) continue;
      throw OpError{"",
                    {"levels are " + to_string(first) + " and " + to_string(level.shape),
                     "[batch, channels, height, width] with one batch and one number of channels"}};
    }
    expect_spatial(output, 2, "output");
    return {{Shape{checked_mul(first[0], rois), first[1], output.at(0), output.at(1)}, precision.activations}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(sample(site)); }
  /// Zeros, to which the corners' shares are added.
  void dgrad(const Site& site, Kernels& kernels) const {
    Bytes maps;
    for (const TensorType& level : site.inputs) maps += level.bytes();
    kernels.emplace_back(pass_over(site.in(), StreamKind::kCopy, "fill", 0, 0, Bytes{}, maps));
    Gather scatter = sample(site);
    scatter.scatter = true;
    kernels.emplace_back(scatter);
  }
  [[nodiscard]] Saved saved(const Site& site) const { return {.extra = Bytes{box_bytes(site)}}; }
  friend bool operator==(const RoiAlign&, const RoiAlign&) = default;

 private:
  /// An image index and four corners of a box, in 32 bits each.
  static double box_bytes(const Site& site) {
    return bytes_of(5 * static_cast<double>(site.out()[0]), DType::kFp32).value();
  }

  [[nodiscard]] Gather sample(const Site& site) const {
    const auto channels = static_cast<double>(site.in()[1]);
    const double points = static_cast<double>(site.out().elements()) / channels * static_cast<double>(sampling) *
                          static_cast<double>(sampling);
    double pixels = 0;
    for (const TensorType& level : site.inputs) pixels += static_cast<double>(level.shape.elements()) / channels;
    return {.lookups = 4 * points,
            .row_bytes = bytes_of(channels, site.inputs[0].dtype).value(),
            .table_rows = pixels,
            .index_bytes = box_bytes(site),
            .other_bytes = site.outputs[0].bytes().value(),
            .flops = 8 * points * channels};
  }
};

}  // namespace ridgepoint
