#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cstdio>

#include "calibrate/fit.hpp"
#include "calibrate/module.hpp"
#include "cli/command.hpp"
#include "cli/device_calibration.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "io/data_path.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

struct FitArguments {
  std::string base;
  std::vector<std::string> samples;
  std::string output;
  std::string date;
  bool dry_run = false;
};

int run_fit(const FitArguments& a) {
  if (a.output.empty() && !a.dry_run) throw InputError({"no output file", "-o FILE, or --dry-run"});
  if (!a.date.empty() && !is_date(a.date))
    throw InputError({fmt::format("--date {} is no date", in_quotes(a.date)), "YYYY-MM-DD"});
  const auto document = Document::load(resolve(kDevices, a.base));
  const Device base = read_device(document);
  std::vector<SampleFile> files;
  for (const std::string& path : a.samples) files.push_back(read_samples(path));
  const Module module("fit");
  const FitResult result = fit(base, files, module.function<Minimize>(kMinimizeEntry), a.date);
  if (!a.dry_run) write_file(a.output, write_device(*document, result.calibration));
  emit("", write_fit(result));
  for (const std::string& warning : result.warnings) fmt::print(stderr, "warning: {}\n", printable(warning));
  return 0;
}

void declare_fit(CLI::App& app, FitArguments& a) {
  app.add_option("--base", a.base,
                 "The device whose data sheet is kept: a name of `ridgepoint list devices`, or a file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--samples", a.samples, "Sample files (CSV) of one device")->required()->type_name("FILE...");
  app.add_option("-o,--output", a.output, "Write the calibrated device to this file")->type_name("FILE");
  app.add_option("--date", a.date, "When the samples were measured, for the provenance")->type_name("YYYY-MM-DD");
  app.add_flag("--dry-run", a.dry_run, "Show the fit and write nothing");
}

void declare_measure(CLI::App& app, MeasureArguments& a) {
  app.add_option("--device", a.device, "What to measure: cpu, or cuda:0 and so on")->type_name("NAME");
  app.add_option("--kernels", a.kernels, "Microkernels, with commas between; all if not given")->type_name("NAMES");
  app.add_option("--effort", a.effort, "quick (half a minute), normal (up to 90 s) or thorough (6 min)")
      ->type_name("HOW");
}

void declare_whole(CLI::App& app, CalibrateArguments& a) {
  declare_measure(app, a.measure);
  app.add_option("-o,--output", a.measure.output, "Write the calibrated device to this file")->type_name("FILE");
  app.add_option("--base", a.base,
                 "Keep the data sheet of this device; otherwise it is what the machine tells of itself")
      ->type_name("DEVICE");
  app.add_option("--samples", a.samples, "Keep the sample files in this folder")->type_name("FOLDER");
  app.add_option("--date", a.date, "For the provenance, if not today")->type_name("YYYY-MM-DD");
}

}  // namespace

Action declare_calibrate(CLI::App& app) {
  const auto fit_arguments = std::make_shared<FitArguments>();
  CLI::App* fit = app.add_subcommand("fit", "fit a device's own parameters to sample files");
  declare_fit(*fit, *fit_arguments);
  const auto measure_arguments = std::make_shared<MeasureArguments>();
  CLI::App* measure = app.add_subcommand("measure", "run microkernels on this machine and write sample files");
  declare_measure(*measure, *measure_arguments);
  measure->add_option("-o,--output", measure_arguments->output, "Write the sample files into this folder")
      ->required()
      ->type_name("FOLDER");
  const auto whole_arguments = std::make_shared<CalibrateArguments>();
  declare_whole(app, *whole_arguments);
  app.require_subcommand(0, 1);
  return [fit, measure, fit_arguments, measure_arguments, whole_arguments] {
    if (fit->parsed()) return run_fit(*fit_arguments);
    return measure->parsed() ? run_measure(*measure_arguments) : run_calibration(*whole_arguments);
  };
}

}  // namespace ridgepoint
