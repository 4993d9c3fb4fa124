#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <array>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "network/find_layers.hpp"
#include "report/explanation.hpp"

namespace ridgepoint {
namespace {

struct ExplainArguments {
  RunArguments run;
  std::string model;
  std::string layer;
  std::string device;
  std::string format;
  std::string output;
};

constexpr std::array<std::string_view, 3> kExplainFormats{"table", "json", "markdown"};

int explain_layers(const ExplainArguments& a) {
  const std::string_view format =
      kExplainFormats[choose("format", choose_format(a.format, a.output).name, kExplainFormats)];
  const ParsedRun parsed = parse_run(a.run, a.model);
  const Network network = instantiate(parsed.description, parsed.run);
  std::optional<Device> device;
  if (!a.device.empty()) device = device_of(a.run, a.device);
  std::optional<Estimate> now;  // of the whole network, for all layers
  std::vector<Explanation> explanations;
  for (const std::size_t layer : find_layers(network, a.layer)) {
    explanations.push_back(explain(network, layer, parsed.options, device ? &*device : nullptr));
    Explanation& e = explanations.back();
    if (!e.price) continue;
    const Question question{parsed.description, *device, parsed.run, parsed.options, &network};
    if (!now) now = answer(question);
    e.price->chain = bottlenecks(question, *now, e.name);
  }
  emit(a.output, write_explanations(explanations, format, width_for(a.output)));
  return 0;
}

}  // namespace

Action declare_explain(CLI::App& app) {
  const auto a = std::make_shared<ExplainArguments>();
  app.add_option("MODEL", a->model, "A name of `ridgepoint list models`, a .json file, or - for standard input")
      ->required();
  app.add_option("LAYER", a->layer, "A layer's name, the end of one, or a glob such as \"*.q\"")->required();
  app.add_option("--hw", a->device, "Its price on this device: a name of `ridgepoint list devices`, or a .json file")
      ->type_name("DEVICE");
  app.add_option("--format", a->format, format_help(kExplainFormats))->type_name("NAME");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  declare_run_options(app, a->run);
  declare_what_if(app, a->run);
  return [a] { return explain_layers(*a); };
}

}  // namespace ridgepoint
