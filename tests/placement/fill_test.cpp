// Rows into levels, and tables onto devices.

#include <numeric>
#include <random>
#include <set>

#include "placement/fill.hpp"
#include "tests/core/zipf_draws.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

Table table(double rows, double dim, double draws, double exponent = -1) {
  Table t{.name = "t", .rows = rows, .dim = dim, .row_bytes = 4 * dim, .draws = draws, .bags = draws};
  if (exponent >= 0) t.access = {.kind = Access::Kind::kZipf, .exponent = exponent, .text = "zipf"};
  return t;
}

Hierarchy levels(double dram, double host, double ssd) {
  Hierarchy all = hierarchy_of(device_named("h100-sxm5"), usual_surroundings(), HostAccess::kCached, 0);
  all[0].capacity = dram;
  all[1].capacity = host;
  all[2].capacity = ssd;
  return all;
}

Filling filled(const std::vector<Table>& tables, const Hierarchy& levels, bool whole = false) {
  std::vector<Piece> pieces;
  std::vector<AccessLaw> laws;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    pieces.push_back(piece_of(tables, i, Sharding::kTable, 1));
    laws.push_back(tables[i].access.law(tables[i].rows));
  }
  return fill(groups_of(pieces, tables, laws), levels, whole);
}

double seconds(const Filling& filling, const Hierarchy& levels) {
  double time = 0;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    for (const RowGroup& g : filling.at[place]) time += g.rows * g.rate * levels[place].row_time(g.row_bytes);
  }
  return time;
}

double draws_at(const Filling& filling, Place place) {
  double draws = 0;
  for (const RowGroup& g : filling.at[static_cast<std::size_t>(place)]) draws += g.rows * g.rate;
  return draws;
}

TEST_CASE("every row has a place, and no level holds more than it can", "[placement]") {
  const std::vector<Table> tables{table(1e6, 64, 1e4, 1.1), table(1e8, 16, 1e5, 0.6), table(1000, 128, 1e4)};
  double bytes = 0;
  for (const Table& t : tables) bytes += t.bytes();
  for (const double dram : {0.0, 1e6, 1e9, 1e11}) {
    for (const bool whole : {false, true}) {
      const Hierarchy hierarchy = levels(dram, 3e9, 4e9);
      const Filling filling = filled(tables, hierarchy, whole);
      double sum = filling.unplaced;
      for (std::size_t place = 0; place < kPlaces; ++place) {
        const double used = filling.bytes(static_cast<Place>(place));
        CHECK(used <= hierarchy[place].capacity * (1 + 1e-12));
        sum += used;
      }
      CHECK(sum == Approx(bytes).epsilon(1e-9));
      if (!whole) CHECK(filling.unplaced == Approx(std::max(0.0, bytes - dram - 7e9)).margin(1));
    }
  }
}

TEST_CASE("the share of lookups that stay near is that of a simulation", "[placement]") {
  const std::vector<Table> tables{table(1e6, 64, 30000, 1.1), table(1e7, 64, 70000, 0.7)};
  const Hierarchy hierarchy = levels(1e8, 1e12, 0);
  const Filling filling = filled(tables, hierarchy);
  // How many rows of each table are near; simulated draws of ranks up to there hit.
  std::array<double, 2> near{};
  for (const RowGroup& g : filling.at[0]) near[g.piece] += g.rows;
  double hits = 0;
  ZipfDraws first(1e6, 1.1, 7);
  ZipfDraws second(1e7, 0.7, 8);
  for (int i = 0; i < 30000; ++i) hits += static_cast<double>(first()) <= near[0] ? 1 : 0;
  for (int i = 0; i < 70000; ++i) hits += static_cast<double>(second()) <= near[1] ? 1 : 0;
  CHECK(draws_at(filling, Place::kDram) == Approx(hits).epsilon(0.01));
}

TEST_CASE("no other placement of rows takes less time", "[placement]") {
  const std::vector<Table> tables{table(1e6, 64, 1e4, 1.1), table(1e6, 16, 1e5, 0.6), table(1e5, 128, 3e4, 0.9)};
  const Hierarchy hierarchy = levels(5e7, 2e8, 1e12);
  const Filling best = filled(tables, hierarchy);
  std::vector<RowGroup> groups;
  for (const auto& at : best.at) groups.insert(groups.end(), at.begin(), at.end());
  std::mt19937 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::shuffle(groups.begin(), groups.end(), random);
    Filling other;
    std::size_t place = 0;
    double room = hierarchy[0].capacity;
    for (RowGroup g : groups) {
      while (g.rows > 0) {
        const double fit = std::min(g.rows, room / g.stored_bytes);
        RowGroup part = g;
        part.rows = fit;
        if (fit > 0) other.at[place].push_back(part);
        g.rows -= fit;
        room -= fit * g.stored_bytes;
        if (g.rows > 1e-9 && place + 1 < kPlaces) room = hierarchy[++place].capacity;
        if (g.rows <= 1e-9) break;
      }
    }
    CHECK(seconds(other, hierarchy) >= seconds(best, hierarchy) * (1 - 1e-9));
  }
}

TEST_CASE("whole tables go by their heat for their size", "[placement]") {
  // A small hot one, a large cold one, a large hot one; room for the small one and one large one.
  const std::vector<Table> tables{table(1e6, 32, 1e3), table(1e5, 32, 1e4), table(1e6, 32, 1e5)};
  const Filling filling = filled(tables, levels(1.5e8, 1e12, 0), true);
  std::set<std::size_t> near;
  for (const RowGroup& g : filling.at[0]) near.insert(g.piece);
  CHECK(near == std::set<std::size_t>{1, 2});
  CHECK(draws_at(filling, Place::kHost) == Approx(1e3));
}

TEST_CASE("what devices send of a table is what a simulation sends", "[placement]") {
  constexpr double kDevices = 8;
  const std::vector<Table> tables{{.rows = 1e6, .dim = 64, .row_bytes = 256, .draws = 40000, .bags = 10000}};
  std::mt19937 random(5);
  double partial = 0;  // bags of which device 0 has a row
  for (int bag = 0; bag < 10000; ++bag) {
    bool any = false;
    for (int l = 0; l < 4; ++l) any = any || random() % 8 == 0;
    partial += any ? 1 : 0;
  }
  const Piece row = piece_of(tables, 0, Sharding::kRow, kDevices);
  CHECK(row.draws == 5000);
  CHECK(row.bags == Approx(partial).epsilon(0.03));
  CHECK(row.result_bytes == Approx(row.bags * 256 * 7 / 8));
  const Piece whole = piece_of(tables, 0, Sharding::kTable, kDevices);
  CHECK(whole.result_bytes == Approx(10000.0 * 256 * 7 / 8));
  CHECK(whole.id_bytes == Approx(40000.0 * 8 * 7 / 8));
  const Piece column = piece_of(tables, 0, Sharding::kColumn, kDevices);
  CHECK(column.draws == 40000);
  CHECK(column.result_bytes == Approx(whole.result_bytes / 8));
  const Piece copy = piece_of(tables, 0, Sharding::kCopy, kDevices);
  CHECK(copy.draws == 5000);
  CHECK(copy.result_bytes == 0);
  for (const Sharding sharding : {Sharding::kTable, Sharding::kRow, Sharding::kColumn}) {
    CHECK(piece_of(tables, 0, sharding, 1).result_bytes == 0);  // nobody to send to
  }
}

TEST_CASE("whole tables are shared evenly, each once, with room", "[placement]") {
  std::mt19937 random(11);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Table> tables;
    std::vector<double> cost;
    for (int i = 0; i < 40; ++i) {
      tables.push_back(table(1 + static_cast<double>(random() % 1000), 16, 1));
      cost.push_back(1 + static_cast<double>(random() % 100));
    }
    const std::vector<Sharding> whole(tables.size(), Sharding::kTable);
    const std::vector<DeviceKind> devices = devices_of(tables, whole, 7, 1e9, cost);
    std::set<std::size_t> seen;
    double slowest = 0;
    for (const DeviceKind& device : devices) {
      double sum = 0;
      for (const Piece& piece : device.pieces) {
        CHECK(seen.insert(piece.table).second);
        sum += cost[piece.table];
      }
      slowest = std::max(slowest, sum);
    }
    CHECK(seen.size() == tables.size());
    const double even = std::accumulate(cost.begin(), cost.end(), 0.0) / 7;
    const double least = std::max(even, *std::max_element(cost.begin(), cost.end()));
    CHECK(slowest <= least * (4.0 / 3 - 1.0 / 21) + 1e-9);  // Graham's bound, of the best there is
  }
  // More devices than tables: some have none.
  const std::vector<Table> two{table(10, 4, 1), table(10, 4, 1)};
  const std::vector<double> cost{1, 1};
  const std::vector<DeviceKind> devices = devices_of(two, std::vector(2, Sharding::kTable), 5, 1e9, cost);
  REQUIRE(devices.size() == 3);
  CHECK(devices.back().devices == 3);
  CHECK(devices.back().pieces.empty());
}

TEST_CASE("levels take what their formula says", "[placement]") {
  const Device device = device_named("h100-sxm5");
  const Surroundings around = usual_surroundings();
  const auto host = [&](HostAccess access) { return hierarchy_of(device, around, access, 0)[1]; };
  // 512 bytes: the host reads, writes and reads at 76.8 GB/s; the bus has 64 GB/s.
  CHECK(host(HostAccess::kCached).row_time(512) == Approx(512 / 25.6e9));
  CHECK(host(HostAccess::kPinned).row_time(512) == Approx(512 / (64e9 * 128 / 152)));
  CHECK(host(HostAccess::kPinned).row_time(40) == Approx(64 / (64e9 * 128 / 152)));
  CHECK(host(HostAccess::kUnified).row_time(512) == Approx(65536 / (64e9 * 0.85)));
  CHECK(hierarchy_of(device, around, HostAccess::kCached, 0)[2].row_time(512) == Approx(1 / 1.1e6));
  CHECK(hierarchy_of(device, around, HostAccess::kCached, 1e9)[0].capacity == Approx(79e9));
  CHECK(hierarchy_of(device, around, HostAccess::kCached, 1e12)[0].capacity == 0);
  CHECK(exchange_time(1e9, 1, device, around) == 0);
  double before = 0;
  for (const double devices : {2.0, 4.0, 8.0, 16.0, 256.0, 4096.0}) {
    const double time = exchange_time(1e9, devices, device, around);
    CHECK(time > before);
    before = time;
  }
  // Within a node by its links, out of it by the network: 8 of 64 are near.
  CHECK(exchange_time(64e6, 64, device, around) == Approx(10e-6 + 63 * 0.2e-6 + 56e6 / 50e9));
}

}  // namespace
}  // namespace ridgepoint
