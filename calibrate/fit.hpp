#pragma once
// From measured times to a device's own parameters.

#include <span>
#include <string>
#include <vector>

#include "calibrate/least_squares.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {

/// Samples from which an entry rests on the device more than on the pool.
inline constexpr std::size_t kEnoughSamples = 20;

/// How well predictions agree with what was measured: of |predicted / measured - 1|.
struct Agreement {
  double median = 0;
  double mape = 0;
};

/// A sample that the fit describes badly. Times in seconds; the prediction is without the sample's own fold.
struct Misfit {
  std::string file;
  std::size_t line = 0;
  double measured = 0;
  double predicted = 0;
};

/// One entry with what there is to say of its fit. Held out: every sample predicted by a fit to the four fifths of the
/// samples that its shape's hash puts elsewhere.
struct EntryFit {
  CalibrationEntry entry;
  Agreement inside;
  Agreement held_out;
  std::vector<Misfit> worst;  ///< worst first
};

struct FitResult {
  Calibration calibration;
  std::vector<EntryFit> entries;  ///< in the calibration's order
  std::vector<std::string> warnings;
};

/// Fits the parameters of the cost models to the samples, for each kind of kernel, format and clock apart, in log
/// time, with the pooled parameters as the prior. The order of the files and of their rows does not matter. Throws
/// InputError on samples of two devices, on a file given twice, and when the base lacks a rate that a sample needs.
FitResult fit(const Device& base, std::span<const SampleFile> files, Minimize minimize, const std::string& date);

/// The result as a table for the terminal.
std::string write_fit(const FitResult& result);

}  // namespace ridgepoint
