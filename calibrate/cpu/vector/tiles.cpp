// Products of tiles on AMX. Compiled for it, run only where the processor and the system have it.

#include "calibrate/cpu/vector/tiles.hpp"

#if defined(__x86_64__) && defined(__AMX_TILE__)

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ridgepoint::cpu {
namespace {

constexpr int kRows = 16;
constexpr int kRowBytes = 64;

// The compiler's tile functions do not say that they read and write memory.
inline void memory_barrier() { asm volatile("" : : : "memory"); }

/// What LDTILECFG reads (Intel 64 and IA-32 Architectures Software Developer's Manual).
struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14]{};
  std::uint16_t row_bytes[16]{};
  std::uint8_t rows[16]{};
};

/// Tiles 0 to 3 are sums, 4 to 7 operands full of ones.
class Tiles {
 public:
  Tiles(std::uint16_t one, int per_row) {
    TileConfig config;
    for (int tile = 0; tile < 8; ++tile) {
      config.row_bytes[tile] = kRowBytes;
      config.rows[tile] = kRows;
    }
    memory_barrier();
    _tile_loadconfig(&config);
    alignas(64) std::uint8_t ones[kRows * kRowBytes];
    const int step = kRowBytes / per_row;
    for (int i = 0; i < kRows * kRowBytes; ++i) ones[i] = static_cast<std::uint8_t>(i % step == 0 ? one : one >> 8);
    memory_barrier();
    _tile_loadd(4, ones, kRowBytes);
    _tile_loadd(5, ones, kRowBytes);
    _tile_loadd(6, ones, kRowBytes);
    _tile_loadd(7, ones, kRowBytes);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  ~Tiles() { _tile_release(); }

  template <class Value>
  [[nodiscard]] double sum() const {
    alignas(64) Value values[4][kRows * kRowBytes / sizeof(Value)];
    _tile_stored(0, values[0], kRowBytes);
    _tile_stored(1, values[1], kRowBytes);
    _tile_stored(2, values[2], kRowBytes);
    _tile_stored(3, values[3], kRowBytes);
    memory_barrier();
    double total = 0;
    for (const auto& tile : values) {
      for (const Value value : tile) total += static_cast<double>(value);
    }
    return total;
  }
};

double dot_bf16(std::int64_t rounds) {
  const Tiles tiles(0x3f80, 32);
  for (std::int64_t i = 0; i < rounds; ++i) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  return tiles.sum<float>();
}

double dot_int8(std::int64_t rounds) {
  const Tiles tiles(0x0101, 32);
  for (std::int64_t i = 0; i < rounds; ++i) {
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
  }
  return tiles.sum<std::int32_t>();
}

// The processor has tiles, and the system saves them for this process when it is asked to.
TileLoops find_loops() {
  constexpr int kRequest = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;
  constexpr unsigned kTile = 1U << 24;
  constexpr unsigned kBf16 = 1U << 22;
  constexpr unsigned kInt8 = 1U << 25;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kTile) == 0) return {};
  if (::syscall(SYS_arch_prctl, kRequest, kTileData) != 0) return {};
  return {(d & kBf16) != 0 ? dot_bf16 : nullptr, (d & kInt8) != 0 ? dot_int8 : nullptr};
}

}  // namespace

const TileLoops& tile_loops() {
  static const TileLoops kLoops = find_loops();
  return kLoops;
}

}  // namespace ridgepoint::cpu

#else

namespace ridgepoint::cpu {

const TileLoops& tile_loops() {
  static const TileLoops kNone{};
  return kNone;
}

}  // namespace ridgepoint::cpu

#endif
