// `completion SHELL` prints what a shell needs to complete command lines; `complete`, which these scripts call, answers
// one question of theirs.

#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/completion.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

// Each line is a word, a tab and its meaning; the last one is ":files" when files fit, too.
constexpr std::string_view kBash =
    R"(# bash completion of ridgepoint: source this, or put it where bash-completion looks.
_ridgepoint() {
  local word about files=false
  COMPREPLY=()
  while IFS=$'\t' read -r word about; do
    if [[ $word == :files ]]; then files=true; else COMPREPLY+=("$word"); fi
  done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if $files; then
    compopt -o filenames
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
  fi
  # Bash takes "--phase=dec" for three words.
  if [[ ${COMP_WORDS[COMP_CWORD]} == *=* ]]; then COMPREPLY=("${COMPREPLY[@]#*=}"); fi
}
complete -F _ridgepoint ridgepoint
)";

constexpr std::string_view kZsh = R"(#compdef ridgepoint
# zsh completion of ridgepoint: put this as _ridgepoint into a folder of $fpath.
_ridgepoint() {
  local word about files=false
  local -a candidates
  while IFS=$'\t' read -r word about; do
    if [[ $word == :files ]]; then files=true; else candidates+=("${word//:/\\:}${about:+:$about}"); fi
  done < <("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( ${#candidates} )) && _describe -V ridgepoint candidates
  [[ $files == true ]] && _files
}
if [[ $funcstack[1] == _ridgepoint ]]; then _ridgepoint "$@"; else compdef _ridgepoint ridgepoint; fi
)";

constexpr std::string_view kFish = R"(# fish completion of ridgepoint: put this into a folder of $fish_complete_path.
function __ridgepoint_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    for line in ($tokens[1] complete -- $tokens[2..-1] $current 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path $current
        else
            echo $line
        end
    end
end
complete -c ridgepoint -f -a '(__ridgepoint_complete)'
)";

struct Shell {
  std::string_view name;
  std::string_view script;
};
constexpr std::array kShells{Shell{"bash", kBash}, Shell{"zsh", kZsh}, Shell{"fish", kFish}};

int answer_shell(const std::vector<std::string>& words) {
  const Completion found = complete(words);
  std::string text;
  for (const Candidate& candidate : found.candidates) text += fmt::format("{}\t{}\n", candidate.word, candidate.about);
  if (found.files) text += ":files\n";
  emit("", text);
  return 0;
}

}  // namespace

std::vector<std::string_view> shells() { return names_of(kShells); }

Action declare_completion(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish")->required();
  return [shell] {
    emit("", kShells[choose("shell", *shell, names_of(kShells))].script);
    return 0;
  };
}

Action declare_complete(CLI::App& app) {
  const auto words = std::make_shared<std::vector<std::string>>();
  app.add_option("WORDS", *words, "The command line after the program's name, behind --; the last word is being typed");
  return [words] { return answer_shell(*words); };
}

}  // namespace ridgepoint
