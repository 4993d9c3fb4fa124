#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace ridgepoint {

/// Which of a layer's products (output, input gradient, weight gradient) or its weight update a kernel computes.
enum class Pass : std::uint8_t { kFprop, kDgrad, kWgrad, kOptimizer };

inline constexpr std::array<Pass, 4> kPasses{Pass::kFprop, Pass::kDgrad, Pass::kWgrad, Pass::kOptimizer};

constexpr std::string_view name(Pass pass) {
  constexpr std::array<std::string_view, 4> kNames{"fprop", "dgrad", "wgrad", "optimizer"};
  return kNames[static_cast<std::size_t>(pass)];
}

}  // namespace ridgepoint
