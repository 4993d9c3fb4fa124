#include <CLI/Option.hpp>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
#include "families/family.hpp"
#include "report/schema.hpp"

namespace ridgepoint {
namespace {

std::string schema_of_networks() { return network_schema(names_of(families())); }

struct Subject {
  std::string_view name;
  std::string (*schema)();
};
constexpr std::array kSubjects{Subject{"network", schema_of_networks}, Subject{"device", device_schema},
                               Subject{"analysis", analysis_schema}};

}  // namespace

std::vector<std::string_view> schema_subjects() { return names_of(kSubjects); }

Action declare_schema(CLI::App& app) {
  const auto subject = std::make_shared<std::string>();
  const auto output = std::make_shared<std::string>();
  app.add_option("WHAT", *subject, "network, device or analysis")->required();
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  return [subject, output] {
    emit(*output, kSubjects[choose("schema", *subject, names_of(kSubjects))].schema());
    return 0;
  };
}

}  // namespace ridgepoint
