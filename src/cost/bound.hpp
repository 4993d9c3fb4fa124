#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace ridgepoint {

/// The resource that sets a kernel's or layer's time. `none` is for what takes no time, such as a view.
enum class Bound : std::uint8_t { kNone, kMatrix, kVector, kSpecial, kDram, kL2, kLaunch, kHost, kOccupancy, kLink };

inline constexpr std::size_t kBoundCount = 10;

/// A bound's name in files, and what it means in a sentence.
struct BoundFacts {
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array<BoundFacts, kBoundCount> kBounds{{
    {"none", "nothing: it takes no time"},
    {"matrix", "the matrix units' rate for this format"},
    {"vector", "the vector units' rate"},
    {"special", "the rate of special functions (exp, tanh, rsqrt)"},
    {"dram", "the bandwidth of device memory"},
    {"l2", "the bandwidth of the second-level cache"},
    {"launch", "the fixed time of starting and draining a kernel"},
    {"host", "the time the host needs to issue a kernel"},
    {"occupancy", "too little work for all units, or the fixed time of each piece of it"},
    {"link", "the links between devices"},
}};

constexpr std::string_view name(Bound bound) { return kBounds[static_cast<std::size_t>(bound)].name; }

}  // namespace ridgepoint
