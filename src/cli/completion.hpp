#pragma once
// What a shell offers to write next on a command line of the tool.

#include <string>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// One word to offer, and what it means ("" where the word says it all).
struct Candidate {
  std::string word;
  std::string about;
};

/// What may stand in the place of the last word. `files`: names of files may, too.
struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;
};

/// `words` are those after the program's name; the last is the one that is being typed, "" when it is not begun. Never
/// fails: what cannot be known is not offered.
Completion complete(const std::vector<std::string>& words);

}  // namespace ridgepoint
