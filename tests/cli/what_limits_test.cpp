// What limits a layer: every ratio is what a run with that change gives.

#include <fmt/format.h>

#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

std::shared_ptr<const Document> json_of(const std::string& line) {
  const Outcome outcome = run_binary(fmt::format("{} --format json", line));
  INFO(line << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return Document::parse("stdout", outcome.out);
}

// The time of a network, or of a layer's row.
double time_of(const Document& run, const std::string& layer) {
  if (layer.empty()) return run.root().find("totals")->find("time_s")->real;
  for (const Node& row : run.root().find("layers")->items) {
    if (row.find("name")->text == layer) return row.find("time_s")->real;
  }
  FAIL("no layer " << layer);
  return 0;
}

void check_changes(const std::string& run, const std::string& layer) {
  const auto limits = json_of(fmt::format("what-limits {} {}", run, layer));
  const std::string analysis = fmt::format("analyze {}", run);
  const auto now = json_of(analysis);
  CHECK(limits->root().find("subject")->find("time_s")->real == time_of(*now, layer));
  const std::vector<Node>& changes = limits->root().find("changes")->items;
  REQUIRE(changes.size() >= 8);
  for (const Node& change : changes) {
    const std::string& what = change.find("change")->text;
    const std::string option = what.substr(0, what.find(' '));
    if (!what.starts_with("--") || run.find(option) != std::string::npos) continue;  // options stand once
    INFO(run << " " << layer << ": " << what);
    const std::string subject = change.find("of")->text == "network" ? "" : layer;
    double ratio = time_of(*json_of(fmt::format("{} {}", analysis, what)), subject) / time_of(*now, subject);
    if (what.starts_with("--batch")) ratio /= 2;
    CHECK(change.find("time_ratio")->real == Approx(ratio).epsilon(1e-9));
  }
  std::string so_far = analysis;
  for (const Node& step : limits->root().find("limits")->items) {
    if (step.find("without")->kind == Node::Kind::kNull) break;
    so_far += fmt::format(" --what-if {}", step.find("without")->text);
    INFO(so_far);
    CHECK(step.find("time_ratio")->real == Approx(time_of(*json_of(so_far), layer) / time_of(*now, layer)));
  }
}

TEST_CASE("limits are what the changed runs give", "[limits]") {
  struct Case {
    const char* run;
    const char* layer;
  };
  for (const Case& c :
       std::array{Case{"llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 4096", ""},
                  Case{"llama-3.1-8b --hw a100-sxm4-80gb --phase decode", "layer.mlp.down"},
                  Case{"resnet50 --hw l40s", "stem.conv"}, Case{"gpt2 --hw h100-sxm5 --execution eager", ""}}) {
    check_changes(c.run, c.layer);
  }
}

TEST_CASE("explain names the limits behind the first", "[limits]") {
  const Outcome outcome = run_binary("explain llama-3.1-8b layer.mlp.up --hw h100-sxm5 --phase decode");
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("dram: without it (dram.bandwidth=x1000000)") != std::string::npos);
  const Outcome nothing = run_binary("what-limits llama-3.1-8b head_tokens --hw h100-sxm5 --phase decode");
  CHECK(nothing.out.find("it takes no time") != std::string::npos);
  const Outcome wrong = run_binary("what-limits llama-3.1-8b layer.mlp.upp --hw h100-sxm5");
  CHECK(wrong.code == 1);
  CHECK(wrong.err.find("did you mean") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
