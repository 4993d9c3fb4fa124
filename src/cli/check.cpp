#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <filesystem>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "core/human.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "cost/sample.hpp"
#include "graph/graph_file.hpp"
#include "importers/importer.hpp"
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
std::vector<Finding> check_network(const ModelFile& file, bool strict) {
  Attributes none;
  const Description description = read_model(file, none, {.strict = strict});
  for (const std::string& warning : description.warnings) fmt::print(stderr, "warning: {}\n", printable(warning));
  std::vector<Finding> findings;
  for (const Phase phase : phases_of(description)) {
    const Network network = instantiate(description, {.phase = phase});
    double parameters = 0;
    for (const Layer& layer : network.layers) parameters += all_parameters(layer);
    findings.push_back({file.label(), "network", description.name, std::string(name(phase)),
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

Finding check_graph(const std::string& path) {
  const GraphFile graph = read_graph(path, {});
  return {path, "graph", std::filesystem::path(path).stem().string(), "",
          fmt::format("{} nodes, {} edges, {} a node, {:.0f} at most", graph.nodes, graph.edges,
                      human_number(graph.drawn.mean()), graph.drawn.largest())};
}

// The name of a model or device, or a file: a graph or a sample file by its ending, else its keys say what it is.
std::vector<Finding> findings_of(const std::string& given, bool strict) {
  if (names_graph(given)) return {check_graph(given)};
  if (given.ends_with(".csv")) return {check_samples(given)};
  if (find_name(kDevices, given).has_value()) {
    return {check_device(Document::load(resolve(kDevices, given)))};
  }
  const ModelFile file(model_path(given));
  if (file.is_text()) {
    const Node& root = file.document()->root();
    const bool is_device = root.kind == Node::Kind::kObject && root.find("datasheet") != nullptr;
    if (is_device) return {check_device(file.document())};
  }
  return check_network(file, strict);
}

std::string sentences(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) {
    text += fmt::format("{}: {} {} is valid{}: {}\n", printable(f.file), f.kind, printable(f.name),
                        f.phase.empty() ? "" : " in phase " + f.phase, f.detail);
  }
  return text;
}

int check(const std::string& given, const std::string& format_name, bool strict) {
  const Format& format = choose_format(format_name, "");
  const std::vector<Finding> findings = findings_of(given, strict);
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
  const auto strict = std::make_shared<bool>(false);
  app.add_option(
         "FILE", *file,
         "A network (a name, .json, config.json or its folder, .onnx, - for standard input), a device (.json or\n"
         "a name), a sample file (.csv) or a graph (.edges, .csr)")
      ->required();
  app.add_option("--format", *format, "table, json, csv or markdown")->type_name("NAME");
  app.add_flag("--strict", *strict, "What an imported file says and is not understood is an error, not a warning");
  return [file, format, strict] { return check(*file, *format, *strict); };
}

}  // namespace ridgepoint
