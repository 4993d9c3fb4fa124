#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "cost/device_file.hpp"
#include "io/files.hpp"
#include "report/validation.hpp"

namespace ridgepoint {
namespace {

struct ValidateArguments {
  std::string device;
  std::vector<std::string> samples;
  std::string mode = "auto";
  std::string format;
  std::string output;
  std::string rows;
  double max_error = 0;
};

// The rows of all files that have the same columns can stand in one file; others start a header of their own.
std::string all_predictions(const std::vector<SampleFile>& files,
                            const std::vector<std::vector<Prediction>>& predictions) {
  std::string text;
  const std::vector<std::string>* header = nullptr;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (predictions[i].empty()) continue;
    const bool same = header != nullptr && *header == files[i].table.header;
    text += write_predictions(files[i], predictions[i], !same);
    header = &files[i].table.header;
  }
  return text;
}

int verdict(const ErrorTable& table, double max_error) {
  if (max_error <= 0) return 0;
  int code = 0;
  for (const ErrorRow& row : table.rows) {
    if (row.band != "all" || row.mape * 100 <= max_error) continue;
    fmt::print(stderr, "{}: {} {}: mean error {:.1f} % is above {} %\n", row.source, row.kernel, row.dtype,
               row.mape * 100, max_error);
    code = 1;
  }
  return code;
}

int validate(const ValidateArguments& a) {
  const Format& format = choose_format(a.format, a.output);
  const auto asked = static_cast<Mode>(choose("mode", a.mode, kModeNames));
  const Device device = load_device(a.device);
  const Mode mode = resolve(asked, device);
  std::vector<SampleFile> files;
  std::vector<std::vector<Prediction>> predictions;
  ErrorTable table{.mode = std::string(name(mode)), .device = device.name};
  for (const std::string& path : a.samples) {
    files.push_back(read_samples(path));
    const SampleFile& file = files.back();
    predictions.push_back(predict(file, device, mode));
    if (!same_device(file.device, device)) {
      fmt::print(stderr, "warning: {} was measured on {}, and {} predicts it\n", path, file.device, device.name);
    }
    if (predictions.back().empty()) {
      fmt::print(stderr, "warning: {}: no cost model prices the kernel {} yet\n", path, file.kernel->name);
    }
    for (ErrorRow& row : errors_of(file, predictions.back())) table.rows.push_back(std::move(row));
  }
  if (!a.rows.empty()) write_file(a.rows, all_predictions(files, predictions));
  emit(a.output, write_errors(table, format.name));
  return verdict(table, a.max_error);
}

}  // namespace

Action declare_validate(CLI::App& app) {
  const auto a = std::make_shared<ValidateArguments>();
  app.add_option("--hw", a->device, "A name of `ridgepoint list devices`, or a .json file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--samples", a->samples, "Sample files (CSV)")->required()->type_name("FILE...");
  app.add_option("--mode", a->mode,
                 "auto (calibrated if the device is), calibrated, ceilings (measured rates, no model), datasheet, or\n"
                 "roofline for the plain one")
      ->type_name("MODE");
  app.add_option("--format", a->format, "table, json, csv or markdown; guessed from -o")->type_name("NAME");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  app.add_option("--rows", a->rows, "Write every sample with its prediction to this CSV file")->type_name("FILE");
  app.add_option("--max-error", a->max_error, "Exit with 1 when a mean error is above this many percent")
      ->type_name("PERCENT");
  return [a] { return validate(*a); };
}

}  // namespace ridgepoint
