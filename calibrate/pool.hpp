#pragma once
// From the samples of many devices to the parameters that price a device nobody measured.

#include <span>
#include <string>
#include <vector>

#include "calibrate/least_squares.hpp"
#include "cost/pooled.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {

/// A sample file with the data sheet of its device. Both must outlive the pool.
struct PoolInput {
  const SampleFile* file = nullptr;
  const Device* device = nullptr;
};

/// How the pooled parameters describe the samples of one file: with them all, and with those of the other chips only.
struct PoolScore {
  std::string file;
  std::size_t samples = 0;
  double inside_median = 0;
  double inside_mean = 0;
  double left_out_median = 0;  ///< negative when there is no other chip
  double left_out_mean = 0;
};

struct PoolRow {
  PooledParameters row;
  std::vector<PoolScore> scores;
};

struct PoolResult {
  std::vector<PooledParameters> rows;  ///< all rows: the fitted ones, and those that no sample tells of, as they were
  std::vector<PoolRow> fitted;
};

/// Fits one set of parameters for each kind of kernel, width of format and clock to the samples of all devices, every
/// file weighing the same. Their spreads are those of fits to each file alone; P10 and P90 are of measured / predicted
/// on files whose chip was left out (a chip: all boards with its architecture and number of units).
PoolResult pool(std::span<const PoolInput> inputs, Minimize minimize);

/// The text of src/cost/pooled.inc for these rows.
std::string write_pooled(std::span<const PooledParameters> rows);

/// The scores as a table for the terminal.
std::string write_scores(const PoolResult& result);

}  // namespace ridgepoint
