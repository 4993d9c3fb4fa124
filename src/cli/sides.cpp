#include "cli/sides.hpp"

#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <filesystem>

#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMostSides = 64;

/// The options that may be repeated, as `declare_run_options` calls them.
struct Repeatable {
  const char* option;
  std::string RunArguments::*member;
};
constexpr std::array kRepeatable{
    Repeatable{"--batch", &RunArguments::batch},       Repeatable{"--seq", &RunArguments::seq},
    Repeatable{"--kv-len", &RunArguments::kv_len},     Repeatable{"--phase", &RunArguments::phase},
    Repeatable{"--dtype", &RunArguments::dtype},       Repeatable{"--weights-dtype", &RunArguments::weights_dtype},
    Repeatable{"--kv-dtype", &RunArguments::kv_dtype}, Repeatable{"--math", &RunArguments::math_dtype},
    Repeatable{"--fusion", &RunArguments::fusion},     Repeatable{"--execution", &RunArguments::execution}};

// Takes the place of the option with one value; what it says about itself stays.
void make_repeatable(CLI::App& app, const Repeatable& what, Repeated& axis) {
  CLI::Option* const single = app.get_option(what.option);
  const std::string description = single->get_description() + "; may be given several times";
  const std::string type = single->get_type_name();
  const std::string group = single->get_group();
  app.remove_option(single);
  axis.member = what.member;
  app.add_option(what.option, axis.values, description)->type_name(type)->group(group)->allow_extra_args(false);
}

// A file that says of itself that it is an analysis: networks are read by others, who know more notations than JSON.
bool is_saved(const std::string& path) {
  std::error_code ignored;
  if (!path.ends_with(".json") || !std::filesystem::is_regular_file(path, ignored)) return false;
  const std::string text = read_file(path);
  if (text.find("\"schema_version\"") == std::string::npos) return false;
  return is_analysis(*Document::parse(path, text));
}

void expect_few(std::size_t sides) {
  if (sides > kMostSides) {
    throw InputError({"more than 64 sides to compare", "fewer values; `ridgepoint sweep` takes more points"});
  }
}

std::vector<Side> analysed_sides(const SideArguments& a, const std::string& model, const std::vector<Device>& devices) {
  std::vector<Side> sides;
  for (const RunArguments& run : runs_of(a)) {
    const ParsedRun parsed = parse_run(run, model);
    for (const Device& device : devices) {
      const Estimate estimate = answer({parsed.description, device, parsed.run, parsed.options});
      for (const std::string& warning : estimate.warnings) {
        fmt::print(stderr, "warning: {}: {}\n", printable(device.name), printable(warning));
      }
      sides.push_back(side_from(estimate));
    }
  }
  return sides;
}

}  // namespace

std::vector<RunArguments> runs_of(const SideArguments& a) {
  std::vector<RunArguments> runs{a.run};
  for (const Repeated& axis : a.repeated) {
    if (axis.values.empty()) continue;
    std::vector<RunArguments> more;
    for (const RunArguments& run : runs) {
      for (const std::string& value : axis.values) more.emplace_back(run).*axis.member = value;
    }
    runs = std::move(more);
    if (runs.size() > kMostSides) break;
  }
  return runs;
}

void declare_sides(CLI::App& app, SideArguments& a) {
  app.add_option("MODEL", a.run.models,
                 "As of `analyze`, or a file that `analyze --format json` wrote; several are compared");
  app.add_option("--hw", a.devices, "A name of `ridgepoint list devices`, or a .json file; may be given several times")
      ->type_name("DEVICE")
      ->allow_extra_args(false);
  declare_run_options(app, a.run);
  app.add_option("--mode", a.run.mode, "auto, calibrated, ceilings, datasheet or roofline, as of `analyze`")
      ->type_name("MODE")
      ->group("The engine");
  declare_what_if(app, a.run);
  a.repeated.resize(kRepeatable.size());
  for (std::size_t i = 0; i < kRepeatable.size(); ++i) make_repeatable(app, kRepeatable[i], a.repeated[i]);
}

std::vector<Side> read_saved(const std::string& path) {
  const auto document = Document::load(path);
  if (!is_analysis(*document)) {
    document->fail(document->root().offset, {"this is no analysis", "a file that `analyze --format json` wrote"});
  }
  return read_saved_sides(document);
}

std::vector<Side> read_sides(const SideArguments& a) {
  std::vector<Device> devices;
  for (const std::string& name : a.devices) {
    devices.push_back(load_device(name));
    if (!a.run.what_if.empty()) devices.push_back(device_of(a.run, name));
  }
  expect_few(runs_of(a).size() * std::max<std::size_t>(devices.size(), 1) * a.run.models.size());
  std::vector<Side> sides;
  for (const std::string& model : a.run.models) {
    const bool saved = is_saved(model);
    if (!saved && devices.empty()) {
      throw InputError({fmt::format("{} is to be analysed, and there is no --hw", in_quotes(model)),
                        "--hw DEVICE, or a file that `analyze --format json` wrote"});
    }
    for (Side& side : saved ? read_saved(model) : analysed_sides(a, model, devices)) sides.push_back(std::move(side));
  }
  expect_few(sides.size());
  return sides;
}

}  // namespace ridgepoint
