#include "placement/shard.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ridgepoint {
namespace {

/// One device while tables are handed out.
struct Bin {
  std::vector<std::size_t> tables;
  double cost = 0;
  double bytes = 0;
};

// The device with least to do that has room, else the emptiest.
Bin& choose_bin(std::vector<Bin>& bins, double bytes, double capacity) {
  Bin* best = nullptr;
  for (Bin& bin : bins) {
    if (bin.bytes + bytes <= capacity && (best == nullptr || bin.cost < best->cost)) best = &bin;
  }
  if (best != nullptr) return *best;
  return *std::min_element(bins.begin(), bins.end(), [](const Bin& a, const Bin& b) { return a.bytes < b.bytes; });
}

}  // namespace

Piece piece_of(std::span<const Table> tables, std::size_t table, Sharding sharding, double devices) {
  const Table& t = tables[table];
  Piece piece{.table = table, .sharding = sharding, .draws = t.draws, .bags = t.bags};
  const double others = (devices - 1) / devices;
  switch (sharding) {
    case Sharding::kTable: break;
    case Sharding::kRow:
      piece.rows_share = 1 / devices;
      piece.draws = t.draws / devices;
      piece.bags = t.bags * taken(1 / devices, t.pooling());
      break;
    case Sharding::kColumn: piece.columns_share = 1 / devices; break;
    case Sharding::kCopy:
      piece.draws = t.draws / devices;
      piece.bags = t.bags / devices;
      return piece;
  }
  piece.id_bytes = piece.draws * kIdBytes * others;
  piece.result_bytes = piece.bags * t.row_bytes * piece.columns_share * others;
  return piece;
}

std::vector<DeviceKind> devices_of(std::span<const Table> tables, std::span<const Sharding> sharding, double devices,
                                   double capacity, std::span<const double> cost) {
  DeviceKind common{.devices = devices};
  std::vector<std::size_t> whole;
  double taken_bytes = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (sharding[i] == Sharding::kTable) {
      whole.push_back(i);
      continue;
    }
    common.pieces.push_back(piece_of(tables, i, sharding[i], devices));
    const Piece& piece = common.pieces.back();
    taken_bytes += tables[i].bytes() * piece.rows_share * piece.columns_share;
  }
  if (whole.empty()) return {common};
  std::stable_sort(whole.begin(), whole.end(), [&](std::size_t a, std::size_t b) { return cost[a] > cost[b]; });
  // More devices than tables leave devices without a table.
  const auto used = static_cast<std::size_t>(std::min(devices, static_cast<double>(whole.size())));
  std::vector<Bin> bins(used, Bin{.bytes = taken_bytes});
  for (const std::size_t table : whole) {
    Bin& bin = choose_bin(bins, tables[table].bytes(), capacity);
    bin.tables.push_back(table);
    bin.cost += cost[table];
    bin.bytes += tables[table].bytes();
  }
  std::vector<DeviceKind> kinds;
  for (const Bin& bin : bins) {
    kinds.push_back({common.pieces, 1});
    for (const std::size_t table : bin.tables)
      kinds.back().pieces.push_back(piece_of(tables, table, Sharding::kTable, devices));
  }
  if (devices > static_cast<double>(used)) kinds.push_back({common.pieces, devices - static_cast<double>(used)});
  return kinds;
}

}  // namespace ridgepoint
