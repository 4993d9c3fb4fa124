#pragma once
#include "ops/copy.hpp"
#include "ops/spatial.hpp"

namespace ridgepoint {

/// Interleaves groups of channels: channel i of group g becomes channel i groups + g (Zhang et al., arXiv 1707.01083).
/// A copy.
struct ChannelShuffle : OpBase {
  static constexpr std::string_view kName = "channel_shuffle";
  static constexpr std::string_view kEquation = "y[:, i groups + g] = x[:, g n + i]";
  static constexpr std::string_view kSource = "Zhang et al., arXiv 1707.01083";
  static constexpr std::string_view kSummary = "interleaves groups of channels, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t groups = 1;

  static auto fields() { return std::tuple{Field{"groups", &ChannelShuffle::groups, "number of groups", kRequired}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    expect_groups(groups, inputs[0].shape[1], "channels");
    return {inputs[0]};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.out(), kName, site.inputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const ChannelShuffle&, const ChannelShuffle&) = default;
};

}  // namespace ridgepoint
