#include "io/access_file.hpp"

#include "core/error.hpp"
#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

std::string message_of(std::string_view text) {
  try {
    parse_accesses("ids.csv", text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void check_message(std::string_view text, std::string_view start, std::string_view expected) {
  const std::string message = message_of(text);
  CAPTURE(message);
  CHECK(message.starts_with(start));
  CHECK(message.find(expected) != std::string::npos);
}

TEST_CASE("a histogram, shares and a trace of the same accesses are the same law", "[io][access]") {
  const CountedAccesses counts = parse_accesses("a.csv", "id,count\n7,3\n2,1\n\n0,4\r\n5,0\n");
  const CountedAccesses shares = parse_accesses("a.csv", "id,share\n7,0.375\n2,0.125\n0,0.5\n5,0\n");
  const CountedAccesses trace = parse_accesses("a.csv", "id\n7\n0\n7\n0\n2\n7\n0\n0\n");
  CHECK(counts.largest_id == 7);
  CHECK(counts.largest_line == 2);
  CHECK(counts.seen == 4);
  CHECK(trace.seen == 3);
  for (const CountedAccesses* each : {&counts, &shares, &trace}) {
    const AccessLaw law = AccessLaw::of_counts(each->counts);
    CHECK(law.top_share(1) == Approx(0.5));
    CHECK(law.top_share(2) == Approx(0.875));
    CHECK(law.distinct(1e6) == Approx(3));
  }
}

TEST_CASE("ranks that are left out follow the power law through their neighbours", "[io][access]") {
  // 1e9 / rank^1, as eleven lines.
  std::string text = "rank,count\n";
  for (double rank = 1; rank <= 1e9; rank *= 10)
    text += std::to_string(static_cast<long>(rank)) + "," + std::to_string(static_cast<long>(1e9 / rank)) + "\n";
  const CountedAccesses ranks = parse_accesses("ranks.csv", text);
  CHECK(ranks.seen == 1e9);
  CHECK(ranks.largest_id == 999999999);
  const AccessLaw law = AccessLaw::of_counts(ranks.counts);
  const AccessLaw zipf = AccessLaw::zipf(1e9, 1);
  CHECK(law.rows() == 1e9);
  CHECK(law.distinct(1e6) == Approx(zipf.distinct(1e6)).epsilon(0.01));
  CHECK(law.top_share(1e5) == Approx(zipf.top_share(1e5)).epsilon(0.01));
  CHECK(law.lru_hit_rate(1e5) == Approx(zipf.lru_hit_rate(1e5)).epsilon(0.01));
}

TEST_CASE("what is no file of accesses is named with its line", "[io][access]") {
  check_message("", "ids.csv: error: an empty file", "id,count");
  check_message("id,cuont\n", "ids.csv:1:1: error: unknown header \"id,cuont\"", "did you mean \"id,count\"?");
  check_message("id,count\n1,2\n3,x\n", "ids.csv:3:1: error: \"x\" is no count", "at least 0");
  check_message("id,count\n1,2\n3,-1\n", "ids.csv:3:1: error: \"-1\" is no count", "at least 0");
  check_message("id,count\n1,nan\n", "ids.csv:2:1: error: \"nan\" is no count", "at least 0");
  check_message("id,count\n1,2\n1,3\n", "ids.csv:3:1: error: id 1 was counted before, in line 2", "each id once");
  check_message("id,count\n-1,2\n", "ids.csv:2:1: error: \"-1\" is no id", "at least 0");
  check_message("id,count\n1;2\n", "ids.csv:2:1: error: not two fields", "comma");
  check_message("id,count\n1,0\n", "ids.csv: error: no row was ever taken", "above 0");
  check_message("id,share\n1,0.5\n2,0.3\n", "ids.csv: error: the shares sum to 0.8", "1, within 0.001");
  check_message("id\n", "ids.csv: error: a trace without ids", "one id a line");
  check_message("id\n3\n4.5\n", "ids.csv:3:1: error: \"4.5\" is no id", "integer");
  check_message("rank,count\n2,5\n", "ids.csv:2:1: error: ranks do not begin", "rank 1");
  check_message("rank,count\n1,5\n4,6\n", "ids.csv:3:1: error: rank 4 was taken more often than rank 1", "fall");
  check_message("rank,count\n1,5\n9,3\n4,2\n", "ids.csv:4:1: error: rank 4 behind rank 9", "rise");
  check_message("rank,count\n", "ids.csv: error: no ranks", "rank 1");
}

}  // namespace
}  // namespace ridgepoint
