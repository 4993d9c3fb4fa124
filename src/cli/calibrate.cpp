#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cstdio>

#include "calibrate/fit.hpp"
#include "calibrate/module.hpp"
#include "calibrate/pool.hpp"
#include "cli/command.hpp"
#include "cli/device_calibration.hpp"
#include "cli/output.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "cost/validation.hpp"
#include "io/data_path.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

struct FitArguments {
  std::string base;
  std::vector<std::string> samples;
  std::string output;
  std::string date;
  std::vector<std::string> facts;
  bool dry_run = false;
};

// "KEY=TEXT": where the samples are from, the driver, clocks ...
std::vector<std::pair<std::string, std::string>> facts_of(const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      throw InputError({"--fact " + in_quotes(word) + " is no fact", "KEY=TEXT, such as driver=550.54"});
    facts.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return facts;
}

int run_fit(const FitArguments& a) {
  if (a.output.empty() && !a.dry_run) throw InputError({"no output file", "-o FILE, or --dry-run"});
  if (!a.date.empty() && !is_date(a.date))
    throw InputError({fmt::format("--date {} is no date", in_quotes(a.date)), "YYYY-MM-DD"});
  const auto facts = facts_of(a.facts);
  const auto document = Document::load(resolve(kDevices, a.base));
  const Device base = read_device(document);
  std::vector<SampleFile> files;
  for (const std::string& path : a.samples) files.push_back(read_samples(path));
  const Module module("fit");
  FitResult result = fit(base, files, module.function<Minimize>(kMinimizeEntry), a.date);
  result.calibration.facts = facts;
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
  app.add_option("--fact", a.facts, "What else to know of the samples, for the provenance: source, driver, clocks")
      ->type_name("KEY=TEXT")
      ->allow_extra_args(false);
  app.add_flag("--dry-run", a.dry_run, "Show the fit and write nothing");
}

struct PoolArguments {
  std::vector<std::string> samples;
  std::vector<std::string> aliases;
  std::string output;
};

// The device whose name or alias ("SAMPLES=DEVICE") the samples give.
Device device_of(const SampleFile& file, const std::vector<std::string>& aliases) {
  for (const std::string& alias : aliases) {
    const std::size_t equals = alias.find('=');
    if (equals == std::string::npos) throw InputError({"--as " + in_quotes(alias) + " has no =", "NAME=DEVICE"});
    if (alias.substr(0, equals) == file.device) return load_device(alias.substr(equals + 1));
  }
  for (const std::string& name : names_in(kDevices)) {
    Device device = load_device(name);
    if (same_device(file.device, device)) return device;
  }
  file.table.fail(file.table.rows.front(), static_cast<std::size_t>(file.table.column("gpu")),
                  {fmt::format("no device is called {}", in_quotes(file.device)),
                   "a name of `ridgepoint list devices`, or --as NAME=DEVICE"});
}

int run_pool(const PoolArguments& a) {
  std::vector<SampleFile> files;
  std::vector<Device> devices;
  devices.reserve(a.samples.size());
  files.reserve(a.samples.size());
  for (const std::string& path : a.samples) files.push_back(read_samples(path));
  for (const SampleFile& file : files) devices.push_back(device_of(file, a.aliases));
  std::vector<PoolInput> inputs;
  inputs.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) inputs.push_back({&files[i], &devices[i]});
  const Module module("fit");
  const PoolResult result = pool(inputs, module.function<Minimize>(kMinimizeEntry));
  if (!a.output.empty()) write_file(a.output, write_pooled(result.rows));
  emit("", write_scores(result));
  return 0;
}

void declare_pool(CLI::App& app, PoolArguments& a) {
  app.add_option("--samples", a.samples, "Sample files (CSV) of many devices")->required()->type_name("FILE...");
  app.add_option("--as", a.aliases, "The device that a name in the samples means")->type_name("NAME=DEVICE");
  app.add_option("-o,--output", a.output, "Write the pooled parameters here: src/cost/pooled.inc")->type_name("FILE");
}

void declare_measure(CLI::App& app, MeasureArguments& a) {
  app.add_option("--device", a.device, "What to measure: cpu, or cuda:0 and so on")->type_name("NAME");
  app.add_option("--kernels", a.kernels, "Microkernels, with commas between; all if not given")->type_name("NAMES");
  app.add_option("--effort", a.effort, "quick (half a minute), normal (up to 90 s) or thorough (6 min)")
      ->type_name("HOW");
  app.add_option("--budget", a.budget, "Time to measure in, where that is less than the effort takes: more noise")
      ->check(CLI::Range(0.1, 1e6))
      ->type_name("SECONDS");
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
  const auto pool_arguments = std::make_shared<PoolArguments>();
  CLI::App* pooling = app.add_subcommand("pool", "fit the parameters of devices that nobody measured, to many devices");
  declare_pool(*pooling, *pool_arguments);
  const auto measure_arguments = std::make_shared<MeasureArguments>();
  CLI::App* measure = app.add_subcommand("measure", "run microkernels on this machine and write sample files");
  declare_measure(*measure, *measure_arguments);
  measure->add_option("-o,--output", measure_arguments->output, "Write the sample files into this folder")
      ->required()
      ->type_name("FOLDER");
  const auto whole_arguments = std::make_shared<CalibrateArguments>();
  declare_whole(app, *whole_arguments);
  app.require_subcommand(0, 1);
  return [fit, fit_arguments, pooling, pool_arguments, measure, measure_arguments, whole_arguments] {
    if (pooling->parsed()) return run_pool(*pool_arguments);
    if (fit->parsed()) return run_fit(*fit_arguments);
    return measure->parsed() ? run_measure(*measure_arguments) : run_calibration(*whole_arguments);
  };
}

}  // namespace ridgepoint
