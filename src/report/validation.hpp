#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cost/validation.hpp"

namespace ridgepoint {

/// Errors under one way of predicting.
struct ErrorTable {
  std::string mode;
  std::string device;  ///< the device file that predicted
  std::vector<ErrorRow> rows;
};

/// Errors as a table, JSON (`rows[]`), CSV or Markdown.
std::string write_errors(const ErrorTable& table, std::string_view format);

/// Every sample with its prediction: the file's own columns, then predicted_us, p10_us, p90_us, bound and datasheet_us
/// (the plain roofline's time).
std::string write_predictions(const SampleFile& file, const std::vector<Prediction>& predictions, bool with_header);

}  // namespace ridgepoint
