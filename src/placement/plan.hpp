#pragma once
// Where the tables of a network go: the plans that there are, and the one that takes least time.

#include <optional>
#include <string>
#include <vector>

#include "placement/load.hpp"

namespace ridgepoint {

/// A way to share all tables, its devices with their rows in their levels, and what a step takes on the slowest of
/// them: of each part the slowest, since devices wait for each other's results.
struct Plan {
  std::string name;
  std::vector<Sharding> sharding;  ///< by table
  std::vector<DeviceLoad> loads;   ///< one for each kind of device
  LookupTimes times;
  double unplaced = 0;  ///< bytes for which no device has room
};

/// The names of plans that a run may ask for: the best, or one of them.
inline constexpr std::array<std::string_view, 6> kPlanNames{"auto", "table", "row", "column", "mixed", "mixed_rows"};

/// All plans for these tables, the best first: those that fit by their time, then those that do not by what is left
/// over. On one device there is one.
///   table, row, column: all tables alike;
///   mixed: tables of up to a megabyte, a fiftieth of the memory together, on every device; rows of what exceeds half a
///     device's memory or a device's share of the work; the others whole;
///   mixed_rows: the same with the rows of all others shared.
std::vector<Plan> plans_for(const PlacementRun& run, const std::vector<Table>& tables,
                            std::string_view wanted = "auto");

/// What a table comes to in a plan, over all devices.
struct TableLoad {
  std::array<double, kPlaces> hits{};   ///< shares of its draws by level, those that the l2 answers taken out
  std::array<double, kPlaces> bytes{};  ///< that lie there, copies included
  double l2_hits = 0;
  double remote = 0;    ///< share of the draws whose results go to another device
  double distinct = 0;  ///< rows that a step takes
  double time = 0;      ///< on a device that has a part of it, the slowest
  Bound bound = Bound::kNone;
};
std::vector<TableLoad> table_loads(const Plan& plan, const PlacementRun& run, std::size_t tables);

/// The bytes that one device has room for in all levels.
double capacity_of(const PlacementRun& run);

}  // namespace ridgepoint
