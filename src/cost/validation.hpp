#pragma once
// Predicted against measured, kernel by kernel.

#include <string>
#include <vector>

#include "cost/sample.hpp"

namespace ridgepoint {

/// A sample with what the model says of it; `predicted` is nothing when no cost model prices its kernel.
struct Prediction {
  const Sample* sample = nullptr;
  Price price;
};

/// The errors of a set of samples: of one file, format and band of measured times.
struct ErrorRow {
  std::string source;
  std::string device;
  std::string kernel;
  std::string dtype;
  std::string clock;
  std::string band;
  std::size_t n = 0;
  double mape = 0;      ///< mean of |predicted / measured - 1|
  double median = 0;    ///< median of the same
  double p90 = 0;       ///< its 90th percentile
  double bias = 0;      ///< median of predicted / measured, less 1
  double coverage = 0;  ///< share of samples between P10 and P90
};

/// The predictions for a file, in the order of its rows; empty when no cost model prices its kernel. Throws InputError
/// when the device lacks a format.
std::vector<Prediction> predict(const SampleFile& file, const Device& device, Mode mode);

/// The errors per format and band (all, and by measured time: under 10 us, 10 to 50 us, over 50 us).
std::vector<ErrorRow> errors_of(const SampleFile& file, const std::vector<Prediction>& predictions);

/// Whether a sample file's device name is this device's, apart from case and punctuation.
bool same_device(const std::string& sample_name, const Device& device);

}  // namespace ridgepoint
