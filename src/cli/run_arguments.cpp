#include "cli/run_arguments.hpp"

#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>

#include "core/formats.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
#include "hardware/what_if.hpp"
#include "network/expression.hpp"

namespace ridgepoint {
namespace {

constexpr const char* kRun = "The run";
constexpr const char* kFormats = "Number formats";
constexpr const char* kEngine = "The engine";

std::optional<DType> parse_dtype(std::string_view option, const std::string& word) {
  if (word.empty()) return std::nullopt;
  const std::vector<std::string_view> names = arithmetic_formats();
  return find_dtype(names[choose(option, word, names)]);
}

// The text of an option as a value: an integer where it is one, else a word or an expression.
Attribute attribute(std::string key, const std::string& text) {
  const bool is_number = !text.empty() && text.size() < 19 &&
                         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return {std::move(key), is_number ? Value(static_cast<std::int64_t>(std::stoll(text))) : Value(text)};
}

Attribute parse_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || !is_identifier(text.substr(0, equals)) || equals + 1 == text.size()) {
    throw InputError({fmt::format("--set {} is not a setting", in_quotes(text)), "key=value, such as --set layers=16"});
  }
  return attribute(text.substr(0, equals), text.substr(equals + 1));
}

Attributes parse_parameters(const RunArguments& arguments) {
  Attributes list;
  for (const std::string& text : arguments.set) list.push_back(parse_setting(text));
  if (!arguments.batch.empty()) list.push_back(attribute("batch", arguments.batch));
  if (!arguments.seq.empty()) list.push_back(attribute("seq", arguments.seq));
  if (!arguments.kv_len.empty()) list.push_back(attribute("kv_len", arguments.kv_len));
  return list;
}

}  // namespace

std::size_t choose(std::string_view what, std::string_view word, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), word);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  throw InputError(
      {fmt::format("unknown {} {}", what, in_quotes(word)), join_choices(names), std::string(nearest(word, names))});
}

void declare_import_options(CLI::App& app, RunArguments& a) {
  app.add_option("--set", a.set, "Any other parameter of the model; may be given several times")
      ->type_name("KEY=VALUE")
      ->group(kRun)
      ->allow_extra_args(false);
  app.add_flag("--strict", a.strict, "What an imported file says and is not understood is an error, not a warning")
      ->group(kRun);
  app.add_flag("--no-patterns", a.no_patterns, "An imported graph node by node, not as the ops that it was written as")
      ->group(kRun);
}

void declare_run_options(CLI::App& app, RunArguments& a) {
  app.add_option("--batch", a.batch, "Samples (or sequences) at a time")->type_name("N")->group(kRun);
  app.add_option("--seq", a.seq, "Tokens of each sequence that are new in this run")->type_name("N")->group(kRun);
  app.add_option("--kv-len", a.kv_len, "Tokens that attention looks at, the new ones included")
      ->type_name("N")
      ->group(kRun);
  app.add_option("--phase", a.phase, "inference, prefill, decode or training")->type_name("PHASE")->group(kRun);
  declare_import_options(app, a);
  app.add_option("--optimizer", a.optimizer, "Of training: sgd, momentum, adam, adagrad or rowwise_adagrad")
      ->type_name("NAME")
      ->group(kRun);
  app.add_option("--dtype", a.dtype, "Format of activations, weights, KV cache and products")
      ->type_name("FORMAT")
      ->group(kFormats);
  app.add_option("--weights-dtype", a.weights_dtype, "Storage of matmul weights")->type_name("FORMAT")->group(kFormats);
  app.add_option("--weight-group", a.weight_group, "Weights per 16-bit scale; 0 has no scales")
      ->type_name("N")
      ->group(kFormats);
  app.add_option("--kv-dtype", a.kv_dtype, "Storage of the KV cache")->type_name("FORMAT")->group(kFormats);
  app.add_option("--math", a.math_dtype, "What products compute in, such as tf32 for fp32 tensors")
      ->type_name("FORMAT")
      ->group(kFormats);
  app.add_option("--fusion", a.fusion, "none, epilogue (element-wise layers into products) or full")
      ->type_name("HOW")
      ->group(kEngine);
  app.add_option("--execution", a.execution, "graph (kernels back to back) or eager (a framework issues each)")
      ->type_name("HOW")
      ->group(kEngine);
}

void declare_mode(CLI::App& app, RunArguments& a) {
  app.add_option("--mode", a.mode,
                 "auto (calibrated if the device is), calibrated, ceilings (measured rates, no model), datasheet, or\n"
                 "roofline for the plain one")
      ->type_name("MODE")
      ->group(kEngine);
}

void declare_run(CLI::App& app, RunArguments& a) {
  app.add_option(
         "MODEL", a.models,
         "A name of `ridgepoint list models`, a .json file, a config.json or its folder, an .onnx file, or - for\n"
         "standard input; several stand side by side")
      ->required();
  declare_run_options(app, a);
  declare_mode(app, a);
}

void declare_what_if(CLI::App& app, RunArguments& a) {
  app.add_option(
         "--what-if", a.what_if,
         "The device with another property: dram.bandwidth=x2, l2.capacity=100MB, clock=x0.8, launch=x0; may be\n"
         "given several times")
      ->type_name("KEY=VALUE")
      ->group(kEngine)
      ->allow_extra_args(false);
}

Device device_of(const RunArguments& a, const std::string& name_or_path) {
  Device device = load_device(name_or_path);
  std::vector<DeviceChange> changes;
  for (const std::string& text : a.what_if) changes.push_back(parse_change(text));
  return changed(std::move(device), changes);
}

bool set_size(ParsedRun& parsed, std::string_view key, const std::string& text) {
  Attributes& list = parsed.run.parameters;
  const auto last = std::find_if(list.rbegin(), list.rend(), [&](const Attribute& a) { return a.name == key; });
  if (last == list.rend()) return false;
  *last = attribute(std::string(key), text);
  return true;
}

ParsedRun parse_run(const RunArguments& a, const std::string& model) {
  return parse_run(a, ModelFile(model_path(model)));
}

ParsedRun parse_run(const RunArguments& a, const ModelFile& model) {
  ParsedRun parsed;
  parsed.run.phase = static_cast<Phase>(choose("phase", a.phase, kPhaseNames));
  parsed.options.fusion = static_cast<Fusion>(choose("fusion", a.fusion, kFusionNames));
  parsed.options.execution = static_cast<Execution>(choose("execution", a.execution, kExecutionNames));
  parsed.options.optimizer = static_cast<Optimizer>(choose("optimizer", a.optimizer, kOptimizerNames));
  parsed.options.mode = static_cast<Mode>(choose("mode", a.mode, kModeNames));
  parsed.run.precision = {.activations = parse_dtype("dtype", a.dtype),
                          .weights = parse_dtype("dtype", a.weights_dtype),
                          .kv_cache = parse_dtype("dtype", a.kv_dtype),
                          .math = parse_dtype("dtype", a.math_dtype),
                          .weight_group = a.weight_group};
  if (a.weight_group < 0) throw InputError({fmt::format("--weight-group is {}", a.weight_group), "0 or more"});
  parsed.run.parameters = parse_parameters(a);
  parsed.description = read_model(model, parsed.run.parameters, {.strict = a.strict, .patterns = !a.no_patterns});
  return parsed;
}

}  // namespace ridgepoint
