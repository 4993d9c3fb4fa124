#pragma once
#include "ops/copy.hpp"
#include "ops/spatial.hpp"

namespace ridgepoint {

/// Depth to space and back (Shi et al., arXiv 1609.05158), a copy: [n, c f^2, h, w] becomes [n, c, f h, f w]; in 1D and
/// 3D f and f^3.
template <bool Down>
struct SpaceShuffle : OpBase {
  static constexpr std::string_view kName = Down ? "pixel_unshuffle" : "pixel_shuffle";
  static constexpr std::string_view kEquation =
      Down ? "y[c f f, h / f, w / f] = x[c, h, w]" : "y[c / f / f, h f, w f] = x[c, h, w]";
  static constexpr std::string_view kSource = "Shi et al., arXiv 1609.05158";
  static constexpr std::string_view kSummary = Down ? "space to channels, a copy" : "channels to space, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t factor = 1;

  static auto fields() {
    return std::tuple{Field{"factor", &SpaceShuffle::factor, "by which each spatial axis changes", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_grid(inputs);
    TensorType y = inputs[0];
    for (std::int64_t axis = 2; axis < y.shape.rank(); ++axis) {
      std::int64_t& grows = y.shape[Down ? 1 : axis];
      std::int64_t& shrinks = y.shape[Down ? axis : 1];
      if (shrinks % factor != 0) {
        throw OpError{"factor",
                      {std::to_string(factor) + " does not divide " + (Down ? "an axis" : "the channels") + " of " +
                           to_string(inputs[0].shape),
                       Down ? "a divisor of every spatial axis" : "channels that hold all values of an output square"}};
      }
      shrinks /= factor;
      grows = checked_mul(grows, factor);
    }
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.out(), kName, site.inputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const SpaceShuffle&, const SpaceShuffle&) = default;
};

using PixelShuffle = SpaceShuffle<false>;
using PixelUnshuffle = SpaceShuffle<true>;

}  // namespace ridgepoint
