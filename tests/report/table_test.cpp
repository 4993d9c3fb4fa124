// The table on a terminal, and names that would do harm if they were obeyed.

#include <sstream>

#include "report/listing.hpp"
#include "report/report.hpp"
#include "report/roofline_figure.hpp"
#include "report/text_table.hpp"
#include "tests/report/hostile.hpp"

namespace ridgepoint {
namespace {

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) widest = std::max(widest, display_width(line));
  return widest;
}

bool has_trailing_blank(const std::string& text) { return text.find(" \n") != std::string::npos; }

TEST_CASE("every model's table fits in 100 columns", "[report][table]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](Run run) {
    for (const Fusion fusion : kFusions) {
      run.options.fusion = fusion;
      Attributes set;
      const Description description = model_named(run.model, set);
      const Question question{description, device, {run.phase, set, {}}, run.options};
      const Estimate e = answer(question);
      const std::vector<Advice> advice = advise(question, e);
      for (const View& view :
           {View{}, View{.by = By::kBlock}, View{.by = By::kOp}, View{.by = By::kCategory}, View{.top = 3}}) {
        const std::string text = write_table({e, device, advice, ""}, view);
        CHECK(widest_line(text) <= 100);
        CHECK(!has_trailing_blank(text));
      }
    }
  });
}

// A report whose every name is the given one.
std::string text_with_name(const std::string& name, std::string (*write)(const Report&, const View&)) {
  return write(HostileReport(name).report(), {});
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Nothing that a terminal obeys: C0 but line ends, DEL, and C1 in UTF-8.
bool is_obeyed(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

constexpr std::array kWriters{write_table, write_json, write_csv, write_markdown, write_svg};

TEST_CASE("control characters of names are never sent", "[report][names]") {
  const std::string c1 = "\xc2\x9b";
  for (const std::string& name : {std::string("\x1b[31mred"), std::string("a\rb"), std::string("a\tb"),
                                  std::string("bell\a"), std::string("\x7f"), c1 + "31m", std::string("a\nb")}) {
    for (const auto& write : kWriters) {
      const std::string text = text_with_name(name, write);
      INFO(text);
      CHECK(!is_obeyed(text));
    }
  }
  for (const auto& write : kWriters) CHECK(!contains(text_with_name("a\nq", write), "\nq"));
}

TEST_CASE("a script in a name is shown in Markdown", "[report][names]") {
  const std::string text = text_with_name("<script>alert(1)</script>", write_markdown);
  CHECK(!contains(text, "<script"));
  CHECK(contains(text, "&lt;script&gt;alert\\(1\\)&lt;/script&gt;"));
  CHECK(contains(text_with_name("[x](y) | *b* `c`", write_markdown), "\\[x\\]\\(y\\) \\| \\*b\\* \\`c\\`"));
  CHECK(contains(text_with_name("<script>alert(1)</script>", write_json), "<script>alert(1)</script>"));
}

TEST_CASE("a formula in a name is text to a spreadsheet", "[report][names]") {
  for (const std::string name : {"=cmd()", "+1", "-1", "@x"})
    CHECK(contains(text_with_name(name, write_csv), "\n'" + name));
  CHECK(contains(text_with_name("=a,\"b\"", write_csv), "\n\"'=a,\"\"b\"\"."));
}

TEST_CASE("names that are not ASCII stay whole", "[report][names]") {
  CHECK(contains(text_with_name("\xc3\xa4", write_table), "\xc3\xa4"));
  CHECK(contains(text_with_name("\xc3\xa4", write_csv), "\xc3\xa4"));
  CHECK(contains(text_with_name("\xc3\xa4", write_json), "\\u00e4"));
}

TEST_CASE("long names are cut, in the table alone", "[report][names]") {
  const std::string name(300, 'n');
  CHECK(widest_line(text_with_name(name, write_table)) <= 100);
  CHECK(contains(text_with_name(name, write_csv), name));
}

TEST_CASE("columns pad and cut by characters", "[report][table]") {
  CHECK(fit("ab", 4, false) == "ab  ");
  CHECK(fit("ab", 4, true) == "  ab");
  CHECK(fit("abcdef", 4, false) == "ab..");
  CHECK(fit("\xc3\xa4\xc3\xb6\xc3\xbcxyz", 4, false) == "\xc3\xa4\xc3\xb6..");
  CHECK(wrap("one two three", 7, 2) == "one two\n  three");
  CHECK(wrap("abcdefghij", 6, 2) == "abcd\n  efgh\n  ij");
  CHECK(wrap("a abcdefghij", 6, 0) == "a\nabcdef\nghij");
  CHECK(wrap("", 6, 0).empty());
}

TEST_CASE("listings are safe in every format", "[report][names]") {
  const std::vector<Listed> items{{"=a|b", "x\x1b[1m,\"q\""}};
  CHECK(write_listing(items, "csv") == "name,summary\n'=a|b,\"x\\x1b[1m,\"\"q\"\"\"\n");
  CHECK(write_listing(items, "table") == "=a|b  x\\x1b[1m,\"q\"\n");
  CHECK(write_listing(items, "markdown") == "| name | summary |\n| --- | --- |\n| =a\\|b | x\\\\x1b\\[1m,\"q\" |\n");
  CHECK(write_listing(items, "json") ==
        "[\n  {\n    \"name\": \"=a|b\",\n    \"summary\": \"x\\u001b[1m,\\\"q\\\"\"\n  }\n]\n");
}

}  // namespace
}  // namespace ridgepoint
