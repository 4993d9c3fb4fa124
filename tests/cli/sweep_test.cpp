// A sweep is many runs of `analyze`: the same numbers to the last bit, whatever the threads and shards.

#include <fmt/format.h>

#include "io/csv.hpp"
#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

std::shared_ptr<const Document> json_of(const std::string& line) {
  const Outcome outcome = run_binary(line + " --format json");
  INFO(line << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return Document::parse("stdout", outcome.out);
}

Outcome succeed(const std::string& line) {
  Outcome outcome = run_binary(line);
  INFO(line << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome;
}

std::string word(const Node& point, const char* key) {
  const Node* node = point.find(key);
  REQUIRE(node != nullptr);
  return node->kind == Node::Kind::kString ? node->text : fmt::format("{}", node->integer);
}

// The command line of a single run at a point; `settings` are the keys of --set.
std::string analysis_of(const Node& point, const std::vector<std::string>& settings, const std::string& rest) {
  std::string line = fmt::format("analyze {} --hw {} --phase {} --dtype {}{}", word(point, "model"),
                                 word(point, "device"), word(point, "phase"), word(point, "dtype"), rest);
  for (const char* key : {"batch", "seq", "kv_len"}) {
    const Node* size = point.find(key);
    if (size->kind == Node::Kind::kNull) continue;
    line += fmt::format(" {} {}", key == std::string("kv_len") ? "--kv-len" : std::string("--") + key, size->integer);
  }
  for (const std::string& key : settings) line += fmt::format(" --set {}={}", key, word(point, key.c_str()));
  if (point.find("dram.bandwidth") != nullptr) line += " --what-if dram.bandwidth=" + word(point, "dram.bandwidth");
  return line;
}

void check_point(const Node& point, const Node& totals) {
  for (const char* key : {"time_s", "time_p10_s", "time_p90_s", "roofline_time_s", "flops", "arithmetic_intensity"}) {
    INFO(key);
    CHECK(point.find(key)->real == totals.find(key)->real);
  }
  CHECK(point.find("bytes")->real == totals.find("bytes_read")->real + totals.find("bytes_written")->real);
  CHECK(point.find("memory_bytes")->real == totals.find("memory")->find("total_bytes")->real);
}

TEST_CASE("every point of a sweep is what analyze says", "[sweep]") {
  struct Case {
    std::string line;
    std::vector<std::string> settings;
    std::size_t points;
    std::string rest{};
  };
  const std::vector<Case> cases{
      {"llama-3.1-8b --hw h100-sxm5 --hw a100-sxm4-80gb --phase prefill,decode --batch 1,64:128:x2 --kv-len 4096 --seq "
       "1",
       {},
       12},
      {"gpt2 --hw l40s --phase training --dtype fp16,bf16 --seq 128,512 --batch 4 --set layers=2:6:+4", {"layers"}, 8},
      {"llama-3.1-8b --hw h100-sxm5 --phase decode --what-if dram.bandwidth=x0.5:x2:x2 --batch 1:3", {}, 9},
      {"resnet50 --hw epyc-9654 --dtype fp32 --batch 1:16:x4 --execution eager", {}, 3, " --execution eager"},
      {"dlrm --hw h100-sxm5 --dtype fp32 --set dim=32,64 --batch 2048", {"dim"}, 2},
      {"resnet50 --hw h100-sxm5 --dtype fp16 --set stages=(3,4,6,3),(3,4,23,3) --batch 8", {"stages"}, 2},
  };
  for (const Case& c : cases) {
    const auto sweep = json_of("sweep " + c.line);
    const std::vector<Node>& points = sweep->root().find("points")->items;
    REQUIRE(points.size() == c.points);
    for (const Node& point : points) {
      const std::string line = analysis_of(point, c.settings, c.rest);
      INFO(line);
      check_point(point, *json_of(line)->root().find("totals"));
    }
  }
}

TEST_CASE("what does not depend on threads", "[sweep]") {
  const std::string line = "sweep bert-base --hw h100-sxm5 --dtype bf16 --batch 1:40 --seq 64,128 --format csv";
  const std::string one = succeed(line + " --jobs 1").out;
  CHECK(succeed(line + " --jobs 5").out == one);
  const CsvTable table = parse_csv("rows", one);
  REQUIRE(table.rows.size() == 80);
  const auto batch = static_cast<std::size_t>(table.column("batch"));
  CHECK(table.rows[0].fields[batch] == "1");
  CHECK(table.rows[39].fields[batch] == "40");
  CHECK(table.rows[40].fields[batch] == "1");
}

TEST_CASE("points that cannot be are rows with a reason", "[sweep]") {
  const auto sweep = json_of("sweep bert-base --hw p100-pcie-16gb --dtype fp16,fp8_e4m3 --seq 512,1024 --batch 1,4096");
  const std::vector<Node>& points = sweep->root().find("points")->items;
  REQUIRE(points.size() == 8);
  CHECK(word(points[0], "status") == "ok");
  CHECK(points[0].find("reason")->kind == Node::Kind::kNull);
  CHECK(word(points[1], "status") == "out of memory");
  CHECK(word(points[1], "reason").find("of 14.9 GiB") != std::string::npos);
  CHECK(points[1].find("time_s")->real > 0);
  CHECK(word(points[2], "status") == "impossible");  // a learned table of 512 positions
  CHECK(points[2].find("time_s")->kind == Node::Kind::kNull);
  CHECK(word(points[2], "seq") == "1024");
  CHECK(word(points[4], "dtype") == "fp8_e4m3");
  CHECK(word(points[4], "reason").find("no fp8_e4m3 arithmetic") != std::string::npos);
}

TEST_CASE("curves say where throughput, memory and the ridge point are", "[sweep]") {
  const auto sweep = json_of("sweep llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 4096 --batch 1:512:x2");
  const std::vector<Node>& curves = sweep->root().find("curves")->items;
  REQUIRE(curves.size() == 1);
  const Node& curve = curves[0];
  CHECK(curve.find("axis")->text == "batch");
  CHECK(curve.find("last_that_fits")->text == "64");
  CHECK(curve.find("first_out_of_memory")->text == "128");
  // The same end of memory as analyze computes another way.
  const auto run = json_of("analyze llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 4096");
  const double largest = run->root().find("totals")->find("memory")->find("largest_batch")->real;
  CHECK(curve.find("largest_that_fits")->real == Approx(largest).margin(1));
  const std::vector<Node>& points = sweep->root().find("points")->items;
  double best = 0;
  for (const Node& point : points) {
    if (point.find("status")->text == "ok") best = std::max(best, point.find("samples_per_s")->real);
  }
  std::string near;
  for (const Node& point : points) {
    if (near.empty() && point.find("samples_per_s")->real >= 0.9 * best) near = word(point, "batch");
  }
  CHECK(curve.find("near_best_from")->text == near);
  const auto* mlp = curve.find("ridge_crossings");
  const auto crosses = [&](const Node& c) {
    return c.find("layer")->text.ends_with("mlp.up") && c.find("between")->items[0].text == "256";
  };
  CHECK(std::any_of(mlp->items.begin(), mlp->items.end(), crosses));  // 295 FLOP/B: n = 295 rows of bf16
}

TEST_CASE("shards merge to the undivided sweep", "[sweep]") {
  const TemporaryFolder folder;
  const std::string line = "sweep gpt2 --hw h100-sxm5 --dtype bf16 --batch 1:10 --seq 64,128 --format csv";
  const std::string whole = succeed(line).out;
  std::string files;
  for (int i = 3; i >= 1; --i) {
    succeed(fmt::format("{} --shard {}/3 -o {}", line, i, folder.file(fmt::format("{}.csv", i))));
    files += " " + folder.file(fmt::format("{}.csv", i));
  }
  CHECK(succeed("merge" + files).out == whole);
  const std::string first = folder.file("1.csv");
  CHECK(run_binary("merge " + first + " " + folder.file("3.csv")).err.find("missing: shard 2/3") != std::string::npos);
  CHECK(run_binary("merge" + files + " " + first).err.find("shard 1/3 is there twice") != std::string::npos);
  const std::string text = text_of_file(first);
  write_text(first, text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  CHECK(run_binary("merge" + files).err.find("shard 1/3 has 5 of 6 points") != std::string::npos);
  succeed("sweep gpt2 --hw a30 --dtype bf16 --batch 1:10 --seq 64,128 --format csv --shard 1/3 -o " + first);
  CHECK(run_binary("merge" + files).err.find("is of another sweep than") != std::string::npos);
  write_text(first, whole);
  CHECK(run_binary("merge" + files).err.find("this is no shard of a sweep") != std::string::npos);
}

TEST_CASE("wrong sweeps get one message", "[sweep]") {
  struct Case {
    std::string options;
    std::string message;
  };
  const std::vector<Case> cases{
      {"--batch 1:x:x2", "--batch:1:3: error: \"x\" is no end of a range"},
      {"--batch 1:8:2", "--batch:1:5: error: \"2\" is no step of a range"},
      {"--batch 1:8:x1", "a factor above 1"},
      {"--batch 8:1:x2", "ends before it starts"},
      {"--batch 1,,2", "--batch:1:3: error: a value is missing"},
      {"--batch 1:2:+1:4", "at most three parts"},
      {"--dtype bf16,bf17", "did you mean \"bf16\"?"},
      {"--phase prefil", "did you mean \"prefill\"?"},
      {"--set hiden=64:128:+64", "did you mean \"hidden\"?"},
      {"--what-if dram.bandwith=x2", "did you mean \"dram.bandwidth\"?"},
      {"--what-if dram.bandwidth=x1:x4", "a range without a step"},
      {"--batch 1 --shard 4/3", "--shard \"4/3\" is no shard"},
      {"--batch 1 --shard 1/3 --format json", "a shard has rows alone"},
      {"--set seq=1:4 --seq 1:4", "\"seq\" is swept twice"},
  };
  for (const Case& c : cases) {
    const Outcome outcome = run_binary("sweep gpt2 --hw h100-sxm5 " + c.options);
    INFO(c.options << "\n" << outcome.err);
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(c.message) != std::string::npos);
  }
}

}  // namespace
}  // namespace ridgepoint
