#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <array>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "network/find_layers.hpp"
#include "report/what_limits.hpp"

namespace ridgepoint {
namespace {

struct LimitsArguments {
  RunArguments run;
  std::string model;
  std::string layer;
  std::string device;
  std::string format;
  std::string output;
};

constexpr std::array<std::string_view, 3> kLimitsFormats{"table", "json", "markdown"};

// The network, or each layer that the text means.
std::vector<std::string> subjects(const LimitsArguments& a, const Network& network) {
  if (a.layer.empty()) return {""};
  std::vector<std::string> names;
  for (const std::size_t i : find_layers(network, a.layer)) names.push_back(network.layers[i].name);
  return names;
}

int show_limits(const LimitsArguments& a) {
  const std::string_view format =
      kLimitsFormats[choose("format", choose_format(a.format, a.output).name, kLimitsFormats)];
  const ParsedRun parsed = parse_run(a.run, a.model);
  const Device device = device_of(a.run, a.device);
  const Network network = instantiate(parsed.description, parsed.run);
  const Question question{parsed.description, device, parsed.run, parsed.options, &network};
  const Estimate now = answer(question);
  std::vector<Limits> limits;
  for (const std::string& layer : subjects(a, network)) limits.push_back(what_limits(question, now, layer));
  std::vector<LimitsReport> reports;
  reports.reserve(limits.size());
  for (const Limits& each : limits) reports.push_back({now, device, each, command_line()});
  emit(a.output, write_limits(reports, format, width_for(a.output)));
  return 0;
}

}  // namespace

Action declare_what_limits(CLI::App& app) {
  const auto a = std::make_shared<LimitsArguments>();
  app.add_option("MODEL", a->model, "As `ridgepoint analyze` takes it")->required();
  app.add_option("LAYER", a->layer, "A layer's name, the end of one, or a glob such as \"*.q\"; without, the network");
  app.add_option("--hw", a->device, "A name of `ridgepoint list devices`, or a .json file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--format", a->format, format_help(kLimitsFormats))->type_name("NAME");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  declare_run_options(app, a->run);
  declare_mode(app, a->run);
  declare_what_if(app, a->run);
  return [a] { return show_limits(*a); };
}

}  // namespace ridgepoint
