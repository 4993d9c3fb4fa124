#pragma once
#include "cli/completion.hpp"

namespace ridgepoint {

/// What has been typed before a value: the command, with what is below it ("calibrate fit"), and its plain words.
/// `help` is that of the option whose value it is.
struct Typed {
  std::string command;
  std::vector<std::string> positionals;
  std::string help{};
};

/// The values of an option ("--phase"), or of what a command names by its kind (DEVICE, MODEL). Options that nobody
/// knows take files if their kind is FILE, FILE... or FOLDER, and else anything.
Completion values_of(const std::string& option, const std::string& kind, const Typed& typed);

}  // namespace ridgepoint
