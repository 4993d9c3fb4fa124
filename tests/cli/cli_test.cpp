// The command line as a whole: help, exit codes, where output goes.

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "report/report.hpp"
#include "tests/binary.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr const char* kSeeHelp = "  see `ridgepoint --help`, or `ridgepoint COMMAND --help`\n";

// An example that needs nothing but what comes with the tool.
bool stands_alone(const std::string& line) {
  constexpr std::array<std::string_view, 12> kOfTheReader{"my-",        "path/", "model.onnx", "old.json",
                                                          "trace.json", "part1", "gemm",       "profile",
                                                          "| ",         "<(",    "calibrate",  "> "};
  return std::none_of(kOfTheReader.begin(), kOfTheReader.end(),
                      [&](std::string_view part) { return contains(line, part); });
}

TEST_CASE("the examples of the help run as they stand", "[cli]") {
  const TemporaryFolder folder;
  fs::create_directory_symlink(source_root() / "hwspecs", folder.path() / "hwspecs");
  int ran = 0;
  for (const Command& command : commands()) {
    std::istringstream lines{std::string(command.examples)};
    for (std::string line; std::getline(lines, line);) {
      if (!stands_alone(line)) continue;
      CAPTURE(line);
      std::erase(line, '\'');
      std::vector<std::string> words = words_of(line);
      REQUIRE(words.front() == "ridgepoint");
      words.erase(words.begin());
      const Outcome outcome = run_binary(words, {.folder = folder.path().string()});
      CAPTURE(outcome.err);
      CHECK(outcome.code == 0);
      ++ran;
    }
  }
  CHECK(ran >= 20);
}

TEST_CASE("every command has help", "[cli]") {
  const Outcome all = run_binary("--help");
  CHECK(all.code == 0);
  CHECK(all.err.empty());
  CHECK(commands().size() >= 5);
  for (const Command& command : commands()) {
    INFO(command.name);
    CHECK(contains(all.out, command.summary) != command.hidden);
    if (command.hidden) continue;
    CHECK(contains(all.out, command.name));
    const Outcome one = run_binary(std::string(command.name) + " --help");
    CHECK(one.code == 0);
    CHECK(one.err.empty());
    CHECK(contains(one.out, command.summary));
    CHECK(contains(one.out, "ridgepoint " + std::string(command.name)));
  }
  for (const char* option : {"--hw", "--batch", "--seq", "--kv-len", "--phase", "--set", "--dtype", "--fusion",
                             "--execution", "--format", "--output", "--by", "--top", "--color", "--mode"}) {
    INFO(option);
    CHECK(contains(run_binary("analyze --help").out, option));
  }
}

TEST_CASE("the version is a version", "[cli]") {
  const Outcome outcome = run_binary("--version");
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find_first_not_of("0123456789.\n") == std::string::npos);
}

void expect_wrong_command_line(const std::string& line, const std::string& message) {
  INFO(line);
  const Outcome outcome = run_binary(line);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, message));
}

TEST_CASE("a wrong command line is exit code 2", "[cli]") {
  expect_wrong_command_line("", kSeeHelp);
  expect_wrong_command_line("analyze resnet50", "--hw");
  expect_wrong_command_line("analyze --hw h100-sxm5", "MODEL");
  expect_wrong_command_line("analyze resnet50 --hw h100-sxm5 --top many", "--top");
  expect_wrong_command_line("analyze resnet50 --hw", "--hw");
  expect_wrong_command_line("-- analyze", kSeeHelp);
  expect_wrong_command_line("analyse resnet50", "did you mean \"analyze\"?");
  expect_wrong_command_line("anal\x1byse", "unknown command \"anal\\x1byse\"");
  expect_wrong_command_line("analyze resnet50 --hw h100-sxm5 --bacth 4",
                            "error: unknown option \"--bacth\"\n  did you mean \"--batch\"?\n");
  expect_wrong_command_line("analyze resnet50 --hw h100-sxm5 --fusoin=full", "did you mean \"--fusion\"?");
  expect_wrong_command_line("analyze resnet50 --hw h100-sxm5 --entirely-else", "unknown option \"--entirely-else\"");
}

const std::string kNetwork = R"({"name": "n", "inputs": {"x": {"shape": [2, 8]}}, "layers": [{"op": "relu"}]})";

TEST_CASE("a dash is standard input, and a path is a path", "[cli]") {
  const TemporaryFolder folder;
  write_text(folder.path() / "n.json", kNetwork);
  const Outcome piped = run_binary("analyze - --hw h100-sxm5 --format csv", {.input = kNetwork});
  CHECK(piped.code == 0);
  CHECK(piped.out == run_binary("analyze n.json --hw h100-sxm5 --format csv", {.folder = folder.path().string()}).out);
  const Outcome bad = run_binary("analyze - --hw h100-sxm5", {.input = "{"});
  CHECK(bad.code == 1);
  CHECK(contains(bad.err, "<stdin>:1:2: error: the JSON ends too early"));
  CHECK(run_binary("check -", {.input = kNetwork}).code == 0);
}

TEST_CASE("a model may be called like a command", "[cli]") {
  CHECK(contains(run_binary("analyze list --hw h100-sxm5").err, "unknown model \"list\""));
}

// What librsvg keeps until the end (fonts, types) is no leak of ours.
const Setting kDrawing{.environment = {"ASAN_OPTIONS=detect_leaks=0"}};

// Runs `analyze` into a file of this name and gives the file's text.
std::string written(const std::string& name, const std::string& more = "") {
  const TemporaryFolder folder;
  const Outcome outcome = run_binary("analyze gcn-ogbn-arxiv --hw h100-sxm5 " + more + " -o " + name,
                                     {.folder = folder.path().string(), .environment = kDrawing.environment});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.empty());
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  return text_of_file(folder.path() / name);
}

bool draws_png() {
  const Outcome outcome = run_binary("roofline --hw h100-sxm5 --format png", kDrawing);
  if (outcome.code == 0) return true;
  CHECK(outcome.err.starts_with("error: no PNG can be drawn: "));
  CHECK(contains(outcome.err, "expected librsvg and cairo"));
  WARN("skipped: " << outcome.err);
  return false;
}

TEST_CASE("a figure is a picture where librsvg is there", "[cli]") {
  if (!draws_png()) return;
  for (const char* command : {"roofline --hw h100-sxm5 --hw l4", "analyze resnet50 --hw h100-sxm5",
                              "analyze resnet50 bert-large --hw h100-sxm5"}) {
    const std::string picture = run_binary(std::string(command) + " --format png", kDrawing).out;
    CHECK(picture.starts_with("\x89PNG\r\n"));
    CHECK(picture.size() > 10000);
  }
}

TEST_CASE("without librsvg a picture says what is missing", "[cli]") {
  const Outcome outcome =
      run_binary("roofline --hw h100-sxm5 --format png", {.environment = {"RIDGEPOINT_RSVG=no-such-library.so"}});
  CHECK(outcome.code == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("error: no PNG can be drawn: "));
  CHECK(contains(outcome.err, "no-such-library.so"));
}

TEST_CASE("the option -o writes what would be printed, in the format of its name", "[cli]") {
  for (const Format& format : formats()) {
    INFO(format.name);
    if (format.name == "png" && !draws_png()) continue;
    const std::string printed =
        run_binary("analyze gcn-ogbn-arxiv --hw h100-sxm5 --format " + std::string(format.name), kDrawing).out;
    const bool same = written("x" + std::string(format.extension)) == printed;
    // JSON, the trace and the page say which command wrote them.
    CHECK((same || format.name == "json" || format.name == "trace" || format.name == "html"));
    CHECK(!written("y" + std::string(format.extension)).empty());
  }
  CHECK(written("x.json").starts_with("{\n  \"schema_version\": 1,"));
  CHECK(written("x.json", "--format csv").starts_with("name,op,"));
  CHECK(written("x.unknown").starts_with("gcn-ogbn-arxiv on h100-sxm5"));
}

TEST_CASE("a file is written whole or stays as it was", "[cli]") {
  const TemporaryFolder folder;
  const Setting here{.folder = folder.path().string()};
  write_text(folder.path() / "keep.csv", "before");
  CHECK(run_binary("analyze gpt2 --hw h100-sxm5 --batch 0 -o keep.csv", here).code == 1);
  CHECK(text_of_file(folder.path() / "keep.csv") == "before");
  CHECK(run_binary("analyze gpt2 --hw h100-sxm5 -o keep.csv", here).code == 0);
  CHECK(text_of_file(folder.path() / "keep.csv").starts_with("name,op,"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("colour is for terminals, and for those who insist", "[cli]") {
  const std::string line = "analyze gcn-ogbn-arxiv --hw h100-sxm5";
  const std::string plain = run_binary(line).out;
  CHECK(!contains(plain, "\x1b["));
  CHECK(run_binary(line + " --color never").out == plain);
  CHECK(contains(run_binary(line + " --color always").out, "\x1b["));
  CHECK(contains(run_binary(line + " --color always", {.environment = {"NO_COLOR=1"}}).out, "\x1b["));
  CHECK(!contains(run_binary(line, {.environment = {"NO_COLOR=1"}}).out, "\x1b["));
  CHECK(contains(run_binary(line + " --color sometimes").err, "unknown colour choice \"sometimes\""));
  // Without the colours it is the same text.
  std::string colored = run_binary(line + " --color always").out;
  for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  CHECK(colored == plain);
}

TEST_CASE("the option --top ends with the others", "[cli]") {
  const std::string out = run_binary("analyze resnet50 --hw h100-sxm5 --top 3 --format csv").out;
  CHECK(std::count(out.begin(), out.end(), '\n') == 1 + 3 + 1);
  CHECK(contains(out, " others,"));
}

TEST_CASE("the last of two settings of a parameter wins", "[cli]") {
  const auto csv = [](const std::string& more) {
    return run_binary("analyze resnet50 --hw h100-sxm5 --format csv " + more).out;
  };
  CHECK(csv("--batch 2") == csv("--set batch=2"));
  CHECK(csv("--set batch=9 --set batch=2") == csv("--batch 2"));
  CHECK(csv("--batch 2") != csv(""));
}

TEST_CASE("data is found through the environment too", "[cli]") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "models");
  write_text(folder.path() / "models" / "mine.json", kNetwork);
  const Setting data{.environment = {"RIDGEPOINT_DATA=" + folder.path().string()}};
  const Outcome models = run_binary("list models --format csv", data);
  CHECK(models.out == "name,summary\nmine,\n");
  CHECK(run_binary("analyze mine --hw h100-sxm5", data).code == 0);
}

TEST_CASE("warnings go to standard error where the format has no place for them", "[cli]") {
  const Outcome csv = run_binary("analyze llama-3.1-405b --hw h100-sxm5 --format csv");
  CHECK(csv.code == 0);
  CHECK(csv.err.starts_with("warning: the network needs "));
  CHECK(run_binary("analyze llama-3.1-405b --hw h100-sxm5 --format json").err.empty());
}

TEST_CASE("every topic can be listed in every format", "[cli]") {
  for (const char* topic : {"models", "devices", "ops", "families", "formats"}) {
    for (const std::string_view format : kRowFormats) {
      INFO(topic << " " << format);
      const Outcome outcome = run_binary(std::string("list ") + topic + " --format " + std::string(format));
      CHECK(outcome.code == 0);
      CHECK(outcome.err.empty());
      CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') >= 4);
    }
  }
}

TEST_CASE("what is rows alone is no figure", "[cli]") {
  for (const char* command : {"list models", "check hwspecs/l4.json"}) {
    const Outcome outcome = run_binary(std::string(command) + " --format svg", {.folder = source_root().string()});
    CHECK(outcome.code == 1);
    CHECK(outcome.err == "error: unknown format \"svg\"\n  expected table, json, csv or markdown\n");
  }
}

TEST_CASE("check says what it found in each format", "[cli]") {
  CHECK(run_binary("check hwspecs/l4.json --format csv", {.folder = source_root().string()}).out ==
        "file,kind,name,phase,detail\nhwspecs/l4.json,device,l4,,300 GB/s of 22.4 GiB\n");
}

TEST_CASE("every model and device passes the check", "[cli]") {
  for (const char* folder : {"models", "hwspecs"}) {
    for (const auto& entry : fs::directory_iterator(source_root() / folder)) {
      const Outcome outcome = run_binary({"check", entry.path().string()});
      INFO(outcome.err);
      CHECK(outcome.code == 0);
      CHECK(contains(outcome.out, " is valid"));
    }
  }
}

}  // namespace
}  // namespace ridgepoint
