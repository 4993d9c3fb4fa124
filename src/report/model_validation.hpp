#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernels/pass.hpp"

namespace ridgepoint {

/// A kernel of a network, predicted and, unless `why` says why not, measured. Times in seconds, over all repetitions.
struct MeasuredKernel {
  std::string layer;
  std::string op;
  Pass pass = Pass::kFprop;
  double repeat = 1;
  std::string point;  ///< what was measured, as rows of sample files
  double predicted = 0;
  double p10 = 0;
  double p90 = 0;
  double roofline = 0;
  double measured = 0;
  double spread = 0;
  std::string why{};
};

/// A network's kernels, predicted against measured.
struct ModelValidation {
  std::string model;
  std::string device;   ///< the file that predicted
  std::string machine;  ///< what measured
  std::string mode;
  std::vector<MeasuredKernel> kernels;

  /// Sums over what was measured.
  [[nodiscard]] double predicted() const;
  [[nodiscard]] double measured() const;
  /// The share of the whole predicted time that was measured.
  [[nodiscard]] double coverage() const;
  /// predicted / measured - 1 of the sums.
  [[nodiscard]] double error() const { return measured() > 0 ? predicted() / measured() - 1 : 0; }
  /// The mean of |predicted / measured - 1| over what was measured.
  [[nodiscard]] double mape() const;
};

/// As a table, or as JSON, CSV or Markdown.
std::string write_model_validation(const ModelValidation& validation, std::string_view format);

}  // namespace ridgepoint
