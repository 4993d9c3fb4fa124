#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cmath>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/ranges.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
#include "cost/cpu.hpp"
#include "cost/device_file.hpp"
#include "network/parameter.hpp"
#include "pipeline/plan_reader.hpp"
#include "report/pipeline.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kDefaultHost = "epyc-9654";

struct PipelineArguments {
  RunArguments run;
  std::string model;
  std::string device;
  std::string host{kDefaultHost};
  std::string graph;
  std::string workers;
  std::string machines;
  std::string format;
  std::string output;
};

/// The settings of the plan, taken out of those of the network. What both need stays with both.
Settings take_settings(std::vector<std::string>& set) {
  Settings settings;
  const auto taken = [&](const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return false;
    const std::string key = text.substr(0, equals);
    const bool shared = key == "fan_outs" || key == "sampling";
    const bool own = is_plan_key(key);
    if (shared || own) settings.emplace_back(key, text.substr(equals + 1));
    return own;
  };
  std::erase_if(set, taken);
  return settings;
}

// Layers that sample and fetch are what the pipeline itself prices.
void leave_preparation_out(const ModelFile& file, std::vector<std::string>& set) {
  if (file.is_text() && file.document()->root().kind == Node::Kind::kObject &&
      file.document()->root().find("preparation") != nullptr)
    set.emplace_back("preparation=false");
}

std::optional<double> size_in(const Network& network, std::string_view name) {
  const auto size = find_parameter(network.parameters, name);
  return size ? std::optional(static_cast<double>(*size)) : std::nullopt;
}

// The bytes of a node's features: of the widest input that is no list of ids.
double row_bytes(const Network& network) {
  double widest = 0;
  for (const Tensor& tensor : network.tensors) {
    if (tensor.producer >= 0 || tensor.type.shape.rank() < 2) continue;
    const auto rows = static_cast<double>(tensor.type.shape[0]);
    widest = std::max(widest, tensor.type.bytes().value() / rows);
  }
  return widest;
}

/// A network whose pipeline is asked for, with the sizes that it has without a sampler.
struct Subject {
  ModelFile file;
  ParsedRun parsed;
  Settings settings;
  Network network;
};

Subject subject_of(const PipelineArguments& a) {
  RunArguments run = a.run;
  run.phase = "training";
  Settings settings = take_settings(run.set);
  if (!a.graph.empty()) settings.emplace_back("file", a.graph);
  ModelFile file(model_path(a.model));
  leave_preparation_out(file, run.set);
  ParsedRun parsed = parse_run(run, file);
  Network network = instantiate(parsed.description, parsed.run);
  return {std::move(file), std::move(parsed), std::move(settings), std::move(network)};
}

PipelinePlan plan_of(const Subject& subject, const Settings& settings) {
  return read_plan(subject.file.document(), settings,
                   [&](std::string_view name) { return size_in(subject.network, name); });
}

/// A batch and the network's passes over it, which workers and machines do not change.
struct PricedBatch {
  PlannedBatch planned;
  NetworkPasses passes;
  std::string run;  ///< how the passes were priced
};

PricedBatch batch_for(const Subject& subject, const Device& device) {
  PlannedBatch planned = plan_batch(plan_of(subject, subject.settings));
  Question question{subject.parsed.description, device, subject.parsed.run, subject.parsed.options};
  for (const auto& [name, value] : planned.sizes) {
    if (size_in(subject.network, name))
      question.run.parameters.push_back({name, Value(static_cast<std::int64_t>(std::llround(value)))});
  }
  const Estimate estimate = answer(question);
  return {std::move(planned), passes_of(estimate, row_bytes(subject.network)),
          fmt::format("{}, {}", name(estimate.precision.activations), name(estimate.options.mode))};
}

std::vector<std::string> values_of(std::string_view option, const std::string& text) {
  return text.empty() ? std::vector<std::string>{""} : parse_sizes(option, text);
}

int show_pipeline(const PipelineArguments& a) {
  const Format& format = choose_format(a.format, a.output);
  const Subject subject = subject_of(a);
  const Device device = device_of(a.run, a.device);
  const Device host = load_device(a.host);
  const PricedBatch batch = batch_for(subject, device);
  PipelineReport report{.model = subject.parsed.description.name,
                        .device = device.name,
                        .host = host.name,
                        .host_measured = has_cpu_curves(host),
                        .run = batch.run,
                        .command = command_line()};
  for (const std::string& machines : values_of("--machines", a.machines)) {
    for (const std::string& workers : values_of("--workers", a.workers)) {
      Settings settings = subject.settings;
      if (!machines.empty()) settings.emplace_back("machines", machines);
      if (!workers.empty()) settings.emplace_back("workers", workers);
      report.runs.push_back(price_pipeline(plan_of(subject, settings), batch.planned, batch.passes, device, host));
    }
  }
  emit(a.output, write_pipeline(report, format.name, width_for(a.output)));
  return 0;
}

}  // namespace

Action declare_pipeline(CLI::App& app) {
  const auto a = std::make_shared<PipelineArguments>();
  app.add_option("MODEL", a->model, "A network over a graph, as `ridgepoint analyze` takes it")->required();
  app.add_option("--hw", a->device, "What trains: a name of `ridgepoint list devices`, or a .json file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--host", a->host, "The processor that prepares batches; epyc-9654 by default")->type_name("DEVICE");
  app.add_option("--graph", a->graph, "A list of edges, or .csr, for the degrees of the graph")->type_name("FILE");
  app.add_option("--workers", a->workers, "Cores that prepare batches for each device: 8, or 1:16:x2")
      ->type_name("N[,N]");
  app.add_option("--machines", a->machines, "Machines that share graph and work: 4, or 1:64:x2")->type_name("N[,N]");
  app.add_option("--format", a->format, format_help())->type_name("NAME");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  declare_run_options(app, a->run);
  declare_mode(app, a->run);
  declare_what_if(app, a->run);
  return [a] { return show_pipeline(*a); };
}

}  // namespace ridgepoint
