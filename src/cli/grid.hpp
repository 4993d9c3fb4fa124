#pragma once
// The points of a sweep: the product of what its options name.

#include <optional>
#include <string>
#include <vector>

#include "cli/run_arguments.hpp"
#include "hardware/what_if.hpp"
#include "roofline/axes.hpp"
#include "roofline/sweep.hpp"

namespace ridgepoint {

/// The axes of a sweep, and its points in their order.
class SweepGrid {
 public:
  /// `run` as the command line gives it: lists and ranges. Throws InputError at what is wrong in one.
  SweepGrid(const RunArguments& run, const std::vector<std::string>& devices);

  [[nodiscard]] const Axes& axes() const { return axes_; }
  /// The axis of batches, or behind the last one: the network is read again for those before it.
  [[nodiscard]] std::size_t first_size() const { return first_size_; }
  /// The points that differ in the batch alone.
  [[nodiscard]] std::size_t stride() const;
  /// The arguments of a single run.
  [[nodiscard]] RunArguments arguments(std::size_t point) const;
  /// The devices as the axes of devices and what-ifs make them, by `device_index`.
  [[nodiscard]] const std::vector<Device>& devices() const { return devices_; }
  [[nodiscard]] std::size_t device_index(std::size_t point) const;

 private:
  void add_what_ifs();
  void make_devices();

  RunArguments run_;
  Axes axes_;
  std::vector<std::vector<DeviceChange>> changes_;  // of the axes of what-ifs
  std::vector<Device> devices_;
  std::size_t first_size_ = 0;
  std::size_t points_of_device_ = 1;
};

/// One thread's way through a grid: reads the network where it must, and keeps what neighbours share.
class GridRunner {
 public:
  GridRunner(const SweepGrid& grid, const ModelFile& model) : grid_(grid), model_(model) {}
  SweepPoint run(std::size_t point);
  /// The question of a point, for those who want the whole answer. Throws InputError.
  Question question(std::size_t point);

 private:
  const SweepGrid& grid_;
  const ModelFile& model_;
  // What is known of a point that cannot be run: what was asked.
  [[nodiscard]] SweepPoint impossible(std::size_t point, std::string reason) const;
  // Whether the network that was read last, with other sizes, is the one of this point.
  bool share(std::size_t point);

  PointEvaluator evaluator_;
  std::optional<ParsedRun> parsed_;
  std::size_t read_at_ = 0;  // the block of points that `parsed_` is of
};

}  // namespace ridgepoint
