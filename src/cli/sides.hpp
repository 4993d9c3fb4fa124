#pragma once
// The sides of a comparison: what the command line gives several times, each with each.

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "cli/run_arguments.hpp"
#include "report/side.hpp"

namespace ridgepoint {

/// An option that may be given several times: the member of `run` that takes each value in turn.
struct Repeated {
  std::string RunArguments::*member = nullptr;
  std::vector<std::string> values;
};

/// The words that say what is compared.
struct SideArguments {
  RunArguments run;
  std::vector<std::string> devices;
  std::vector<Repeated> repeated;
};

/// Adds MODEL, --hw and the run's options to a command; those with one value may be repeated.
void declare_sides(CLI::App& app, SideArguments& arguments);

/// Every combination of the values given; those of the last option change fastest.
std::vector<RunArguments> runs_of(const SideArguments& arguments);

/// Every analysis that the arguments name: models on each device with each value, saved ones as they are. Throws
/// InputError.
std::vector<Side> read_sides(const SideArguments& arguments);

/// The analyses saved in a file. Throws InputError when it holds something else.
std::vector<Side> read_saved(const std::string& path);

}  // namespace ridgepoint
