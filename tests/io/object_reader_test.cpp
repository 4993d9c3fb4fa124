#include "io/object_reader.hpp"

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

std::shared_ptr<const Document> parse(std::string text) { return Document::parse("f.json", std::move(text)); }

// Reads the root of a one-line text with `read(reader)` and gives the message.
template <class Read>
std::string complaint(const std::string& text, Read&& read) {
  return message_of([&] {
    const auto document = parse(text);
    ObjectReader reader(document, document->root(), "layer");
    read(reader);
  });
}

// The message for a one-line text; `pointer` is "" for the root.
std::string at_column(std::size_t column, const std::string& what, const std::string& pointer, const std::string& line,
                      const std::string& rest) {
  return "f.json:1:" + std::to_string(column) + ": error: " + what + "\n" +
         (pointer.empty() ? "" : "  at " + pointer + "\n") + "     1 | " + line + "\n       | " +
         std::string(column - 1, ' ') + "^\n" + rest;
}

TEST_CASE("only an object has members", "[io][object_reader]") {
  for (const auto& [text, kind] : std::vector<std::pair<std::string, std::string>>{{"[1]", "an array"},
                                                                                   {"null", "null"},
                                                                                   {"\"x\"", "a string"},
                                                                                   {"1", "an integer"},
                                                                                   {"1.5", "a number"},
                                                                                   {"true", "a boolean"}}) {
    CHECK(complaint(text, [](ObjectReader&) {}) ==
          at_column(1, "layer is " + kind, "", text, "  expected an object for the layer\n"));
  }
}

TEST_CASE("members are read by kind", "[io][object_reader]") {
  const auto document = parse(R"({"s": "relu", "b": true, "i": 3, "e": 1e3, "x": 2.5, "zero": 0, "list": [1, 2]})");
  ObjectReader reader(document, document->root(), "layer");
  CHECK(reader.required_string("s") == "relu");
  CHECK(reader.optional_string("absent", "none") == "none");
  CHECK(reader.optional_string("s", "none") == "relu");
  CHECK(reader.boolean(reader.required("b")));
  CHECK(reader.integer(reader.required("i")) == 3);
  CHECK(reader.integer(reader.required("e")) == 1000);
  CHECK(reader.positive(reader.required("x")) == 2.5);
  CHECK(reader.positive(reader.required("i")) == 3.0);
  CHECK(reader.non_negative(reader.required("zero")) == 0.0);
  REQUIRE(reader.rest().size() == 1);
  CHECK(reader.rest().front()->key == "list");
  CHECK(reader.array(reader.required("list")).size() == 2);
  CHECK(reader.optional("absent") == nullptr);
  CHECK_NOTHROW(reader.finish());
}

TEST_CASE("a missing member", "[io][object_reader]") {
  CHECK(complaint(R"({"a": 1})", [](ObjectReader& r) { r.required("op"); }) ==
        at_column(1, R"(missing key "op" in layer)", "", R"({"a": 1})", "  expected a member \"op\" here\n"));
}

TEST_CASE("an unknown member, with the near miss", "[io][object_reader]") {
  const std::string line = R"({"op": "x", "strid": 2, "other": 1})";
  const auto read = [](ObjectReader& r) {
    r.required("op");
    r.optional("stride");
    r.finish();
  };
  CHECK(complaint(line, read) == at_column(13, R"(unknown key "strid" in layer)", "/strid", line,
                                           "  expected op or stride\n  did you mean \"stride\"?\n"));
  CHECK(complaint(R"({"op": 1, "zzz": 2})", read) ==
        at_column(11, R"(unknown key "zzz" in layer)", "/zzz", R"({"op": 1, "zzz": 2})", "  expected op or stride\n"));
  const auto read_more = [](ObjectReader& r) {
    const std::array<std::string_view, 1> more{"name"};
    r.required("op");
    r.finish(more);
  };
  CHECK(complaint(R"({"op": 1, "nam": 2})", read_more) ==
        at_column(11, R"(unknown key "nam" in layer)", "/nam", R"({"op": 1, "nam": 2})",
                  "  expected op or name\n  did you mean \"name\"?\n"));
}

TEST_CASE("a member of the wrong type", "[io][object_reader]") {
  using Read = void (*)(ObjectReader&, const Node&);
  struct Case {
    std::string value;
    std::string what;
    std::string expected;
    Read read;
  };
  const Read string = [](ObjectReader& r, const Node& n) { static_cast<void>(r.string(n)); };
  const Read boolean = [](ObjectReader& r, const Node& n) { static_cast<void>(r.boolean(n)); };
  const Read integer = [](ObjectReader& r, const Node& n) { static_cast<void>(r.integer(n)); };
  const Read non_negative = [](ObjectReader& r, const Node& n) { static_cast<void>(r.non_negative(n)); };
  const Read positive = [](ObjectReader& r, const Node& n) { static_cast<void>(r.positive(n)); };
  const Read array = [](ObjectReader& r, const Node& n) { static_cast<void>(r.array(n)); };
  const std::vector<Case> cases{
      {"8", "an integer", "a string", string},
      {"null", "null", "a string", string},
      {"0", "an integer", "a boolean", boolean},
      {"\"true\"", "a string", "a boolean", boolean},
      {"\"8\"", "a string", "an integer", integer},
      {"1.5", "1.5", "an integer", integer},
      {"1e300", "1e+300", "an integer", integer},
      {"[8]", "an array", "an integer", integer},
      {"\"8\"", "a string", "a number", non_negative},
      {"true", "a boolean", "a number", positive},
      {"-1", "-1", "a finite number, zero or more", non_negative},
      {"-0.5", "-0.5", "a finite number, zero or more", positive},
      {"0", "0", "a number above zero", positive},
      {"{}", "an object", "an array", array},
  };
  for (const Case& c : cases) {
    CAPTURE(c.value, c.expected);
    const std::string rest = "  expected " + c.expected + "\n";
    const std::string member = "{\"n\": " + c.value + "}";
    CHECK(complaint(member, [&](ObjectReader& r) { c.read(r, r.required("n")); }) ==
          at_column(7, "\"n\" is " + c.what, "/n", member, rest));
    const std::string item = "{\"n\": [" + c.value + "]}";
    CHECK(complaint(item, [&](ObjectReader& r) { c.read(r, r.array(r.required("n")).front()); }) ==
          at_column(8, "this value is " + c.what, "/n/0", item, rest));
  }
}

TEST_CASE("a number that is not finite", "[io][object_reader]") {
  // No JSON text holds one; a node that was made by hand may.
  const auto document = parse("{}");
  const ObjectReader reader(document, document->root(), "device");
  const Node infinite{.kind = Node::Kind::kReal, .real = HUGE_VAL, .key = "clock"};
  const Node undefined{.kind = Node::Kind::kReal, .real = std::nan(""), .key = "clock"};
  const std::string rest = "  expected a finite number, zero or more\n";
  CHECK(message_of([&] { return reader.positive(infinite); }) == at_column(1, R"("clock" is inf)", "", "{}", rest));
  CHECK(message_of([&] { return reader.non_negative(undefined); }) ==
        at_column(1, R"("clock" is nan)", "", "{}", rest));
  CHECK(message_of([&] { return reader.integer(undefined); }) ==
        at_column(1, R"("clock" is nan)", "", "{}", "  expected an integer\n"));
}

TEST_CASE("a choice among words", "[io][object_reader]") {
  static constexpr std::array<std::string_view, 3> kWords{"max", "mean", "sum"};
  const auto read = [](ObjectReader& r) { return r.choice(r.required("reduce"), kWords); };
  CHECK(complaint(R"({"reduce": "sum"})", read) == "(nothing thrown)");
  CHECK(complaint(R"({"reduce": "maen"})", read) ==
        at_column(12, R"(unknown reduce "maen")", "/reduce", R"({"reduce": "maen"})",
                  "  expected max, mean or sum\n  did you mean \"mean\"?\n"));
  CHECK(complaint(R"({"reduce": 1})", read) ==
        at_column(12, R"("reduce" is an integer)", "/reduce", R"({"reduce": 1})", "  expected a string\n"));
  const auto read_item = [](ObjectReader& r) { return r.choice(r.array(r.required("list")).front(), kWords); };
  CHECK(complaint(R"({"list": ["zzz"]})", read_item) ==
        at_column(11, R"(unknown word "zzz")", "/list/0", R"({"list": ["zzz"]})", "  expected max, mean or sum\n"));
}

}  // namespace
}  // namespace ridgepoint
