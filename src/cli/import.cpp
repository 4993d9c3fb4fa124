#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
#include "importers/importer.hpp"
#include "network/description_writer.hpp"

namespace ridgepoint {
namespace {

struct ImportArguments {
  std::string model;
  RunArguments run;
  std::string output;
};

// What --set gives replaces the default of the parameter.
void set_parameters(Description& description, const Attributes& settings) {
  for (const Attribute& setting : settings) {
    for (Attribute& parameter : description.parameters) {
      if (parameter.name == setting.name) parameter.value = setting.value;
    }
  }
}

int import(const ImportArguments& a) {
  ParsedRun parsed = parse_run(a.run, a.model);
  for (const Phase phase : phases_of(parsed.description)) {  // what is written can be read
    (void)instantiate(parsed.description, {.phase = phase, .parameters = parsed.run.parameters});
  }
  set_parameters(parsed.description, parsed.run.parameters);
  for (const std::string& warning : parsed.description.warnings) {
    fmt::print(stderr, "warning: {}\n", printable(warning));
  }
  emit(a.output, write_description(parsed.description));
  return 0;
}

}  // namespace

Action declare_import(CLI::App& app) {
  const auto a = std::make_shared<ImportArguments>();
  app.add_option("MODEL", a->model, "A config.json or its folder, an .onnx file, or any other model")->required();
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  declare_import_options(app, a->run);
  return [a] { return import(*a); };
}

}  // namespace ridgepoint
