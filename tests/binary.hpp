#pragma once
// Runs the tool itself, as a user does.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {

inline std::string text_of_file(const std::filesystem::path& path) {
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// What a run of the tool left behind. The code is 128 + the signal when one ended it.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// How to run the tool, besides its arguments.
struct Setting {
  std::string folder{};                    ///< to run in, or "" for this one
  std::string input{};                     ///< standard input
  std::string output{};                    ///< a file in the place of standard output
  std::vector<std::string> environment{};  ///< NAME=value, besides PATH
};

inline Outcome run_binary(const std::vector<std::string>& arguments, const Setting& setting = {}) {
  const TemporaryFolder folder;
  const std::string out = setting.output.empty() ? folder.file("out") : setting.output;
  const std::string in = folder.file("in");
  const std::string err = folder.file("err");
  write_text(in, setting.input);

  std::vector<const char*> argv{tested_binary().c_str()};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  std::vector<const char*> environment;
  for (const std::string& variable : setting.environment) environment.push_back(variable.c_str());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  if (!setting.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, setting.folder.c_str());
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, tested_binary().c_str(), &actions, nullptr,
                                   const_cast<char* const*>(argv.data()),          // NOLINT: what POSIX asks for
                                   const_cast<char* const*>(environment.data()));  // NOLINT
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, setting.output.empty() ? text_of_file(out) : "", text_of_file(err)};
}

/// The words of a command line: split at spaces.
inline std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Runs a command line without quotes.
inline Outcome run_binary(const std::string& line, const Setting& setting = {}) {
  return run_binary(words_of(line), setting);
}

}  // namespace ridgepoint
