#pragma once
// What a step of lookups takes on one device.

#include "placement/fill.hpp"
#include "roofline/lowering.hpp"

namespace ridgepoint {

/// What a placement is asked for: a device, how many of it, what stands around it, and how a run uses the tables.
struct PlacementRun {
  const Device* device = nullptr;
  Surroundings around = usual_surroundings();
  HostAccess host = HostAccess::kCached;
  Mode mode = Mode::kAuto;
  double devices = 1;
  double kept_bytes = 0;  ///< of device memory, for all that is no table
  bool training = false;
  Optimizer optimizer = Optimizer::kAdam;
  DType format = DType::kFp32;
  bool whole_tables = false;
};

/// Seconds of a step's lookups on one device: rows from device memory and its caches, from the host, from storage; ids
/// and results to and from other devices; and of training the gradients, the update and the rows that go back.
struct LookupTimes {
  double near = 0;
  double host = 0;
  double ssd = 0;
  double exchange = 0;
  double update = 0;
  Bound bound = Bound::kNone;  ///< of `near`

  [[nodiscard]] double far() const { return host + ssd; }
  [[nodiscard]] double total() const { return near + far() + exchange + update; }
};

/// The shares of a piece's draws by where they end, and its own time.
struct PieceLoad {
  std::array<double, kPlaces> draws{};     ///< that go to each level
  std::array<double, kPlaces> distinct{};  ///< rows of it that a step takes
  std::array<double, kPlaces> bytes{};     ///< that lie there
  double l2_hits = 0;                      ///< draws of device memory that its cache answers
  double time = 0;
  Bound bound = Bound::kNone;
};

/// One device with its rows in their levels.
class DeviceLoad {
 public:
  DeviceLoad(const PlacementRun& run, std::span<const Table> tables, const DeviceKind& kind, Filling filling);

  [[nodiscard]] LookupTimes times() const;
  /// By piece; times are the device's, shared by what each piece takes alone.
  [[nodiscard]] std::vector<PieceLoad> pieces() const;
  [[nodiscard]] const Filling& filling() const { return filling_; }
  [[nodiscard]] const DeviceKind& kind() const { return kind_; }

 private:
  [[nodiscard]] LookupTimes times_of(const std::array<std::vector<RowGroup>, kPlaces>& at) const;
  [[nodiscard]] Price gather(const std::vector<RowGroup>& groups, bool part) const;
  [[nodiscard]] double far_time(Place place, const std::vector<RowGroup>& groups) const;
  [[nodiscard]] double update_time(const std::array<std::vector<RowGroup>, kPlaces>& at) const;
  [[nodiscard]] double exchange() const;
  [[nodiscard]] const Table& table_of(const RowGroup& group) const { return tables_[kind_.pieces[group.piece].table]; }

  const PlacementRun& run_;
  std::span<const Table> tables_;
  DeviceKind kind_;
  Filling filling_;
  Hierarchy levels_;
  bool stated_ = false;  ///< whether a table says how its ids are distributed
};

}  // namespace ridgepoint
