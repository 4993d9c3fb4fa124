#include "io/document.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using Kind = Node::Kind;

std::shared_ptr<const Document> parse(std::string text) { return Document::parse("f.json", std::move(text)); }

// The message for a bad text.
std::string complaint(std::string text) {
  return message_of([&] { parse(std::move(text)); });
}

// The message for a bad one-line text.
std::string at_column(std::size_t column, const std::string& what, const std::string& line,
                      const std::string& expected) {
  return "f.json:1:" + std::to_string(column) + ": error: " + what + "\n     1 | " + line + "\n       | " +
         std::string(column - 1, ' ') + "^\n  expected " + expected + "\n";
}

// What is known of each value, in the order of the file: where it is, and its kind.
struct Place {
  std::size_t line;
  std::size_t column;
  std::string pointer;
  Kind kind;
  friend bool operator==(const Place&, const Place&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Place& p) {
    return out << p.line << ':' << p.column << ' ' << p.pointer << ' ' << describe(p.kind);
  }
};

std::vector<Place> places(const Document& document) {
  std::vector<Place> found;
  const std::function<void(const Node&)> walk = [&](const Node& node) {
    const Location location = document.locate(node.offset);
    found.push_back({location.line, location.column, location.pointer, node.kind});
    for (const Node& item : node.items) walk(item);
  };
  walk(document.root());
  return found;
}

TEST_CASE("every value knows its line, column and pointer", "[io][document]") {
  const std::vector<Place> expected{
      {1, 1, "", Kind::kObject},
      {2, 12, "/null", Kind::kNull},
      {3, 11, "/yes", Kind::kBoolean},
      {4, 8, "/n", Kind::kInteger},
      {5, 8, "/r", Kind::kReal},
      {6, 10, "/str", Kind::kString},
      {7, 10, "/list", Kind::kArray},
      {7, 11, "/list/0", Kind::kInteger},
      {7, 13, "/list/1", Kind::kReal},
      {7, 18, "/list/2", Kind::kArray},
      {7, 20, "/list/2/0", Kind::kInteger},
      {7, 25, "/list/3", Kind::kString},
      {8, 12, "/a~1b~0c", Kind::kObject},
      {8, 18, "/a~1b~0c/", Kind::kInteger},
      {8, 27, "/a~1b~0c/in", Kind::kObject},
      {8, 32, "/a~1b~0c/in/x", Kind::kInteger},
      {9, 12, "/last", Kind::kReal},
  };
  const std::string text =
      "{\n"
      "  \"null\" : null,\n"
      "  \"yes\" :\ttrue,\n"
      "  \"n\": -12,\n"
      "  \"r\": 0.5,\n"
      "  \"str\": \"a,:]}\\\"\",\n"
      "  \"list\":[1,2e0 ,[ 3],  \"x\" ],\n"
      "  \"a/b~c\": { \"\": 1, \"in\": {\"x\":2}},\n"
      "  \"last\" : 1.5}\n";
  CHECK(places(*parse(text)) == expected);
}

TEST_CASE("lines end in CR LF too", "[io][document]") {
  const auto document = parse("{\r\n  \"a\": 1,\r\n  \"b\": [2,\r\n3]\r\n}\r\n");
  CHECK(places(*document) == std::vector<Place>{{1, 1, "", Kind::kObject},
                                                {2, 8, "/a", Kind::kInteger},
                                                {3, 8, "/b", Kind::kArray},
                                                {3, 9, "/b/0", Kind::kInteger},
                                                {4, 1, "/b/1", Kind::kInteger}});
  CHECK(document->locate(document->root().items[0].offset).source_line == "  \"a\": 1,");
  CHECK(complaint("[\r\n  x\r\n]\r\n") ==
        "f.json:2:3: error: this is not valid JSON\n     2 |   x\n       |   ^\n  expected a JSON value\n");
}

TEST_CASE("a number is in its place whatever ends it", "[io][document]") {
  for (const std::string end : {"", " ", "\t", "\n", "\r\n"}) {
    for (const std::string number : {"7", "-7", "0", "0.25", "7e2", "7E+2"}) {
      CAPTURE(number, end);
      CHECK(places(*parse(number + end)).front().column == 1);
      const auto list = parse("[" + number + end + "," + number + end + "]");
      CHECK(list->root().items[0].offset == 1);
      CHECK(list->root().items[1].offset == 2 + number.size() + end.size());
      const auto object = parse("{\"a\":" + number + end + ",\"b\":{\"c\":" + number + end + "}}");
      const Node& b = object->root().items[1];
      CHECK(object->root().items[0].offset == 5);
      CHECK(b.key_offset == 6 + number.size() + end.size());
      CHECK(b.items[0].offset == b.offset + 5);
    }
  }
}

TEST_CASE("values are what they say", "[io][document]") {
  const auto document =
      parse(R"({"t": true, "f": false, "s": "\u00e9\n\ud83d\ude00\/", "i": -3, "r": 2.5, "z": null})");
  const Node& root = document->root();
  CHECK(root.find("t")->boolean);
  CHECK_FALSE(root.find("f")->boolean);
  CHECK(root.find("s")->text == "\xc3\xa9\n\xf0\x9f\x98\x80/");
  CHECK(root.find("i")->integer == -3);
  CHECK(root.find("i")->real == -3.0);
  CHECK(root.find("r")->real == 2.5);
  CHECK(root.find("z")->kind == Kind::kNull);
  CHECK(root.find("absent") == nullptr);
  CHECK(root.items.front().key == "t");
  CHECK(root.items.back().key == "z");
}

TEST_CASE("numbers keep their value to the edge", "[io][document]") {
  struct Case {
    std::string text;
    Kind kind;
    std::int64_t integer;
    double real;
  };
  const std::vector<Case> cases{
      {"9223372036854775807", Kind::kInteger, INT64_MAX, 9223372036854775807.0},
      {"-9223372036854775808", Kind::kInteger, INT64_MIN, -9223372036854775808.0},
      {"1e3", Kind::kReal, 1000, 1000},
      {"1.5E+1", Kind::kReal, 15, 15},
      {"9007199254740992.0", Kind::kReal, 9007199254740992, 9007199254740992.0},
      {"0.5", Kind::kReal, 0, 0.5},
      {"1e300", Kind::kReal, 0, 1e300},
      {"1.7976931348623157e308", Kind::kReal, 0, 1.7976931348623157e308},
      {"1e-400", Kind::kReal, 0, 0},
      {"-0", Kind::kInteger, 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto document = parse(c.text);
    CHECK(document->root().kind == c.kind);
    CHECK(document->root().integer == c.integer);
    CHECK(document->root().real == c.real);
  }
}

TEST_CASE("numbers past the edge are errors", "[io][document]") {
  const std::string what = "the integer is too large";
  const std::string expected = "an integer from -2^63 to 2^63 - 1";
  CHECK(complaint("[1, 9223372036854775808]") == at_column(5, what, "[1, 9223372036854775808]", expected));
  CHECK(complaint("[-9223372036854775809]") == at_column(2, what, "[-9223372036854775809]", expected));
  CHECK(complaint("18446744073709551616") == at_column(1, what, "18446744073709551616", expected));
  for (const std::string text : {"1e400", "[0, 1e400]", "{\"a\": -1e400}", "[1e400, 2]"}) {
    CAPTURE(text);
    const std::size_t column = text.find_first_of("-1") + 1;
    CHECK(complaint(text) == at_column(column, "the number is too large", text, "a number below 1.8e308"));
  }
}

TEST_CASE("what is not JSON is pointed at", "[io][document]") {
  struct Case {
    std::string text;
    std::size_t column;
    std::string expected;
  };
  const std::string value = "a JSON value";
  const std::string nothing = "nothing behind the JSON value";
  const std::vector<Case> cases{
      {"NaN", 1, value},
      {"[NaN]", 2, value},
      {"nan", 2, value},
      {"Infinity", 1, value},
      {"[-Infinity]", 3, "a digit"},
      {"[1.]", 4, "a digit"},
      {"[1e]", 4, "a digit"},
      {"+1", 1, value},
      {".5", 1, value},
      {"01", 2, nothing},
      {"[True]", 2, value},
      {"// no", 1, value},
      {"]", 1, value},
      {"[1,]", 4, value},
      {"[1,,2]", 4, value},
      {"[,1]", 2, value},
      {"{\"a\":}", 6, value},
      {"{\"a\":1,}", 8, "a key in double quotes"},
      {"{a:1}", 2, "a key in double quotes"},
      {"{'a':1}", 2, "a key in double quotes"},
      {"{1:1}", 2, "a key in double quotes"},
      {"{\"a\" 12}", 6, "':' between key and value"},
      {"[1 23]", 4, "',' or ']'"},
      {"[1\"abc\"]", 3, "',' or ']'"},
      {"[1 \"abc\"]", 4, "',' or ']'"},
      {"[1 true]", 4, "',' or ']'"},
      {"[1}", 3, "',' or ']'"},
      {"{\"a\":1]", 7, "',' or '}'"},
      {"{\"a\":1 \"bcd\":2}", 8, "',' or '}'"},
      {"{} x", 4, nothing},
      {"{} {}", 4, nothing},
      {"[1] \"abc\"", 5, nothing},
      {"1 23", 3, nothing},
      {R"(["\x"])", 4, R"(one of \" \\ \/ \b \f \n \r \t \u)"},
      {R"(["\u12g4"])", 7, "four hexadecimal digits behind \\u"},
      {R"(["\ud800"])", 9, "a pair of UTF-16 surrogates, \\ud800 to \\udbff and then \\udc00 to \\udfff"},
      {R"(["\udc00"])", 8, "a pair of UTF-16 surrogates, \\ud800 to \\udbff and then \\udc00 to \\udfff"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(complaint(c.text) == at_column(c.column, "this is not valid JSON", c.text, c.expected));
  }
}

TEST_CASE("a file's own words do not get into what was expected", "[io][document]") {
  const std::string escapes = "control characters in a string as escapes, such as \\n";
  CHECK(complaint("{\"expected \x01\": 1}") == at_column(12, "this is not valid JSON", "{\"expected  \": 1}", escapes));
  CHECK(complaint("[\"missing closing quote \x01\"]") ==
        at_column(25, "this is not valid JSON", "[\"missing closing quote  \"]", escapes));
  CHECK(complaint("[\"number overflow \x01\"]") ==
        at_column(19, "this is not valid JSON", "[\"number overflow  \"]", escapes));
}

TEST_CASE("a line break in a string", "[io][document]") {
  CHECK(complaint("[\"a\nb\"]") ==
        at_column(4, "this is not valid JSON", "[\"a", "control characters in a string as escapes, such as \\n"));
}

TEST_CASE("a duplicate key is an error at the second one", "[io][document]") {
  CHECK(complaint(R"({"a": 1, "a": 2})") ==
        at_column(10, R"(duplicate key "a")", R"({"a": 1, "a": 2})", "each key once"));
  CHECK(complaint(R"({"a":1,"\u0061":2})") ==
        at_column(8, R"(duplicate key "a")", R"({"a":1,"\u0061":2})", "each key once"));
  CHECK(complaint(R"([{"b": {"": 1, "": 2}}])") ==
        at_column(16, R"(duplicate key "")", R"([{"b": {"": 1, "": 2}}])", "each key once"));
  CHECK(parse(R"([{"a": {"a": 1}}, {"a": 2}])")->root().items.size() == 2);
}

TEST_CASE("empty files", "[io][document]") {
  CHECK(complaint("") == "f.json:1:1: error: the file is empty\n  expected a JSON value\n");
  CHECK(complaint("\n\n") == "f.json:3:1: error: the file is empty\n  expected a JSON value\n");
  CHECK(complaint(" \t") == at_column(3, "the file is empty", "  ", "a JSON value"));
  CHECK(complaint("\xef\xbb\xbf") == at_column(4, "the JSON ends too early", "   ", "a JSON value"));
}

TEST_CASE("a byte order mark is skipped", "[io][document]") {
  const auto document = parse("\xef\xbb\xbf{\"a\": 1,\n \"b\": 2}");
  CHECK(document->root().items.size() == 2);
  CHECK(document->locate(document->root().find("b")->offset).column == 7);
  CHECK(complaint("\xef\xbb\xbf[x]") == at_column(5, "this is not valid JSON", "   [x]", "a JSON value"));
}

TEST_CASE("text that is not UTF-8", "[io][document]") {
  const std::string what = "this is not UTF-8 text";
  CHECK(complaint("[\"caf\xe9\"]") == at_column(6, what, "[\"caf \"]", "JSON in UTF-8"));
  CHECK(complaint("{\"\xff\": 1}") == at_column(3, what, "{\" \": 1}", "JSON in UTF-8"));
  CHECK(complaint("[\"\xc0\x80\"]") == at_column(3, what, "[\"  \"]", "JSON in UTF-8"));
  CHECK(complaint("[\"\xed\xa0\x80\"]") == at_column(3, what, "[\"   \"]", "JSON in UTF-8"));
  CHECK(complaint("\xff\xfe{") == at_column(1, what, "  {", "JSON in UTF-8"));
  CHECK(complaint("[1]\xff") == at_column(4, what, "[1] ", "JSON in UTF-8"));
  // A no-break space between tokens is UTF-8, but not JSON.
  CHECK(complaint("[1,\xc2\xa0"
                  "2]") == at_column(4, "this is not valid JSON", "[1,  2]", "a JSON value"));
}

TEST_CASE("NUL bytes are not text", "[io][document]") {
  const std::string what = "this is not valid JSON";
  CHECK(complaint(std::string("\0", 1)) == at_column(1, what, " ", "a JSON value"));
  CHECK(complaint(std::string("[1,\0]", 5)) == at_column(4, what, "[1, ]", "a JSON value"));
  CHECK(complaint(std::string("[\"a\0b\"]", 7)) ==
        at_column(4, what, "[\"a b\"]", "control characters in a string as escapes, such as \\n"));
  CHECK(complaint(std::string("[1]\0", 4)) ==
        at_column(4, "a NUL byte stands behind the JSON value", "[1] ", "nothing behind the JSON value"));
  CHECK(complaint(std::string("[1]\n\0[2]", 8)) ==
        "f.json:2:1: error: a NUL byte stands behind the JSON value\n"
        "     2 |  [2]\n       | ^\n  expected nothing behind the JSON value\n");
}

TEST_CASE("a file that was cut says what is missing", "[io][document]") {
  struct Case {
    std::string text;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"{", "the closing '}'"},           {"{\"a\"", "the closing '}'"},   {"{\"a\": [1", "the closing ']'"},
      {"[{\"a\": 1}", "the closing ']'"}, {"[\"abc", "the closing '\"'"},  {"\"abc\\", "the rest of this value"},
      {"[tru", "the rest of this value"}, {"-", "the rest of this value"}, {"[1e", "the rest of this value"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(complaint(c.text) == at_column(c.text.size() + 1, "the JSON ends too early", c.text, c.expected));
  }
}

// A small file with every kind of token.
const std::string kSample =
    "{\"a\": [1, -2.5e-3, true, false, null],\r\n \"b\\u00e9\\n\": {\"c\": \"\xc3\xa9\xf0\x9f\x98\x80\", \"d\": {}},\n"
    " \"e\": 9223372036854775807, \"f\": []\n}";

// Checks that a bad text is refused with a place inside it.
void check_refused(const std::string& text) {
  try {
    parse(text);
    FAIL("no error for " << text);
  } catch (const InputError& error) {
    const Location& location = error.location();
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    CHECK(location.line >= 1);
    CHECK(location.line <= lines);
    CHECK(location.column >= 1);
    CHECK(location.column <= location.source_line.size() + 2);  // the end of the line, and a CR
    CHECK(std::string(error.what()).size() < 1000);
  }
}

TEST_CASE("a file cut at any byte is refused with a place", "[io][document]") {
  REQUIRE(parse(kSample)->root().items.size() == 4);
  for (std::size_t length = 0; length < kSample.size(); ++length) {
    CAPTURE(length);
    check_refused(kSample.substr(0, length));
  }
}

TEST_CASE("any byte in any place is read or refused, never worse", "[io][document]") {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < kSample.size(); ++at) {
    for (int byte = 0; byte < 256; byte += 3) {
      std::string text = kSample;
      text[at] = static_cast<char>(byte);
      try {
        parse(text);
      } catch (const InputError& error) {
        ++refused;
        const Location& location = error.location();
        if (location.line < 1 || location.column < 1 || location.column > location.source_line.size() + 2) {
          FAIL("byte " << byte << " at " << at << " gives " << location.line << ":" << location.column);
        }
      }
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("nesting has a limit", "[io][document]") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parse(nested(64))->root().kind == Kind::kArray);
  CHECK(message_of([&] { parse("[\n" + nested(64) + "]"); }) ==
        "f.json:2:64: error: the JSON is nested too deeply\n"
        "     2 | " +
            nested(64).substr(13, 100) +
            "\n"
            "       | " +
            std::string(50, ' ') +
            "^\n"
            "  expected at most 64 levels\n");
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  CHECK(message_of([&] { parse(objects); }).starts_with("f.json:1:321: error: the JSON is nested too deeply\n"));
}

TEST_CASE("a hundred megabytes of brackets are refused at once", "[io][document]") {
  std::string text(100'000'000, '[');
  const auto start = std::chrono::steady_clock::now();
  const std::string message = complaint(std::move(text));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  CHECK(message ==
        "f.json:1:65: error: the JSON is nested too deeply\n"
        "     1 | " +
            std::string(100, '[') +
            "\n"
            "       | " +
            std::string(50, ' ') +
            "^\n"
            "  expected at most 64 levels\n");
  CHECK(seconds.count() < 2);
}

TEST_CASE("a place without a document has no location", "[io][document]") {
  CHECK(message_of([] { Where{}.fail({"no", "yes"}); }) == "error: no\n  expected yes\n");
  const auto document = parse("[1, 2]");
  CHECK(message_of([&] {
          Where{document, document->root().items[1].offset}.fail({"no", "yes"});
        }) == "f.json:1:5: error: no\n  at /1\n     1 | [1, 2]\n       |     ^\n  expected yes\n");
}

TEST_CASE("a document that cannot be read", "[io][document]") {
  CHECK(message_of([] { Document::load("/nonexistent/a.json"); }) ==
        "error: cannot read \"/nonexistent/a.json\": No such file or directory\n");
}

}  // namespace
}  // namespace ridgepoint
