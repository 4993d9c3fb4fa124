#include "cli/completion.hpp"

#include <CLI/Option.hpp>
#include <algorithm>

#include "cli/command.hpp"
#include "cli/completion_values.hpp"

namespace ridgepoint {
namespace {

bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

// The word without what an equals sign gives it.
std::string name_of(const std::string& word) { return word.substr(0, word.find('=')); }

bool answers_to(const CLI::Option& option, const std::string& word) {
  const auto has = [&](const std::vector<std::string>& names, const std::string& dashes) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return dashes + name == word; });
  };
  return has(option.get_lnames(), "--") || has(option.get_snames(), "-");
}

const CLI::Option* find_option(const CLI::App& app, const std::string& word) {
  for (const CLI::Option* option : app.get_options()) {
    if (answers_to(*option, word)) return option;
  }
  return nullptr;
}

const CLI::App* find_below(const CLI::App& app, const std::string& word) {
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (below->get_name() == word) return below;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_expected_max() > 0; }

std::string long_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? "-" + option.get_snames().front() : "--" + option.get_lnames().front();
}

Completion values(const CLI::Option& option, Typed typed) {
  typed.help = option.get_description();
  return values_of(long_name(option), option.get_type_name(), typed);
}

// What the words before the last one say.
struct Line {
  const CLI::App* app;
  Typed typed;
  const CLI::Option* waiting = nullptr;  ///< an option whose value comes next
};

// Words of the command and its options; a shell may put an equals sign into a word of its own.
Line read(const CLI::App& command, const std::vector<std::string>& words) {
  Line line{&command, {words.front(), {}}};
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "=") continue;
    if (line.waiting != nullptr) {
      line.waiting = nullptr;
    } else if (is_option(word)) {
      const CLI::Option* option = find_option(*line.app, name_of(word));
      const bool given = word.find('=') != std::string::npos;
      if (option != nullptr && takes_value(*option) && !given) line.waiting = option;
    } else if (const CLI::App* below = find_below(*line.app, word); below != nullptr) {
      line.app = below;
      line.typed.command += " " + word;
    } else {
      line.typed.positionals.push_back(word);
    }
  }
  return line;
}

Completion options(const CLI::App& app) {
  Completion found;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) found.candidates.push_back({long_name(*option), option->get_description()});
  }
  return found;
}

// Plain words: what is below the command, and the positional whose turn it is (the last takes all that follow).
Completion plain_words(const Line& line) {
  Completion found;
  std::vector<const CLI::Option*> positionals;
  for (const CLI::Option* option : line.app->get_options()) {
    if (option->get_positional()) positionals.push_back(option);
  }
  if (!positionals.empty()) {
    const CLI::Option& turn = *positionals[std::min(line.typed.positionals.size(), positionals.size() - 1)];
    found = values_of("", turn.get_name(true), line.typed);
  }
  for (const CLI::App* below : line.app->get_subcommands([](const CLI::App*) { return true; })) {
    found.candidates.push_back({below->get_name(), below->get_description()});
  }
  return found;
}

Completion commands_to_choose() {
  Completion found;
  for (const Command& command : commands()) {
    if (!command.hidden) found.candidates.push_back({std::string(command.name), std::string(command.summary)});
  }
  found.candidates.push_back({"--help", "print help"});
  found.candidates.push_back({"--version", "print the version"});
  return found;
}

// --phase=dec: the value behind the equals sign.
Completion value_behind_equals(const Line& line, const std::string& word) {
  const CLI::Option* option = find_option(*line.app, name_of(word));
  if (option == nullptr || !takes_value(*option)) return {};
  Completion found = values(*option, line.typed);
  for (Candidate& candidate : found.candidates) candidate.word = name_of(word) + "=" + candidate.word;
  return found;
}

Completion everything(const std::vector<std::string>& words) {
  if (words.size() < 2) return commands_to_choose();
  const auto command = std::find_if(commands().begin(), commands().end(),
                                    [&](const Command& known) { return known.name == words.front(); });
  if (command == commands().end()) return {};
  CLI::App app;
  (void)command->declare(app);
  const Line line = read(app, words);
  const std::string& last = words.back();
  if (line.waiting != nullptr) return values(*line.waiting, line.typed);
  if (is_option(last)) {
    return last.find('=') == std::string::npos ? options(*line.app) : value_behind_equals(line, last);
  }
  return plain_words(line);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Completion complete(const std::vector<std::string>& words) {
  std::string begun = words.empty() || words.back() == "=" ? "" : words.back();
  Completion found = everything(words);
  std::erase_if(found.candidates, [&](const Candidate& candidate) { return !candidate.word.starts_with(begun); });
  for (Candidate& candidate : found.candidates) candidate.about = first_line(candidate.about);
  return found;
}

}  // namespace ridgepoint
