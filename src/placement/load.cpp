#include "placement/load.hpp"

#include <algorithm>
#include <cmath>

#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

/// What groups come to together.
struct Sum {
  double rows = 0;
  double draws = 0;
  double distinct = 0;
  double drawn_bytes = 0;
  double distinct_bytes = 0;
};

Sum sum_of(const std::vector<RowGroup>& groups) {
  Sum sum;
  for (const RowGroup& g : groups) {
    const double distinct = g.distinct();
    sum.rows += g.rows;
    sum.draws += g.rows * g.rate;
    sum.distinct += distinct;
    sum.drawn_bytes += g.rows * g.rate * g.row_bytes;
    sum.distinct_bytes += distinct * g.row_bytes;
  }
  return sum;
}

AccessLaw law_of(const std::vector<RowGroup>& groups) {
  std::vector<RowCount> counts;
  counts.reserve(groups.size());
  for (const RowGroup& g : groups) counts.push_back({g.rows, g.rate});
  return AccessLaw::of_counts(std::move(counts));
}

}  // namespace

DeviceLoad::DeviceLoad(const PlacementRun& run, std::span<const Table> tables, const DeviceKind& kind, Filling filling)
    : run_(run),
      tables_(tables),
      kind_(kind),
      filling_(std::move(filling)),
      levels_(hierarchy_of(*run.device, run.around, run.host, run.kept_bytes)) {
  stated_ = std::any_of(tables.begin(), tables.end(),
                        [](const Table& t) { return t.access.kind != Access::Kind::kUnstated; });
}

Price DeviceLoad::gather(const std::vector<RowGroup>& groups, bool part) const {
  const Sum sum = sum_of(groups);
  if (sum.draws <= 0) return {};
  double results = 0;
  for (const Piece& piece : kind_.pieces) {
    results += piece.bags * tables_[piece.table].row_bytes * piece.columns_share;
  }
  Gather gather{.lookups = sum.draws,
                .row_bytes = sum.drawn_bytes / sum.draws,
                .table_rows = std::max(1.0, sum.rows),
                .index_bytes = sum.draws * kIdBytes,
                .other_bytes = std::min(results, sum.drawn_bytes)};
  gather.flops = std::max(0.0, sum.drawn_bytes - gather.other_bytes) * 8 / bits(run_.format);
  if (stated_) {
    gather.reuse = std::make_shared<const ReuseCurve>(law_of(groups));
    gather.distinct = std::min(sum.draws, sum.distinct);
  }
  return price({gather, gather.work(), part}, *run_.device, run_.mode);
}

// The host gathers every row once, storage reads it once; over the bus the device asks for each access.
double DeviceLoad::far_time(Place place, const std::vector<RowGroup>& groups) const {
  const Level& level = levels_[static_cast<std::size_t>(place)];
  const bool each = place == Place::kHost && run_.host == HostAccess::kPinned;
  double time = 0;
  for (const RowGroup& g : groups) time += (each ? g.rows * g.rate : g.distinct()) * level.row_time(g.row_bytes);
  return time > 0 ? level.latency + time : 0;
}

double DeviceLoad::exchange() const {
  double ids = 0;
  double results = 0;
  for (const Piece& piece : kind_.pieces) {
    ids += piece.id_bytes;
    results += piece.result_bytes;
  }
  const auto time = [&](double bytes) {  // of which (n - 1) / n are sent, as exchange_time() has it too
    const double all = run_.devices > 1 ? bytes * run_.devices / (run_.devices - 1) : 0;
    return exchange_time(all, run_.devices, *run_.device, run_.around);
  };
  return time(ids) + time(results) * (run_.training ? 2 : 1);
}

// Gradients of equal ids are merged, then the optimizer steps through the distinct rows; what lies further away goes
// back there. Copies are kept alike by exchanging their gradients.
double DeviceLoad::update_time(const std::array<std::vector<RowGroup>, kPlaces>& at) const {
  Sum all;
  double copied = 0;
  double back = 0;
  double dims = 0;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const Sum sum = sum_of(at[place]);
    all.draws += sum.draws;
    all.distinct += sum.distinct;
    all.rows += sum.rows;
    all.distinct_bytes += sum.distinct_bytes;
    all.drawn_bytes += sum.drawn_bytes;
    if (place != static_cast<std::size_t>(Place::kDram)) back += far_time(static_cast<Place>(place), at[place]);
    for (const RowGroup& g : at[place]) {
      if (kind_.pieces[g.piece].sharding == Sharding::kCopy) copied += g.distinct() * g.row_bytes;
      dims = std::max(dims, table_of(g).dim);
    }
  }
  if (all.draws <= 0) return 0;
  const double row_bytes = all.drawn_bytes / all.draws;
  const double dim = row_bytes * 8 / bits(run_.format);
  double bags = 0;
  for (const Piece& piece : kind_.pieces) bags += piece.bags * piece.columns_share;
  const TableGradient gradient{.lookups = all.draws,
                               .bags = std::clamp(bags, 1.0, all.draws),
                               .distinct = all.distinct,
                               .table_rows = std::max(1.0, all.rows),
                               .row_bytes = row_bytes,
                               .dim = dim,
                               .ids = Bytes{all.draws * kIdBytes}};
  const Stream sort = sort_of_ids(gradient);
  const Gather merge = gather_of_gradients(gradient, Duplicates::kMerged, true);
  const Stream step = optimizer_step(all.distinct * dim, dim, run_.optimizer, run_.format);
  double time = back;
  for (const Launch& launch : {Launch{sort, sort.work()}, Launch{merge, merge.work()}, Launch{step, step.work()}})
    time += price(launch, *run_.device, run_.mode).time.value();
  return time + 2 * exchange_time(copied, run_.devices, *run_.device, run_.around);
}

LookupTimes DeviceLoad::times_of(const std::array<std::vector<RowGroup>, kPlaces>& at) const {
  const Price near = gather(at[0], false);
  LookupTimes times{.near = near.time.value(), .bound = near.bound};
  times.host = far_time(Place::kHost, at[1]);
  times.ssd = far_time(Place::kSsd, at[2]);
  if (run_.training) times.update = update_time(at);
  return times;
}

LookupTimes DeviceLoad::times() const {
  LookupTimes times = times_of(filling_.at);
  times.exchange = exchange();
  return times;
}

std::vector<PieceLoad> DeviceLoad::pieces() const {
  std::vector<PieceLoad> loads(kind_.pieces.size());
  std::vector<std::array<std::vector<RowGroup>, kPlaces>> own(loads.size());
  for (std::size_t place = 0; place < kPlaces; ++place) {
    for (const RowGroup& g : filling_.at[place]) {
      PieceLoad& load = loads[g.piece];
      load.draws[place] += g.rows * g.rate;
      load.distinct[place] += g.distinct();
      load.bytes[place] += g.rows * g.stored_bytes;
      own[g.piece][place].push_back(g);
    }
  }
  // A row comes again within T draws of the device if the cache still has it.
  const Sum near = sum_of(filling_.at[0]);
  const double mean_bytes = near.draws > 0 ? near.drawn_bytes / near.draws : 1;
  const double filling =
      stated_ && near.draws > 0
          ? std::min(near.draws,
                     law_of(filling_.at[0]).filling_draws(cache_capacity(*run_.device) / std::max(1.0, mean_bytes)))
          : 0;
  for (const RowGroup& g : filling_.at[0]) {
    if (!stated_) break;
    const double p = g.rate / near.draws;
    const double misses = g.rows * (-std::expm1(-p * filling) + (near.draws - filling) * p * std::exp(-p * filling));
    loads[g.piece].l2_hits += std::max(0.0, g.rows * g.rate - misses);
  }
  double sum = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const Price price = gather(own[i][0], true);
    loads[i].time = price.time.value() + far_time(Place::kHost, own[i][1]) + far_time(Place::kSsd, own[i][2]);
    loads[i].bound = loads[i].time > 2 * price.time.value() ? Bound::kLink : price.bound;
    sum += loads[i].time;
  }
  const LookupTimes all = times();
  for (PieceLoad& load : loads) load.time *= sum > 0 ? (all.near + all.far()) / sum : 0;
  return loads;
}

}  // namespace ridgepoint
