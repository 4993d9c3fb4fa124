// Command lines and their exact output: NAME.cmd holds the arguments, with variables (COLUMNS=80) before them, NAME.txt
// what goes to standard output and, behind it, to standard error and the exit code where that is not 0.
// RIDGEPOINT_UPDATE_GOLDEN=1 writes the outputs anew.

#include <algorithm>
#include <cstdlib>

#include "tests/binary.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = source_root() / "tests" / "golden";

std::vector<fs::path> commands() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".cmd") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string shown(const Outcome& outcome) {
  std::string text = outcome.out;
  if (!outcome.err.empty()) text += "--- standard error ---\n" + outcome.err;
  if (outcome.code != 0) text += "--- exit code " + std::to_string(outcome.code) + " ---\n";
  return text;
}

Outcome run_command(const fs::path& file) {
  std::vector<std::string> words = words_of(text_of_file(file));
  Setting setting{.folder = source_root().string()};
  while (!words.empty() && words.front().find('=') != std::string::npos) {
    setting.environment.push_back(words.front());
    words.erase(words.begin());
  }
  return run_binary(words, setting);
}

TEST_CASE("golden outputs", "[golden]") {
  const bool update = std::getenv("RIDGEPOINT_UPDATE_GOLDEN") != nullptr;
  REQUIRE(commands().size() >= 20);
  for (const fs::path& command : commands()) {
    INFO(command.stem().string());
    fs::path expected = command;
    expected.replace_extension(".txt");
    const std::string now = shown(run_command(command));
    if (update) write_text(expected, now);
    CHECK(now == text_of_file(expected));
  }
}

TEST_CASE("every golden output has its command", "[golden]") {
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".txt") continue;
    fs::path command = entry.path();
    CHECK(fs::exists(command.replace_extension(".cmd")));
  }
}

}  // namespace
}  // namespace ridgepoint
