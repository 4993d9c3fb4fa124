#include "cli/command.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <new>

#include "cli/tool.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"

namespace ridgepoint {
namespace {

constexpr int kWrongInput = 1;
constexpr int kWrongCommandLine = 2;
constexpr int kBug = 3;

constexpr std::array kCommands{
    Command{"analyze", "where the time of a network goes on a device, layer by layer", declare_analyze},
    Command{"roofline", "the ceilings and ridge points of devices", declare_roofline},
    Command{"list", "the models, devices, ops, families or formats there are", declare_list},
    Command{"validate", "predicted against measured times, kernel by kernel", declare_validate},
    Command{"calibrate", "a device's own parameters, fitted to measured times", declare_calibrate},
    Command{"check", "whether a network or device file is valid", declare_check},
};

constexpr std::string_view kFooter =
    "Examples:\n"
    "  ridgepoint analyze resnet50 --hw h100-sxm5 --batch 32\n"
    "  ridgepoint analyze llama-3.1-8b --hw a100-sxm4-80gb --phase decode --kv-len 8192\n"
    "  ridgepoint analyze my-model.json --hw l40s --format csv -o layers.csv\n"
    "  ridgepoint roofline --hw h100-sxm5\n";

// A first word that is no command gets the commands and the near miss.
bool is_unknown_command(int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  const std::string_view word = argv[1];
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == word) return false;
    names.push_back(command.name);
  }
  fmt::print(stderr, "error: unknown command {}\n  expected {}\n", in_quotes(word), join_choices(names));
  if (const std::string_view near = nearest(word, names); !near.empty())
    fmt::print(stderr, "  did you mean {}?\n", in_quotes(near));
  return true;
}

int explain(const CLI::ParseError& error, const CLI::App& app) {
  if (error.get_exit_code() == 0) {  // --help or --version
    return app.exit(error);
  }
  fmt::print(stderr, "error: {}\n  see `ridgepoint --help`, or `ridgepoint COMMAND --help`\n", error.what());
  return kWrongCommandLine;
}

int run_action(const Action& action) {
  try {
    const int code = action();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      throw InputError({fmt::format("cannot write standard output: {}", std::strerror(errno)), ""});
    }
    return code;
  } catch (const InputError& error) {
    fmt::print(stderr, "{}", error.what());
    return kWrongInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: the input needs more memory than there is\n");
    return kWrongInput;
  } catch (const std::exception& error) {
    fmt::print(stderr, "internal error: {}\n  this is a bug; please report it with the command line\n", error.what());
    return kBug;
  }
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run_tool(int argc, const char* const* argv) {
  if (is_unknown_command(argc, argv)) return kWrongCommandLine;
  CLI::App app("Predicts where a neural network's time goes on a machine.", "ridgepoint");
  app.footer(std::string(kFooter));
  app.set_version_flag("--version", std::string(version()));
  app.require_subcommand(1);
  Action chosen;
  for (const Command& command : kCommands) {
    // Only the command that was asked for needs its options; the others are there for --help.
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    if (argc >= 2 && command.name == argv[1]) chosen = command.declare(*sub);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(error, app);
  }
  return run_action(chosen);
}

}  // namespace ridgepoint
