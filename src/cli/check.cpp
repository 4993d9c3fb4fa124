#include <fmt/format.h>

#include <CLI/Option.hpp>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "core/human.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "cost/sample.hpp"
#include "families/family.hpp"
#include "io/data_path.hpp"
#include "network/instantiate.hpp"
#include "report/records.hpp"

namespace ridgepoint {
namespace {

/// What is valid: a network in one of its phases, a device or a sample file, in words and as a record.
struct Finding {
  std::string file;
  std::string kind;
  std::string name;
  std::string phase;
  std::string detail;
};

// A network is valid when it can be built in every phase that it names.
std::vector<Finding> check_network(const std::shared_ptr<const Document>& document) {
  Attributes none;
  const Description description = load_model(document, none);
  std::vector<Finding> findings;
  for (const Phase phase : phases_of(description)) {
    const Network network = instantiate(description, {.phase = phase});
    double parameters = 0;
    for (const Layer& layer : network.layers) parameters += all_parameters(layer);
    findings.push_back({document->file(), "network", description.name, std::string(name(phase)),
                        fmt::format("{} layers, {:.0f} parameters", network.layers.size(), parameters)});
  }
  return findings;
}

Finding check_device(const std::shared_ptr<const Document>& document) {
  const Device device = read_device(document);
  const std::vector<std::string> found = contradictions(device);
  if (!found.empty()) {
    throw InputError({fmt::format("device {}: {}", device.name, found.front()), "values that agree"},
                     {.file = document->file()});
  }
  const std::string capacity =
      device.dram.capacity ? human_capacity(device.dram.capacity->value()) : "unknown capacity";
  return {document->file(), "device", device.name, "",
          fmt::format("{} of {}", human_si(device.dram_bandwidth().value(), "B/s"), capacity)};
}

Finding check_samples(const std::string& path) {
  const SampleFile file = read_samples(path);
  for (const Sample& sample : file.samples) launch_of(file, sample);
  return {path, "samples", file.device, "", fmt::format("{} of the kernel {}", file.samples.size(), file.kernel->name)};
}

// The name of a model or device, or a file: a sample file by its ending, else its keys say what it is.
std::vector<Finding> findings_of(const std::string& given) {
  if (given.ends_with(".csv")) return {check_samples(given)};
  const bool is_device_name = find_name(kDevices, given).has_value();
  const auto document = Document::load(resolve(is_device_name ? kDevices : kModels, given));
  const bool is_device = document->root().kind == Node::Kind::kObject && document->root().find("datasheet") != nullptr;
  if (is_device) return {check_device(document)};
  return check_network(document);
}

std::string sentences(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) {
    text += fmt::format("{}: {} {} is valid{}: {}\n", printable(f.file), f.kind, printable(f.name),
                        f.phase.empty() ? "" : " in phase " + f.phase, f.detail);
  }
  return text;
}

int check(const std::string& given, const std::string& format_name) {
  const Format& format = choose_format(format_name, "");
  const std::vector<Finding> findings = findings_of(given);
  if (format.name == "table") {
    emit("", sentences(findings));
    return 0;
  }
  Records records{.columns = {"file", "kind", "name", "phase", "detail"}, .rows = {}};
  for (const Finding& f : findings) records.rows.push_back({f.file, f.kind, f.name, f.phase, f.detail});
  emit("", write_records(records, format.name));
  return 0;
}

}  // namespace

Action declare_check(CLI::App& app) {
  const auto file = std::make_shared<std::string>();
  const auto format = std::make_shared<std::string>();
  app.add_option("FILE", *file, "A network or device (.json, - for standard input, or a name) or a sample file (.csv)")
      ->required();
  app.add_option("--format", *format, "table, json, csv or markdown")->type_name("NAME");
  return [file, format] { return check(*file, *format); };
}

}  // namespace ridgepoint
