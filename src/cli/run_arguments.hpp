#pragma once
// The options that say which network runs how; commands that run networks share them.

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "hardware/device.hpp"
#include "importers/importer.hpp"
#include "network/instantiate.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// The words of the command line, before they mean anything.
struct RunArguments {
  std::vector<std::string> models;
  std::string batch;
  std::string seq;
  std::string kv_len;
  std::vector<std::string> set;
  std::string dtype;
  std::string weights_dtype;
  std::string kv_dtype;
  std::string math_dtype;
  std::int64_t weight_group = 0;
  std::string phase = "inference";
  std::string fusion = "epilogue";
  std::string execution = "graph";
  std::string optimizer = "adam";
  std::string mode = "auto";
  bool strict = false;
  bool no_patterns = false;
  std::vector<std::string> what_if;
};

/// A network and the run that the arguments ask for.
struct ParsedRun {
  Description description;
  RunOptions run;
  EngineOptions options;
};

/// Adds MODEL and the run's options to a command.
void declare_run(CLI::App& app, RunArguments& arguments);
/// The same without MODEL and --mode, for commands that have these of their own.
void declare_run_options(CLI::App& app, RunArguments& arguments);

/// --mode.
void declare_mode(CLI::App& app, RunArguments& arguments);
/// --what-if, of commands that take a device's properties from its file or otherwise.
void declare_what_if(CLI::App& app, RunArguments& arguments);

/// The device with what --what-if changes of it. Throws InputError, with near misses.
Device device_of(const RunArguments& arguments, const std::string& name_or_path);

/// Only those that say how a file is read: --set, --strict and --no-patterns.
void declare_import_options(CLI::App& app, RunArguments& arguments);

/// Reads a model and turns words into options. Throws InputError, with near misses.
ParsedRun parse_run(const RunArguments& arguments, const std::string& model);
/// The same of a file that is read several times.
ParsedRun parse_run(const RunArguments& arguments, const ModelFile& model);

/// Gives a size of the run (batch, seq, kv_len) another value. False where reading the network used it up.
bool set_size(ParsedRun& parsed, std::string_view key, const std::string& text);

/// The position of a word in a list of names. Throws InputError with the near miss.
std::size_t choose(std::string_view what, std::string_view word, std::span<const std::string_view> names);

}  // namespace ridgepoint
