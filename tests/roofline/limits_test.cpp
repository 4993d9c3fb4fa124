// How many sequences, and how long ones, a device holds.

#include <fmt/format.h>

#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

// `totals.memory` of a run on an H100.
std::shared_ptr<const Document> analysis(const std::string& line) {
  const Outcome outcome = run_binary("analyze " + line + " --hw h100-sxm5 --format json");
  INFO(line << "\n" << outcome.err);
  REQUIRE(outcome.code == 0);
  return Document::parse("stdout", outcome.out);
}

const Node* memory_of(const Document& run, const char* key) {
  return run.root().find("totals")->find("memory")->find(key);
}

double needs(const std::string& line) { return memory_of(*analysis(line), "total_bytes")->real; }

TEST_CASE("the largest batch and the longest context fit, and one more does not", "[limits]") {
  const auto now = analysis("llama-3.1-8b --phase decode --batch 4 --kv-len 8192");
  // 32 layers of 8 heads of 128 keys and as many values, in two bytes each.
  CHECK(memory_of(*now, "kv_cache_bytes_per_token")->real == 32 * 2 * 8 * 128 * 2);
  CHECK(memory_of(*now, "kv_cache_bytes_per_sequence")->real == 8192.0 * 32 * 2 * 8 * 128 * 2);
  const double capacity = 80e9;
  const std::int64_t batch = memory_of(*now, "largest_batch")->integer;
  const std::int64_t context = memory_of(*now, "largest_kv_len")->integer;
  const auto line = [](std::int64_t b, std::int64_t c) {
    return fmt::format("llama-3.1-8b --phase decode --batch {} --kv-len {}", b, c);
  };
  CHECK(needs(line(batch, 8192)) <= capacity);
  CHECK(needs(line(batch + 1, 8192)) > capacity);
  CHECK(needs(line(4, context)) <= capacity);
  CHECK(needs(line(4, context + 1)) > capacity);
}

TEST_CASE("only what decodes has limits of its cache, and what does not fit has none", "[limits]") {
  CHECK(memory_of(*analysis("llama-3.1-8b --phase prefill"), "largest_batch") == nullptr);
  CHECK(memory_of(*analysis("resnet50"), "largest_batch") == nullptr);
  CHECK(memory_of(*analysis("llama-3.1-405b --phase decode"), "largest_batch")->integer == 0);
}

}  // namespace
}  // namespace ridgepoint
