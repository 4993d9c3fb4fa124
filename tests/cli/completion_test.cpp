// What shells offer, asked as their scripts ask.

#include <algorithm>

#include "cli/command.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

// The words offered for the last of these, and ":files" where files fit.
std::vector<std::string> offered(std::vector<std::string> line) {
  line.insert(line.begin(), {"complete", "--"});
  const Outcome outcome = run_binary(line);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err == "");
  std::vector<std::string> words;
  std::istringstream lines(outcome.out);
  for (std::string text; std::getline(lines, text);) words.push_back(text.substr(0, text.find('\t')));
  return words;
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

using Words = std::vector<std::string>;

TEST_CASE("completion offers commands, models, devices, layers, options and their words", "[completion]") {
  CHECK(offered({"expl"}) == Words{"explain"});
  CHECK(offered({"analyze", "llama-3.1-4"}) == Words{"llama-3.1-405b", ":files"});
  CHECK(offered({"analyze", "gpt2", "--hw", "h200"}) == Words{"h200-sxm", ":files"});
  CHECK(offered({"explain", "gpt2", "layer.attention.o"}) == Words{"layer.attention.o"});
  CHECK(offered({"explain", "gpt2", "--phase", "pre"}) == Words{"prefill"});
  CHECK(offered({"analyze", "gpt2", "--phase=dec"}) == Words{"--phase=decode"});
  CHECK(offered({"analyze", "gpt2", "--phase", "=", "dec"}) == Words{"decode"});
  CHECK(offered({"analyze", "--dtype", "fp8"}) == Words{"fp8_e4m3", "fp8_e5m2"});
  CHECK(offered({"calibrate", "fi"}) == Words{"fit"});
  CHECK(offered({"calibrate", "fit", "--dry"}) == Words{"--dry-run"});
  CHECK(offered({"calibrate", "fit", "--samples", ""}) == Words{":files"});
  CHECK(offered({"list", "dev"}) == Words{"devices"});
  CHECK(offered({"schema", "a"}) == Words{"analysis"});
  CHECK(offered({"completion", ""}) == Words{"bash", "zsh", "fish"});
}

TEST_CASE("every command and every option of each is offered", "[completion]") {
  const Words all = offered({""});
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    CHECK(has(all, std::string(command.name)) != command.hidden);
    const Words options = offered({std::string(command.name), "--"});
    CHECK(has(options, "--help"));
  }
  CHECK(has(offered({"analyze", "--"}), "--kv-len"));
  CHECK(offered({"what-limits", "gpt2", "--format", ""}) == Words{"table", "json", "markdown"});
  CHECK(offered({"profile", "--format", ""}) == Words{"table", "trace", "csv"});
  CHECK(offered({"analyze", "gpt2", "--format", "p"}) == Words{"png"});
}

TEST_CASE("completion offers nothing where nothing is known, and never fails", "[completion]") {
  CHECK(offered({"no-such-command", ""}).empty());
  CHECK(offered({"analyze", "gpt2", "--batch", ""}).empty());
  CHECK(offered({"analyze", "gpt2", "--no-such=x"}).empty());
  CHECK(offered({"explain", "no-such-model", ""}).empty());
  CHECK(offered({}).size() > 5);
}

}  // namespace
}  // namespace ridgepoint
