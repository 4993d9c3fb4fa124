#pragma once
// The commands of the tool: one table that feeds the parser, the help and the near misses.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// What a parsed command does; the result is the exit code.
using Action = std::function<int()>;

/// One command. `declare` adds its options to the parser and returns what runs once they are parsed.
struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view examples;  ///< for the help, one a line
  Action (*declare)(CLI::App& app);
  bool hidden = false;  ///< not for people: neither in the help nor in the documentation
};

std::span<const Command> commands();

/// How the tool ends, and what each code means.
enum ExitCode : int { kDone, kWrongInput, kWrongCommandLine, kBug, kRegressed };
inline constexpr std::array<std::string_view, 5> kExitMeanings{"done", "the input is wrong",
                                                               "the command line is wrong", "a bug in ridgepoint",
                                                               "compare --fail-on-regression found something worse"};

/// The command line as it was given, for reports to say how they were made.
const std::string& command_line();

Action declare_analyze(CLI::App& app);
Action declare_compare(CLI::App& app);
Action declare_explain(CLI::App& app);
Action declare_what_limits(CLI::App& app);
Action declare_sweep(CLI::App& app);
Action declare_tables(CLI::App& app);
Action declare_merge(CLI::App& app);
Action declare_pipeline(CLI::App& app);
Action declare_import(CLI::App& app);
Action declare_roofline(CLI::App& app);
Action declare_list(CLI::App& app);
Action declare_check(CLI::App& app);
Action declare_validate(CLI::App& app);
Action declare_calibrate(CLI::App& app);
Action declare_profile(CLI::App& app);
Action declare_schema(CLI::App& app);
Action declare_completion(CLI::App& app);
Action declare_complete(CLI::App& app);
Action declare_manual(CLI::App& app);

/// What `list` and `schema` know, and the shells that `completion` knows.
std::vector<std::string_view> list_topics();
std::vector<std::string_view> schema_subjects();
std::vector<std::string_view> shells();

}  // namespace ridgepoint
