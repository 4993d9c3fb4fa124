#pragma once
// The options that say which network runs how; commands that run networks share them.

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

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

/// Only those that say how a file is read: --set, --strict and --no-patterns.
void declare_import_options(CLI::App& app, RunArguments& arguments);

/// Reads a model and turns words into options. Throws InputError, with near misses.
ParsedRun parse_run(const RunArguments& arguments, const std::string& model);

/// The position of a word in a list of names. Throws InputError with the near miss.
std::size_t choose(std::string_view what, std::string_view word, std::span<const std::string_view> names);

}  // namespace ridgepoint
