// The command `compare`: what it takes, its exit codes, and what broken files get.

#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("compare takes devices, formats, batches, models and saved analyses", "[cli][compare]") {
  const TemporaryFolder folder;
  const std::string saved = folder.file("old.json");
  REQUIRE(run_binary("analyze resnet50 --hw l4 --format json -o " + saved).code == 0);
  for (const std::string& words :
       {std::string("resnet50 --hw l4 --hw t4"), std::string("resnet50 --hw l4 --dtype fp16 --dtype int8"),
        std::string("resnet50 --hw l4 --batch 1 --batch 32"), std::string("resnet50 vgg16 --hw l4"),
        saved + " resnet50 --hw t4", saved + " " + saved}) {
    for (const char* format : {"table", "json", "csv", "markdown", "svg"}) {
      CAPTURE(words, format);
      const Outcome outcome = run_binary("compare " + words + " --format " + format);
      CHECK(outcome.code == 0);
      CHECK(!outcome.out.empty());
    }
  }
}

TEST_CASE("a regression has an exit code of its own", "[cli][compare]") {
  const TemporaryFolder folder;
  const std::string saved = folder.file("old.json");
  REQUIRE(run_binary("analyze resnet50 --hw l4 --format json -o " + saved).code == 0);
  const std::string with_baseline = " --baseline " + saved + " --fail-on-regression ";
  const Outcome same = run_binary("compare resnet50 --hw l4" + with_baseline + "0%");
  CHECK(same.code == 0);
  CHECK(contains(same.out, "nothing grew by more than 0.0 %"));
  const Outcome slower = run_binary("compare resnet50 --hw l4 --fusion none" + with_baseline + "5%");
  CHECK(slower.code == 4);
  CHECK(contains(slower.out, "grew by more than 5.0 %:"));
  CHECK(contains(slower.err, "regression: "));
  CHECK(run_binary("compare resnet50 --hw l4 --fusion none" + with_baseline + "500%").code == 0);
}

void expect_wrong_input(const std::string& words, const std::string& message) {
  CAPTURE(words);
  const Outcome outcome = run_binary("compare " + words);
  CHECK(outcome.code == 1);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, message));
}

TEST_CASE("compare says what it lacks", "[cli][compare]") {
  expect_wrong_input("", "there is nothing to compare with");
  expect_wrong_input("resnet50 --hw l4", "there is nothing to compare with");
  expect_wrong_input("resnet50", "there is no --hw");
  expect_wrong_input("resnet50 --hw l4 --hw t4 --fail-on-regression 5", "a percentage, such as 5%");
  expect_wrong_input("resnet50 --hw l4 --hw t4 --fail-on-regression -5%", "a percentage, such as 5%");
  expect_wrong_input("resnet50 --hw l4 --hw t4 --format trace", "unknown format \"trace\"");
  expect_wrong_input("resnet50 --hw l4 --hw t4 --top -1", "--top is -1");
  std::string batches;
  for (int i = 1; i <= 65; ++i) batches += " --batch " + std::to_string(i);
  expect_wrong_input("resnet50 --hw l4" + batches, "more than 64 sides");
}

TEST_CASE("a baseline that cannot be one is an error, not a pass", "[cli][compare]") {
  const TemporaryFolder folder;
  const auto broken = [&](const std::string& text) {
    write_text(folder.path() / "b.json", text);
    return "resnet50 --hw l4 --fail-on-regression 5% --baseline " + folder.file("b.json");
  };
  expect_wrong_input(broken("{}"), "this is no analysis");
  expect_wrong_input(broken("{\"schema_version\": 1, \"layers\": ["), "b.json:1:");
  expect_wrong_input(broken(R"({"schema_version": 7, "layers": [], "totals": {}})"), "schema version 7 is not known");
  expect_wrong_input(
      broken(
          R"({"schema_version": 1, "model": "m", "device": "d", "phase": "inference", "layers": [{}], "totals": {}})"),
      "/layers/0");
  expect_wrong_input("resnet50 --hw l4 --baseline /no/such/file.json", "/no/such/file.json");
  REQUIRE(run_binary("analyze vgg16 --hw l4 --format json -o " + folder.file("vgg.json")).code == 0);
  expect_wrong_input("resnet50 --hw l4 --fail-on-regression 5% --baseline " + folder.file("vgg.json"),
                     "have few layers in common");
  std::string text = text_of_file(folder.path() / "vgg.json");
  const std::size_t total = text.rfind("\"time_s\"", text.find("\"by_category\""));
  text.insert(text.find(':', total) + 2, "9");
  expect_wrong_input(broken(text), "the total says");
}

TEST_CASE("a trace is of one network", "[cli][trace]") {
  const Outcome outcome = run_binary("analyze resnet50 vgg16 --hw l4 --format trace");
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.err, "trace of several networks"));
  const TemporaryFolder folder;
  REQUIRE(run_binary("analyze resnet50 --hw l4 -o " + folder.file("r.trace.json")).code == 0);
  CHECK(text_of_file(folder.path() / "r.trace.json").starts_with("{\"displayTimeUnit\""));
}

TEST_CASE("the figure of a comparison has a bar for each layer and side, with the times of the JSON", "[compare]") {
  const std::string words = "compare gpt2 --hw a100-sxm4-80gb --hw h100-sxm5 --top 4 --format ";
  const std::string figure = run_binary(words + "svg").out;
  const TemporaryFolder folder;
  write_text(folder.file("whole.json"), run_binary(words + "json").out);
  const auto document = Document::load(folder.file("whole.json"));
  std::size_t bars = 0;
  for (const Node& layer : document->root().find("layers")->items) {
    const std::string name = layer.find("name")->text;
    const std::string bar = "data-layer=\"" + name + "\" data-side=\"";
    if (figure.find(bar) == std::string::npos) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      CAPTURE(name, side);
      const std::size_t at = figure.find(bar + std::to_string(side + 1) + "\" data-time-s=\"");
      REQUIRE(at != std::string::npos);
      const std::size_t from = figure.find("data-time-s=\"", at) + 13;
      const Node& time = *layer.find("sides")->items[side].find("time_s");
      CHECK(std::stod(figure.substr(from)) == time.real);
      ++bars;
    }
  }
  CHECK(bars == 8);
}

}  // namespace
}  // namespace ridgepoint
