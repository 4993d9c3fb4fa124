#include "io/json_text.hpp"

#include <string>

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

std::string rewritten(const std::string& text) { return json_text(Document::parse("f.json", text)->root()); }

TEST_CASE("JSON is written as it was read", "[json_text]") {
  for (const std::string text : {"null\n", "true\n", "-17\n", "0.1\n", "\"a\\\"b\\\\c\\n\\u0001\"\n", "[]\n", "{}\n"}) {
    CHECK(rewritten(text) == text);
  }
}

TEST_CASE("the kinds of numbers stay", "[json_text]") {
  CHECK(rewritten("[1, 1.0, 1e3, 362e12, 1.5e-6, 9007199254740993]") ==
        "[\n  1,\n  1.0,\n  1000.0,\n  362000000000000.0,\n  1.5e-06,\n  9007199254740993\n]\n");
}

TEST_CASE("what fits on a line and is not deep stands on one", "[json_text]") {
  CHECK(rewritten(R"({"a": {"b": 1, "c": [2, 3]}, "d": {"e": {"f": {"g": 4}}}})") ==
        "{\n"
        "  \"a\": {\"b\": 1, \"c\": [2, 3]},\n"
        "  \"d\": {\n"
        "    \"e\": {\"f\": {\"g\": 4}}\n"
        "  }\n"
        "}\n");
}

TEST_CASE("long values are broken over lines", "[json_text]") {
  const std::string word(60, 'x');
  CHECK(rewritten(R"({"a": [")" + word + R"(", ")" + word + R"("]})") ==
        "{\n  \"a\": [\n    \"" + word + "\",\n    \"" + word + "\"\n  ]\n}\n");
}

TEST_CASE("writing twice changes nothing", "[json_text]") {
  const std::string once = rewritten(R"({"a":{"b":[{"c":1e-300,"d":[]},null]},"é":"µs"})");
  CHECK(rewritten(once) == once);
}

}  // namespace
}  // namespace ridgepoint
