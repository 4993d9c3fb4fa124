#include "placement/plan.hpp"

#include <algorithm>
#include <numeric>

namespace ridgepoint {
namespace {

constexpr double kSmallTable = 1e6;    // bytes
constexpr double kSmallTables = 0.02;  // of a device's memory
constexpr double kLeastColumns = 16;   // bytes of a row that a device keeps

double room_in(const Hierarchy& levels) {
  return std::accumulate(levels.begin(), levels.end(), 0.0,
                         [](double sum, const Level& level) { return sum + level.capacity; });
}

/// The tables of one run with their laws, to which plans are made.
class Planner {
 public:
  Planner(const PlacementRun& run, const std::vector<Table>& tables)
      : run_(run), tables_(tables), levels_(hierarchy_of(*run.device, run.around, run.host, run.kept_bytes)) {
    laws_.reserve(tables.size());
    cost_.reserve(tables.size());
    for (const Table& table : tables) {
      laws_.push_back(table.access.law(table.rows));
      cost_.push_back(table.draws * levels_[0].row_time(table.row_bytes));
    }
  }

  [[nodiscard]] std::vector<Sharding> alike(Sharding sharding) const {
    return std::vector<Sharding>(tables_.size(), sharding);
  }
  [[nodiscard]] bool columns_are_wide() const {
    return std::all_of(tables_.begin(), tables_.end(),
                       [&](const Table& t) { return t.row_bytes / run_.devices >= kLeastColumns; });
  }
  [[nodiscard]] std::vector<Sharding> mixed(Sharding others) const {
    std::vector<Sharding> sharding = alike(others);
    const double work = std::accumulate(cost_.begin(), cost_.end(), 0.0) / run_.devices;
    double small = 0;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      const double bytes = tables_[i].bytes();
      if (bytes <= kSmallTable && small + bytes <= kSmallTables * levels_[0].capacity) {
        sharding[i] = Sharding::kCopy;
        small += bytes;
      } else if (bytes > levels_[0].capacity / 2 || cost_[i] > work) {
        sharding[i] = Sharding::kRow;
      }
    }
    return sharding;
  }

  [[nodiscard]] Plan plan(std::string name, std::vector<Sharding> sharding) const {
    Plan plan{.name = std::move(name), .sharding = std::move(sharding)};
    // Whole tables fill device memories first, as far as all of them fit there.
    const bool near = table_bytes(tables_) <= levels_[0].capacity * run_.devices;
    const double capacity = near ? levels_[0].capacity : room_in(levels_);
    for (const DeviceKind& kind : devices_of(tables_, plan.sharding, run_.devices, capacity, cost_)) {
      Filling filling = fill(groups_of(kind.pieces, tables_, laws_), levels_, run_.whole_tables);
      plan.unplaced += filling.unplaced * kind.devices;
      plan.loads.emplace_back(run_, tables_, kind, std::move(filling));
      add_slower(plan.times, plan.loads.back().times());
    }
    return plan;
  }

 private:
  static void add_slower(LookupTimes& times, const LookupTimes& other) {
    if (other.near >= times.near) times.bound = other.bound;
    for (const auto part :
         {&LookupTimes::near, &LookupTimes::host, &LookupTimes::ssd, &LookupTimes::exchange, &LookupTimes::update}) {
      times.*part = std::max(times.*part, other.*part);
    }
  }

  const PlacementRun& run_;
  const std::vector<Table>& tables_;
  Hierarchy levels_;
  std::vector<AccessLaw> laws_;
  std::vector<double> cost_;
};

}  // namespace

std::vector<Plan> plans_for(const PlacementRun& run, const std::vector<Table>& tables, std::string_view wanted) {
  const Planner planner(run, tables);
  std::vector<Plan> plans;
  const auto asked = [&](std::string_view name) { return wanted == "auto" || wanted == name; };
  if (run.devices <= 1) {
    plans.push_back(planner.plan("one device", planner.alike(Sharding::kTable)));
    return plans;
  }
  if (asked("table")) plans.push_back(planner.plan("table", planner.alike(Sharding::kTable)));
  if (asked("row")) plans.push_back(planner.plan("row", planner.alike(Sharding::kRow)));
  if (asked("column") && (wanted == "column" || planner.columns_are_wide()))
    plans.push_back(planner.plan("column", planner.alike(Sharding::kColumn)));
  if (asked("mixed")) plans.push_back(planner.plan("mixed", planner.mixed(Sharding::kTable)));
  if (asked("mixed_rows")) plans.push_back(planner.plan("mixed_rows", planner.mixed(Sharding::kRow)));
  std::stable_sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
    if (a.unplaced != b.unplaced) return a.unplaced < b.unplaced;
    return a.times.total() < b.times.total();
  });
  return plans;
}

std::vector<TableLoad> table_loads(const Plan& plan, const PlacementRun& run, std::size_t tables) {
  std::vector<TableLoad> loads(tables);
  std::vector<double> draws(tables, 0);
  for (const DeviceLoad& device : plan.loads) {
    const std::vector<PieceLoad> pieces = device.pieces();
    const double devices = device.kind().devices;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Piece& piece = device.kind().pieces[i];
      TableLoad& load = loads[piece.table];
      for (std::size_t place = 0; place < kPlaces; ++place) {
        load.hits[place] += pieces[i].draws[place] * devices;
        load.bytes[place] += pieces[i].bytes[place] * devices;
        load.distinct += pieces[i].distinct[place] * devices * piece.columns_share;
        draws[piece.table] += pieces[i].draws[place] * devices;
      }
      load.l2_hits += pieces[i].l2_hits * devices;
      if (piece.sharding != Sharding::kCopy) load.remote = (run.devices - 1) / run.devices;
      if (pieces[i].time >= load.time) {
        load.time = pieces[i].time;
        load.bound = pieces[i].bound;
      }
    }
  }
  for (std::size_t i = 0; i < tables; ++i) {
    TableLoad& load = loads[i];
    if (draws[i] <= 0) continue;
    load.l2_hits /= draws[i];
    for (double& share : load.hits) share /= draws[i];
    load.hits[0] -= load.l2_hits;
  }
  return loads;
}

double capacity_of(const PlacementRun& run) {
  return room_in(hierarchy_of(*run.device, run.around, run.host, run.kept_bytes));
}

}  // namespace ridgepoint
