#include "cli/command.hpp"

#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>
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

constexpr std::array kCommands{
    Command{"analyze", "where the time of a network goes on a device, layer by layer",
            "  ridgepoint analyze resnet50 --hw h100-sxm5 --batch 32\n"
            "  ridgepoint analyze llama-3.1-8b --hw a100-sxm4-80gb --phase decode --kv-len 8192\n"
            "  ridgepoint analyze my-model.json --hw l40s --format csv -o layers.csv\n",
            declare_analyze},
    Command{"compare", "devices, models, formats, batches or saved analyses side by side: what is faster, and why",
            "  ridgepoint compare llama-3.1-8b --hw a100-sxm4-80gb --hw h100-sxm5 --phase prefill\n"
            "  ridgepoint compare resnet50 --hw l4 --batch 1 --batch 32\n"
            "  ridgepoint compare resnet50 --hw l4 --baseline old.json --fail-on-regression 5%\n"
            "  ridgepoint compare resnet50 --hw l4 --execution eager --measured trace.json\n",
            declare_compare},
    Command{"explain", "every formula of one layer, with its numbers",
            "  ridgepoint explain resnet50 stem.conv\n"
            "  ridgepoint explain llama-3.1-8b attention --hw h100-sxm5 --phase decode --kv-len 8192\n"
            "  ridgepoint explain bert-large '*.q' --phase training --format json\n",
            declare_explain},
    Command{"what-limits", "what limits a layer or a network, what would next, and what each change gives",
            "  ridgepoint what-limits llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 8192\n"
            "  ridgepoint what-limits resnet50 stem.conv --hw a100-sxm4-80gb --batch 32\n",
            declare_what_limits},
    Command{"sweep", "one network in many runs: batches, lengths, formats, devices, what-ifs",
            "  ridgepoint sweep llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 4096 --batch 1:1024:x2\n"
            "  ridgepoint sweep bert-large --hw a100-sxm4-80gb --hw l40s --batch 1:64:x2 --seq 128,512 -o rows.csv\n"
            "  ridgepoint sweep gpt2 --hw h100-sxm5 --set hidden=768:3072:+768 --what-if dram.bandwidth=x0.5:x4:x2\n"
            "  ridgepoint sweep gpt2 --hw h100-sxm5 --batch 1:512 --shard 3/8 -o part3.csv\n",
            declare_sweep},
    Command{"tables",
            "the embedding tables of a recommender: where they lie, what they hit and cost, on one or many devices",
            "  ridgepoint tables dlrm-dcnv2 --hw h100-sxm5 --set access=zipf:1.05\n"
            "  ridgepoint tables dlrm-dcnv2 --hw h100-sxm5 --devices 8 --batch 65536 --phase training\n"
            "  ridgepoint tables dlrm-10tb --hw h100-sxm5 --devices 16 --latency 10ms,50ms\n",
            declare_tables},
    Command{"merge", "the shards of a sweep as the whole",
            "  ridgepoint merge part1.csv part2.csv part3.csv -o all.csv\n", declare_merge},
    Command{"pipeline", "an epoch of a graph network: sampling, features and passes, and what holds up the rest",
            "  ridgepoint pipeline graphsage-ogbn-products-sampled --hw h100-sxm5\n"
            "  ridgepoint pipeline graphsage-reddit --hw a100-sxm4-80gb --host my-cpu.json --workers 1:16:x2\n"
            "  ridgepoint pipeline graphsage-ogbn-papers100m --hw h100-sxm5 --machines 1:64:x2 --set devices=8\n",
            declare_pipeline},
    Command{"import", "any model as an explicit description, which analyses to the same numbers",
            "  ridgepoint import path/to/config.json -o model.json\n"
            "  ridgepoint import model.onnx -o model.json\n"
            "  ridgepoint import llama-3.1-8b --set layers=16\n",
            declare_import},
    Command{"roofline", "the ceilings and ridge points of devices",
            "  ridgepoint roofline --hw h100-sxm5\n"
            "  ridgepoint roofline --hw a100-sxm4-80gb --hw mi300x --format markdown\n",
            declare_roofline},
    Command{"list", "the models, devices, ops, families, formats or columns there are",
            "  ridgepoint list models\n"
            "  ridgepoint list devices --format json\n",
            declare_list},
    Command{"validate", "predicted against measured times, kernel by kernel",
            "  ridgepoint validate --hw a100-sxm4-80gb --samples gemm.csv attention.csv\n"
            "  ridgepoint validate --hw l40s --samples gemm.csv --max-error 20 --rows predictions.csv\n"
            "  ridgepoint validate --hw my-cpu.json --run\n"
            "  ridgepoint validate --hw my-cpu.json --run --model resnet50 --dtype fp32\n",
            declare_validate},
    Command{"calibrate", "a device's own parameters, fitted to measured times",
            "  ridgepoint calibrate --device cpu -o my-cpu.json\n"
            "  ridgepoint calibrate fit --base l40s --samples gemm.csv attention.csv -o my-l40s.json\n"
            "  ridgepoint calibrate fit --base l40s --samples gemm.csv --dry-run\n",
            declare_calibrate},
    Command{"profile", "the kernels that a CUDA program runs on the GPU",
            "  ridgepoint profile -- python3 train.py\n"
            "  ridgepoint profile --format trace -o trace.json -- ./program --its-own option\n",
            declare_profile},
    Command{"check", "whether a network, device or sample file is valid",
            "  ridgepoint check my-model.json\n"
            "  ridgepoint check hwspecs/h100-sxm5.json\n",
            declare_check},
    Command{"schema", "the JSON Schema of networks, devices or analyses",
            "  ridgepoint schema network -o network.schema.json\n"
            "  ridgepoint schema analysis\n",
            declare_schema},
    Command{"completion", "what a shell needs to complete command lines",
            "  source <(ridgepoint completion bash)\n"
            "  ridgepoint completion fish > ~/.config/fish/completions/ridgepoint.fish\n",
            declare_completion},
    Command{"manual", "the manual page",
            "  ridgepoint manual | man -l -\n"
            "  ridgepoint manual -o ridgepoint.1\n",
            declare_manual},
    Command{"complete", "for the scripts of `completion`", "", declare_complete, true},
};

std::string examples_of(std::string_view lines) { return "Examples:\n" + std::string(lines); }

std::string& given_command_line() {
  static std::string text;
  return text;
}

// Words that a shell would split are put in quotes.
std::string joined(int argc, const char* const* argv) {
  std::string text = "ridgepoint";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain = !word.empty() && word.find_first_of(" \t\n\"'$&|;<>*?()`\\") == std::string::npos;
    text += plain ? " " + word : " '" + word + "'";
  }
  return text;
}

// A first word that is no command gets the commands and the near miss.
bool is_unknown_command(int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  const std::string_view word = argv[1];
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == word) return false;
    if (!command.hidden) names.push_back(command.name);
  }
  fmt::print(stderr, "error: unknown command {}\n  expected {}\n", in_quotes(word), join_choices(names));
  if (const std::string_view near = nearest(word, names); !near.empty())
    fmt::print(stderr, "  did you mean {}?\n", in_quotes(near));
  return true;
}

void flush_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw InputError({fmt::format("cannot write standard output: {}", std::strerror(errno)), ""});
}

// The options of the command, "--batch" and so on.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands()) {
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// The first option on the command line that the command does not have, or "".
std::string unknown_option(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(true);
  const auto found =
      std::find_if(left.begin(), left.end(), [](const std::string& word) { return word.starts_with("--"); });
  return found == left.end() ? "" : found->substr(0, found->find('='));
}

int explain(const CLI::ParseError& error, const CLI::App& app) {
  if (const std::string word = unknown_option(app); !word.empty()) {
    const std::vector<std::string> names = option_names(app);
    fmt::print(stderr, "error: unknown option {}\n", in_quotes(word));
    if (const std::string_view near = nearest(word, views(names)); !near.empty())
      fmt::print(stderr, "  did you mean {}?\n", in_quotes(near));
    fmt::print(stderr, "  see `ridgepoint --help`, or `ridgepoint COMMAND --help`\n");
    return kWrongCommandLine;
  }

  fmt::print(stderr, "error: {}\n  see `ridgepoint --help`, or `ridgepoint COMMAND --help`\n", printable(error.what()));
  return kWrongCommandLine;
}

int run_action(const Action& action) {
  try {
    const int code = action();
    flush_output();
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

const std::string& command_line() { return given_command_line(); }

int run_tool(int argc, const char* const* argv) {
  if (is_unknown_command(argc, argv)) return kWrongCommandLine;
  given_command_line() = joined(argc, argv);
  CLI::App app("Predicts where a neural network's time goes on a machine.", "ridgepoint");
  app.footer(examples_of(kCommands.front().examples));
  app.set_version_flag("--version", std::string(version()));
  app.require_subcommand(1);
  Action chosen;
  for (const Command& command : kCommands) {
    // Only the command that was asked for needs its options; the others are there for --help.
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    if (command.hidden) {
      sub->group("");
    } else {
      sub->footer(examples_of(command.examples));
    }
    if (argc >= 2 && command.name == argv[1]) chosen = command.declare(*sub);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // for help or the version
    return run_action([&] { return app.exit(asked); });
  } catch (const CLI::ParseError& error) {
    return explain(error, app);
  }
  return run_action(chosen);
}

}  // namespace ridgepoint
