#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cstdio>

#include "cli/command.hpp"
#include "core/human.hpp"
#include "core/text.hpp"
#include "families/family.hpp"
#include "hardware/device.hpp"
#include "io/data_path.hpp"
#include "network/instantiate.hpp"

namespace ridgepoint {
namespace {

// A network is valid when it can be built in every phase that it names.
void check_network(const std::shared_ptr<const Document>& document) {
  Attributes none;
  const Description description = load_model(document, none);
  for (const Phase phase : phases_of(description)) {
    const Network network = instantiate(description, {.phase = phase});
    double parameters = 0;
    for (const Layer& layer : network.layers) parameters += parameter_count(layer) * static_cast<double>(layer.repeat);
    fmt::print("{}: network {} is valid in phase {}: {} layers, {:.0f} parameters\n", printable(document->file()),
               printable(description.name), name(phase), network.layers.size(), parameters);
  }
}

void check_device(const std::shared_ptr<const Document>& document) {
  const Device device = read_device(document);
  const std::vector<std::string> found = contradictions(device);
  if (!found.empty())
    throw InputError({fmt::format("device {}: {}", device.name, found.front()), "values that agree"},
                     {.file = document->file()});
  fmt::print("{}: device {} is valid: {} of {}\n", printable(document->file()), printable(device.name),
             human_si(device.dram_bandwidth().value(), "B/s"),
             device.dram.capacity ? human_capacity(device.dram.capacity->value()) : "unknown capacity");
}

// The name of a model or device, or a file, whose keys say what it is.
int check(const std::string& given) {
  const std::vector<std::string> devices = names_in(kDevices);
  const bool is_device_name = std::find(devices.begin(), devices.end(), given) != devices.end();
  const auto document = Document::load(resolve(is_device_name ? kDevices : kModels, given));
  if (document->root().kind == Node::Kind::kObject && document->root().find("datasheet") != nullptr) {
    check_device(document);
  } else {
    check_network(document);
  }
  return 0;
}

}  // namespace

Action declare_check(CLI::App& app) {
  const auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "A network or device: a .json file, - for standard input, or a name")->required();
  return [file] { return check(*file); };
}

}  // namespace ridgepoint
