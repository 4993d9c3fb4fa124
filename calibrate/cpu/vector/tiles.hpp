#pragma once
#include <cstdint>

namespace ridgepoint::cpu {

/// Bits of a tile register.
inline constexpr int kTileBits = 8192;
/// Products of two tiles in a round.
inline constexpr int kTileProducts = 4;

/// Products of tiles full of ones, four independent sums a round; the result is the sum of all elements. Null: this
/// machine has no such instruction, or its system does not let programs use it.
struct TileLoops {
  double (*dot_bf16)(std::int64_t rounds) = nullptr;
  double (*dot_int8)(std::int64_t rounds) = nullptr;
};

const TileLoops& tile_loops();

}  // namespace ridgepoint::cpu
