// Command lines and their exact output: NAME.cmd holds the arguments, with variables (COLUMNS=80) before them, NAME.txt
// what goes to standard output and, behind it, to standard error and the exit code where that is not 0.
// families/ holds one network of each family in every format. RIDGEPOINT_UPDATE_GOLDEN=1 writes the outputs anew.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "families/family.hpp"
#include "report/report.hpp"
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

bool update() { return std::getenv("RIDGEPOINT_UPDATE_GOLDEN") != nullptr; }

void compare_with(const fs::path& expected, const std::string& now) {
  if (update()) write_text(expected, now);
  CHECK(now == text_of_file(expected));
}

/// A network that is small enough for its reports to be read.
struct Example {
  std::string_view family;
  std::string_view model;
};
constexpr std::array kExamples{
    Example{"recommender", "ncf-ml-20m"},
    Example{"cnn", "alexnet"},
    Example{"transformer", "gpt2 --set layers=1"},
    Example{"vision_transformer", "vit-b-32 --set layers=1"},
    Example{"swin", "tests/golden/swin-small.json"},
    Example{"rnn", "deepspeech2"},
    Example{"gnn", "gcn-cora"},
    Example{"point_cloud", "pointnet-vanilla-modelnet40"},
};

// Of a page what the run put into it: style, script and d3 are files of their own.
std::string own_part(const std::string& page) {
  const std::string_view open = R"(<script type="application/json" id="data">)";
  const std::size_t first = page.find(open);
  REQUIRE(first != std::string::npos);
  std::string data = page.substr(first + open.size());
  data.resize(data.find("</script>"));
  for (std::size_t at = 0; (at = data.find("},{", at)) != std::string::npos; at += 3) data.replace(at, 3, "},\n{");
  return data + "\n";
}

TEST_CASE("one network of each family in every format", "[golden]") {
  for (const Family& family : families()) {
    const auto same = [&](const Example& example) { return example.family == family.name; };
    const auto* example = std::find_if(kExamples.begin(), kExamples.end(), same);
    INFO(family.name);
    REQUIRE(example != kExamples.end());
    for (const Format& format : formats()) {
      if (format.name == "png") continue;  // the svg, drawn
      INFO(format.name);
      const Outcome outcome =
          run_binary(fmt::format("analyze {} --hw h100-sxm5 --format {}", example->model, format.name),
                     {.folder = source_root().string()});
      REQUIRE(outcome.code == 0);
      compare_with(kFolder / "families" / fmt::format("{}{}", family.name, format.extension),
                   format.name == "html" ? own_part(outcome.out) : outcome.out);
    }
  }
}

TEST_CASE("golden outputs", "[golden]") {
  REQUIRE(commands().size() >= 20);
  for (const fs::path& command : commands()) {
    INFO(command.stem().string());
    fs::path expected = command;
    expected.replace_extension(".txt");
    compare_with(expected, shown(run_command(command)));
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
