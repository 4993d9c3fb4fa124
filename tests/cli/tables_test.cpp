// `ridgepoint tables`: its rows, its parts, and what it says of wrong input.

#include <fmt/format.h>

#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

std::shared_ptr<const Document> tables_json(const std::string& line) {
  const Outcome outcome = run_binary(fmt::format("tables {} --format json", line));
  INFO(line << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return Document::parse("stdout", outcome.out);
}

double number(const Node& object, std::string_view key) {
  const Node* node = object.find(key);
  REQUIRE(node != nullptr);
  return node->kind == Node::Kind::kInteger ? static_cast<double>(node->integer) : node->real;
}

TEST_CASE("parts of a step add up to it, on one device and on many", "[tables]") {
  for (const char* line :
       {"dlrm --hw h100-sxm5", "dlrm-dcnv2 --hw a100-sxm4-40gb --set access=zipf:1.1",
        "dlrm-dcnv2 --hw h100-sxm5 --devices 8 --phase training --optimizer rowwise_adagrad",
        "din-amazon-electronics --hw l4 --set access=zipf:1", "dlrm-10tb --hw h100-sxm5 --devices 16"}) {
    CAPTURE(line);
    const auto report = tables_json(line);
    double sum = 0;
    double all = 0;
    for (const Node& part : report->root().find("parts")->items) {
      (part.find("part")->text == "all" ? all : sum) += number(part, "time_s");
    }
    CHECK(sum == Approx(all).epsilon(1e-9));
    CHECK(number(report->root(), "time_s") == Approx(all).epsilon(1e-9));
    for (const Node& row : report->root().find("tables")->items) {
      const double shares =
          number(row, "l2_share") + number(row, "dram_share") + number(row, "host_share") + number(row, "ssd_share");
      CHECK(shares == Approx(1).epsilon(1e-6));
    }
    double before = 0;
    for (const Node& row : report->root().find("shrunk")->items) {
      CHECK(number(row, "time_s") >= before * (1 - 1e-9));
      before = number(row, "time_s");
    }
  }
}

TEST_CASE("10 TB on 16 accelerators lie in their memories, their hosts and their storage", "[tables]") {
  const auto report = tables_json("dlrm-10tb --hw h100-sxm5 --devices 16 --phase training --optimizer rowwise_adagrad");
  const auto& levels = report->root().find("levels")->items;
  double used = 0;
  for (const Node& level : levels) {
    CHECK(number(level, "used_bytes") <= number(level, "capacity_bytes") * (1 + 1e-9));
    used += number(level, "used_bytes");
  }
  CHECK(used * 16 >= 10e12);
  CHECK(number(levels[0], "draws_share") > 0.5);
  CHECK(number(levels[0], "used_bytes") * 16 < 0.2 * used * 16);
}

TEST_CASE("what tables cannot do is said with what would do", "[tables]") {
  const auto message = [](const std::string& line) {
    const Outcome outcome = run_binary("tables " + line);
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  const auto check = [&](const std::string& line, const std::string& what, const std::string& expected) {
    const std::string text = message(line);
    CAPTURE(line, text);
    CHECK(text.find(what) != std::string::npos);
    CHECK(text.find(expected) != std::string::npos);
  };
  check("dlrm-10tb --hw h100-sxm5", "fit nowhere", "about 3 devices");
  check("resnet50 --hw h100-sxm5", "resnet50 has no embedding tables", "embedding_bag");
  check("dlrm --hw h100-sxm5 --devices 0", "--devices \"0\" is no number of devices", "1 to 1000000");
  check("dlrm --hw h100-sxm5 --devices 4096", "a batch of 2048 for 4096 devices", "a sample for each");
  check("dlrm --hw h100-sxm5 --grow 10", "--grow \"10\" is no factor", "x0.1,x1,x10");
  check("dlrm --hw h100-sxm5 --latency fast", "--latency \"fast\" is no time", "10ms");
  check("dlrm --hw h100-sxm5 --around host.capactiy=1TB", "sets nothing", "did you mean \"host.capacity\"?");
  check("dlrm --hw h100-sxm5 --around host.capacity=much", "is no value", "a number in B");
  check("dlrm --hw h100-sxm5 --plan rows", "unknown plan \"rows\"", "did you mean \"row\"?");
  check("dlrm --hw h100-sxm5 --host-access pined", "unknown host access \"pined\"", "did you mean \"pinned\"?");
  check("dlrm --hw h100-sxm5 --set access=zpf:1", "unknown law \"zpf:1\" of accesses", "zipf:EXPONENT");
}

TEST_CASE("all formats have the same tables", "[tables]") {
  const std::string line = "tables dlrm --hw h100-sxm5 --set access=zipf:1 --top 0 --format ";
  const Outcome csv = run_binary(line + "csv");
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 27);
  CHECK(csv.out.starts_with("table,rows,dim,table_bytes,pooling,access,"));
  const Outcome markdown = run_binary(line + "markdown");
  CHECK(markdown.out.find("| embeddings.1 |") != std::string::npos);
  const Outcome top = run_binary("tables dlrm --hw h100-sxm5 --top 5");
  CHECK(top.out.find("21 others") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
