#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "calibrate/device_calibration.hpp"
#include "cli/command.hpp"
#include "cli/measure.hpp"
#include "cli/model_validation.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
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
  bool run = false;
  MeasureArguments measure;
  std::string model;
  RunArguments network;
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

// Shapes that no calibration's design holds, measured now.
std::vector<SampleFile> measure_held_out(const MeasureArguments& a) {
  MeasurePlan plan = plan_measurement(a);
  plan.options.shapes = Shapes::kHeldOut;
  const SessionResult session = measure_as_planned(plan);
  for (const std::string& note : session.notes) fmt::print(stderr, "note: {}\n", printable(note));
  std::vector<SampleFile> files;
  for (const auto& [name, text] : sample_files(session, plan.backend->clock()))
    files.push_back(parse_samples("held out " + name, text));
  return files;
}

std::vector<SampleFile> files_of(const ValidateArguments& a) {
  std::vector<SampleFile> files;
  for (const std::string& path : a.samples) files.push_back(read_samples(path));
  if (!a.run) return files;
  for (SampleFile& file : measure_held_out(a.measure)) files.push_back(std::move(file));
  return files;
}

int check_model(const ValidateArguments& a) {
  const Format& format = choose_format(a.format, a.output);
  const Device device = load_device(a.device);
  RunArguments run = a.network;
  run.mode = a.mode;
  const ModelValidation result = validate_model(run, a.model, device, a.measure);
  if (!a.rows.empty()) write_file(a.rows, write_model_validation(result, "csv"));
  emit(a.output, write_model_validation(result, format.name));
  if (a.max_error <= 0 || std::abs(result.error()) * 100 <= a.max_error) return 0;
  fmt::print(stderr, "{}: the error of the sum, {:.1f} %, is above {} %\n", result.model, result.error() * 100,
             a.max_error);
  return 1;
}

int validate(const ValidateArguments& a) {
  if (!a.model.empty()) {
    if (!a.run || !a.samples.empty()) throw InputError({"--model measures a network", "--run, and no --samples"});
    return check_model(a);
  }
  if (a.samples.empty() && !a.run) throw InputError({"nothing to compare with", "--samples FILE..., or --run"});

  const Format& format = choose_format(a.format, a.output);
  const auto asked = static_cast<Mode>(choose("mode", a.mode, kModeNames));
  const Device device = load_device(a.device);
  const Mode mode = resolve(asked, device);
  const std::vector<SampleFile> files = files_of(a);
  std::vector<std::vector<Prediction>> predictions;
  ErrorTable table{.mode = std::string(name(mode)), .device = device.name};
  for (const SampleFile& file : files) {
    predictions.push_back(predict(file, device, mode));
    if (!same_device(file.device, device)) {
      fmt::print(stderr, "warning: {} was measured on {}, and {} predicts it\n", file.path, file.device, device.name);
    }
    if (predictions.back().empty()) {
      fmt::print(stderr, "warning: {}: no cost model prices the kernel {} yet\n", file.path, file.kernel->name);
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
  app.add_option("--samples", a->samples, "Sample files (CSV)")->type_name("FILE...");
  app.add_flag("--run", a->run, "Measure shapes that no calibration was fitted to, here and now");
  app.add_option("--device", a->measure.device, "What to measure with --run: cpu")->type_name("NAME");
  app.add_option("--kernels", a->measure.kernels, "Microkernels of --run, with commas between")->type_name("NAMES");
  app.add_option("--effort", a->measure.effort, "Of --run: quick, normal or thorough")->type_name("HOW");
  app.add_option("--budget", a->measure.budget, "Of --run: time to measure in, where the effort takes more")
      ->check(CLI::Range(0.1, 1e6))
      ->type_name("SECONDS");
  app.add_option("--model", a->model, "With --run: measure every kernel of this network")->type_name("MODEL");
  a->network.fusion = "none";
  declare_run_options(app, a->network);
  app.add_option("--mode", a->mode,
                 "auto (calibrated if the device is), calibrated, ceilings (measured rates, no model), datasheet, or\n"
                 "roofline for the plain one")
      ->type_name("MODE");
  app.add_option("--format", a->format, format_help())->type_name("NAME");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  app.add_option("--rows", a->rows, "Write every sample with its prediction to this CSV file")->type_name("FILE");
  app.add_option("--max-error", a->max_error, "Exit with 1 when a mean error is above this many percent")
      ->type_name("PERCENT");
  return [a] { return validate(*a); };
}

}  // namespace ridgepoint
