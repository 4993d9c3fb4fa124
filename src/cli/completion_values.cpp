#include "cli/completion_values.hpp"

#include <array>
#include <cctype>

#include "calibrate/backend.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "core/formats.hpp"
#include "core/text.hpp"
#include "importers/importer.hpp"
#include "io/data_path.hpp"

namespace ridgepoint {
namespace {

template <class Words>
std::vector<Candidate> plain(const Words& words) {
  std::vector<Candidate> list;
  list.reserve(std::size(words));
  for (const auto& word : words) list.push_back({std::string(word), ""});
  return list;
}

template <const auto& kWords>
std::vector<Candidate> words(const Typed&) {
  return plain(kWords);
}

std::vector<Candidate> models(const Typed&) { return plain(names_in(kModels)); }
std::vector<Candidate> devices(const Typed&) { return plain(names_in(kDevices)); }

std::vector<Candidate> number_formats(const Typed&) { return plain(arithmetic_formats()); }

bool has_word(std::string_view text, std::string_view word) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

// The formats that the help of this command's option names (format_help()).
std::vector<Candidate> report_formats(const Typed& typed) {
  std::vector<Candidate> list;
  for (const Format& format : formats()) {
    if (has_word(typed.help, format.name)) list.push_back({std::string(format.name), std::string(format.summary)});
  }
  return list;
}

std::vector<Candidate> topics(const Typed& typed) {
  return plain(typed.command == "schema" ? schema_subjects() : list_topics());
}

std::vector<Candidate> shells_to_choose(const Typed&) { return plain(shells()); }

std::vector<Candidate> measurable(const Typed&) { return {{"cpu", "this machine"}, {"cuda:0", "its first GPU"}}; }

// Of the model that stands before: its layers, each with its op.
std::vector<Candidate> layers(const Typed& typed) {
  if (typed.positionals.empty()) return {};
  const ParsedRun parsed = parse_run({}, typed.positionals.front());
  std::vector<Candidate> list;
  for (const Layer& layer : instantiate(parsed.description, parsed.run).layers) {
    list.push_back({layer.name, std::string(name_of(layer.op))});
  }
  return list;
}

/// Values by the name of an option, or the kind of value that the help gives it.
struct Source {
  std::string_view key;
  std::vector<Candidate> (*list)(const Typed& typed);
  bool files = false;
};
constexpr bool kOrFiles = true;

constexpr std::array kSources{
    Source{"--phase", words<kPhaseNames>},
    Source{"--mode", words<kModeNames>},
    Source{"--fusion", words<kFusionNames>},
    Source{"--execution", words<kExecutionNames>},
    Source{"--optimizer", words<kOptimizerNames>},
    Source{"--by", words<kByNames>},
    Source{"--color", words<kColorChoices>},
    Source{"--glyphs", words<kGlyphChoices>},
    Source{"--effort", words<kEffortNames>},
    Source{"--format", report_formats},
    Source{"--device", measurable},
    Source{"DEVICE", devices, kOrFiles},
    Source{"MODEL", models, kOrFiles},
    Source{"LAYER", layers},
    Source{"FORMAT", number_formats},
    Source{"WHAT", topics},
    Source{"SHELL", shells_to_choose},
};

bool is_of_files(std::string_view kind) { return kind.starts_with("FILE") || kind.starts_with("FOLDER"); }

}  // namespace

Completion values_of(const std::string& option, const std::string& kind, const Typed& typed) {
  for (const std::string& key : {option, kind}) {
    for (const Source& source : kSources) {
      if (source.key != key) continue;
      try {
        return {source.list(typed), source.files};
      } catch (const InputError&) {  // the model or the data is not there: the command itself will say so
        return {{}, source.files};
      }
    }
  }
  return {{}, is_of_files(kind)};
}

}  // namespace ridgepoint
