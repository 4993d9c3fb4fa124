#include "core/text.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

using namespace std::string_view_literals;
using Words = std::vector<std::string_view>;

TEST_CASE("edit distance counts insertions, deletions, replacements and adjacent swaps", "[core][text]") {
  struct Case {
    std::string_view a;
    std::string_view b;
    std::size_t distance;
  };
  const std::vector<Case> cases{
      {"", "", 0},       {"", "abc", 3},           {"abc", "", 3},        {"abc", "abc", 0},
      {"abc", "abd", 1}, {"abc", "ab", 1},         {"abc", "xabc", 1},    {"abcd", "abdc", 1},
      {"ca", "abc", 3},  {"kitten", "sitting", 3}, {"batch", "btach", 1}, {"abcdef", "fedcba", 5},
  };
  for (const Case& c : cases) {
    CAPTURE(c.a, c.b);
    CHECK(edit_distance(c.a, c.b) == c.distance);
    CHECK(edit_distance(c.b, c.a) == c.distance);
  }
}

TEST_CASE("the nearest word is a slip of the hand away, or the start or end of a name", "[core][text]") {
  const Words devices{"h100-sxm5", "h100-pcie", "a100-sxm4-80gb", "t4", "mi300x"};
  CHECK(nearest("h100-smx5", devices) == "h100-sxm5");
  CHECK(nearest("h100-pci", devices) == "h100-pcie");
  CHECK(nearest("h100", devices) == "h100-sxm5");
  CHECK(nearest("80gb", devices) == "a100-sxm4-80gb");
  CHECK(nearest("t5", devices) == "t4");
  CHECK(nearest("mi300", devices) == "mi300x");
  CHECK(nearest("", devices).empty());
  CHECK(nearest("x", devices).empty());
  CHECK(nearest("epyc", devices).empty());
  CHECK(nearest(std::string(1000, 'h'), devices).empty());
  CHECK(nearest("h100", Words{}).empty());
}

TEST_CASE("choices are joined as a sentence", "[core][text]") {
  CHECK(join_choices(Words{}).empty());
  CHECK(join_choices(Words{"a"}) == "a");
  CHECK(join_choices(Words{"a", "b"}) == "a or b");
  CHECK(join_choices(Words{"a", "b", "c"}) == "a, b or c");
  CHECK(join_choices(Words{"a", "b", "c"}, 3) == "a, b or c");
  CHECK(join_choices(Words{"a", "b", "c"}, 2) == "a, b, ... (3 in all)");
}

TEST_CASE("quoted words are safe to print", "[core][text]") {
  struct Case {
    std::string_view word;
    std::string_view quoted;
  };
  const std::vector<Case> cases{
      {"", R"("")"},
      {"relu", R"("relu")"},
      {"a \"b\" \\", R"("a \"b\" \\")"},
      {"a\nb\tc\x7f", R"("a\x0ab\x09c\x7f")"},
      {"\x1b[2J", R"("\x1b[2J")"},
      {"a\0b"sv, R"("a\x00b")"},
      {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
      {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
      {"\xc2\x9b"
       "2J",
       R"("\xc2\x9b2J")"},
      {"a\xff\xc3", R"("a\xff\xc3")"},
  };
  for (const Case& c : cases) CHECK(in_quotes(c.word) == c.quoted);
}

TEST_CASE("long words are cut between characters", "[core][text]") {
  CHECK(in_quotes(std::string(60, 'a')) == "\"" + std::string(60, 'a') + "\"");
  CHECK(in_quotes(std::string(61, 'a')) == "\"" + std::string(60, 'a') + "...\"");
  const std::string e_acute = "\xc3\xa9";
  CHECK(in_quotes(std::string(59, 'a') + e_acute + "b") == "\"" + std::string(59, 'a') + "...\"");
  CHECK(in_quotes(std::string(58, 'a') + e_acute + "b") == "\"" + std::string(58, 'a') + e_acute + "...\"");
  const std::string smile = "\xf0\x9f\x98\x80";
  CHECK(in_quotes(std::string(57, 'a') + smile + "b") == "\"" + std::string(57, 'a') + "...\"");
}

TEST_CASE("printable text keeps quotes and backslashes", "[core][text]") {
  CHECK(printable("/a~1b/\"c\"\\") == "/a~1b/\"c\"\\");
  CHECK(printable("/\x1b[31m\xff") == "/\\x1b[31m\\xff");
}

TEST_CASE("UTF-8 is told from what only looks like it", "[core][text]") {
  const Words valid{
      "",             // empty
      "abc\0\x7f"sv,  // ASCII
      "\xc2\x80",
      "\xdf\xbf",  // first and last of two bytes
      "\xe0\xa0\x80",
      "\xed\x9f\xbf",  // first of three bytes, last before the surrogates
      "\xee\x80\x80",
      "\xef\xbf\xbf",  // first behind the surrogates, last of three bytes
      "\xf0\x90\x80\x80",
      "\xf4\x8f\xbf\xbf",  // first and last of four bytes
      "a\xc3\xa9z",        // between others
  };
  for (const std::string_view text : valid) {
    CAPTURE(in_quotes(text));
    CHECK(is_utf8(text));
  }
  const Words invalid{
      "\x80",
      "\xbf",
      "a\x80",  // a continuation alone
      "\xc2",
      "\xe0\xa0",
      "\xf0\x90\x80",
      "\xe0",  // cut short
      "\xc2z",
      "\xe0\xa0z",
      "\xf0\x90\x80z",  // not continued
      "\xc0\x80",
      "\xc1\xbf",
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",  // longer than needed
      "\xed\xa0\x80",
      "\xed\xbf\xbf",  // surrogates
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xff",
      "\xfe",  // beyond U+10FFFF
  };
  for (const std::string_view text : invalid) {
    CAPTURE(in_quotes(text));
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("the good start of broken UTF-8 is measured", "[core][text]") {
  CHECK(utf8_prefix("caf\xc3\xa9") == 5);
  CHECK(utf8_prefix("caf\xc3") == 3);
  CHECK(utf8_prefix("caf\xe9 au lait") == 3);
  CHECK(utf8_prefix("\xff") == 0);
}

}  // namespace
}  // namespace ridgepoint
