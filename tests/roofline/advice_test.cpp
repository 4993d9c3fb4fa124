// What would help is computed: each ratio is what a run with that change gives.

#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

std::shared_ptr<const Document> analysis(const std::string& line) {
  const Outcome outcome = run_binary("analyze " + line + " --format json");
  INFO(line << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return Document::parse("stdout", outcome.out);
}

double total_time(const Document& run) { return run.root().find("totals")->find("time_s")->real; }

double layer_time(const Document& run, const std::string& name) {
  for (const Node& layer : run.root().find("layers")->items) {
    if (layer.find("name")->text == name) return layer.find("time_s")->real;
  }
  FAIL("no layer " << name);
  return 0;
}

// Runs the change and compares. The command line's last word on an option wins.
void check_change(const std::string& line, const Document& now, const std::string& layer, const Node& change) {
  const std::string& what = change.find("change")->text;
  if (!what.starts_with("--")) return;
  INFO(line << " and " << what);
  const auto changed = analysis(line + " " + what);
  const bool all = change.find("of")->text == "network";
  double ratio = all ? total_time(*changed) / total_time(now) : layer_time(*changed, layer) / layer_time(now, layer);
  if (what.starts_with("--batch")) ratio /= 2;
  CHECK(change.find("time_ratio")->real == Approx(ratio).epsilon(1e-6));
  CHECK(ratio < 0.97);
}

TEST_CASE("advice is what the changed run gives", "[advice]") {
  int changes = 0;
  for (const char* line : {"resnet50 --hw h100-sxm5", "bert-large --hw v100-sxm2-16gb",
                           "dlrm --hw a100-sxm4-80gb --phase training", "llama-3.1-8b --hw h100-sxm5 --phase decode",
                           "gcn-ogbn-arxiv --hw l40s", "gpt2 --hw a100-sxm4-40gb", "squeezenet1_0 --hw t4"}) {
    const auto now = analysis(line);
    const Node& advice = *now->root().find("advice");
    CHECK(advice.items.size() == 3);
    double before = INFINITY;
    for (const Node& item : advice.items) {
      const std::string& layer = item.find("layer")->text;
      CHECK(layer_time(*now, layer) <= before);  // what matters most comes first
      before = layer_time(*now, layer);
      CHECK(!item.find("why")->text.empty());
      for (const Node& change : item.find("changes")->items) {
        check_change(line, *now, layer, change);
        ++changes;
      }
    }
  }
  CHECK(changes > 20);
}

TEST_CASE("issuing kernels one by one is advised against where it costs time", "[advice]") {
  const auto now = analysis("squeezenet1_0 --hw h100-sxm5 --fusion full --execution eager --batch 1");
  CHECK(now->root().find("advice")->items.front().find("why")->text.starts_with("host-bound: 1 kernels of "));
}

}  // namespace
}  // namespace ridgepoint
