#pragma once
// How tables are shared between devices.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "placement/table.hpp"

namespace ridgepoint {

inline constexpr double kIdBytes = 8;  // of the id of a lookup

/// How one table is shared: whole on one device; its rows on all (by a hash, so that each has its part of the hot
/// ones); some columns of every row on each; or a copy on each.
enum class Sharding : std::uint8_t { kTable, kRow, kColumn, kCopy };
inline constexpr std::array<std::string_view, 4> kShardingNames{"table", "row", "column", "copy"};

/// What a device holds of one table, and what a step asks of it there: `draws` rows, `results` bytes that go to the
/// devices whose samples they belong to, `ids` that come from them. With n devices and a pooling of L
///   table:  all draws, bags results;      row: 1/n of the draws, bags (1 - (1 - 1/n)^L) partial sums;
///   column: all draws, 1/n of each bag;   copy: 1/n of the draws, nothing is sent.
struct Piece {
  std::size_t table = 0;
  Sharding sharding = Sharding::kTable;
  double rows_share = 1;
  double columns_share = 1;
  double draws = 0;
  double bags = 0;          ///< results, of columns_share of a row each
  double result_bytes = 0;  ///< sent
  double id_bytes = 0;      ///< received
};

Piece piece_of(std::span<const Table> tables, std::size_t table, Sharding sharding, double devices);

/// Devices that hold the same: their pieces, and how many they are.
struct DeviceKind {
  std::vector<Piece> pieces;
  double devices = 1;
};

/// The devices of a plan that shares each table in its way. Whole tables go, the most costly first, to the device that
/// has least to do so far among those with room for it (Graham, SIAM J. Appl. Math. 17(2), 1969); `cost` is by table,
/// in any unit, `capacity` in bytes. Without room anywhere it goes to the emptiest.
std::vector<DeviceKind> devices_of(std::span<const Table> tables, std::span<const Sharding> sharding, double devices,
                                   double capacity, std::span<const double> cost);

}  // namespace ridgepoint
