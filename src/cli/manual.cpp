// The manual page, from the tables that feed the help.

#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "core/version.hpp"

namespace ridgepoint {
namespace {

// Text as roff: backslashes and hyphens as they are, and no line that begins with a control character.
std::string roff(std::string_view text) {
  std::string out;
  bool starts = true;
  for (const char c : text) {
    if (starts && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    starts = c == '\n';
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string names_of_option(const CLI::Option& option) {
  if (option.get_positional()) return italic(option.get_name(true));
  std::string names;
  const auto add = [&](const std::string& name) { names += (names.empty() ? "" : ", ") + bold(name); };
  for (const std::string& name : option.get_snames()) add("-" + name);
  for (const std::string& name : option.get_lnames()) add("--" + name);
  if (option.get_expected_max() > 0) names += " " + italic(option.get_type_name());
  return names;
}

std::string options_of(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    text += fmt::format(".TP\n{}\n{}\n", names_of_option(*option), roff(option->get_description()));
  }
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    text += fmt::format(".TP\n{}\n{}\n.RS\n{}.RE\n", bold(below->get_name()), roff(below->get_description()),
                        options_of(*below));
  }
  return text;
}

std::string manual_of(const Command& command) {
  CLI::App app;
  app.set_help_flag();
  (void)command.declare(app);
  return fmt::format(".SS {}\n{}\n{}.PP\nExamples:\n.PP\n.EX\n{}.EE\n", bold(command.name), roff(command.summary),
                     options_of(app), roff(command.examples));
}

constexpr std::string_view kEnd =
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBRIDGEPOINT_DATA\\fR\nThe folder that holds models/ and hwspecs/, instead of those beside the program.\n"
    ".TP\n\\fBRIDGEPOINT_MODULES\\fR\nThe folder of the modules that measure and fit.\n"
    ".TP\n\\fBNO_COLOR\\fR\nNo colour on the terminal, if it is set and not empty.\n"
    ".SH EXIT STATUS\n";

std::string manual() {
  std::string text = fmt::format(
      ".TH RIDGEPOINT 1 \"\" \"ridgepoint {}\" \"User commands\"\n"
      ".SH NAME\nridgepoint \\- predicts where a neural network's time goes on a machine\n"
      ".SH SYNOPSIS\n\\fBridgepoint\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS\n",
      roff(version()));
  for (const Command& command : commands()) {
    if (!command.hidden) text += manual_of(command);
  }
  text += kEnd;
  for (std::size_t code = 0; code < kExitMeanings.size(); ++code) {
    text += fmt::format(".TP\n{}\n{}\n", code, roff(kExitMeanings[code]));
  }
  return text;
}

}  // namespace

Action declare_manual(CLI::App& app) {
  const auto output = std::make_shared<std::string>();
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  return [output] {
    emit(*output, manual());
    return 0;
  };
}

}  // namespace ridgepoint
