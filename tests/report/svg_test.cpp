// The parts that figures are made of.

#include "report/svg.hpp"

#include "report/svg_axis.hpp"
#include "report/svg_chart.hpp"
#include "report/svg_labels.hpp"
#include "tests/report/xml.hpp"

namespace ridgepoint {
namespace {

TEST_CASE("what a name holds is shown and not obeyed", "[svg]") {
  CHECK(svg_text("<script>alert(1)</script>") == "&lt;script&gt;alert(1)&lt;/script&gt;");
  CHECK(svg_text("\"a\" & 'b'") == "&quot;a&quot; &amp; &#39;b&#39;");
  CHECK(svg_text("a\x01\n") == "a\\x01\\x0a");
  CHECK(svg_text("\xff") == "\\xff");
  CHECK(svg_text("\xef\xbf\xbf") == "\\xef\\xbf\\xbf");               // U+FFFF is no character of XML
  CHECK(svg_text("\xe2\x80\xa8\xc3\xa4") == "\xe2\x80\xa8\xc3\xa4");  // U+2028 is one
}

TEST_CASE("coordinates are short", "[svg]") {
  CHECK(svg_number(1) == "1");
  CHECK(svg_number(1.5) == "1.5");
  CHECK(svg_number(100.004) == "100");
  CHECK(svg_number(-0.001) == "0");
}

TEST_CASE("a document is well-formed and has a title", "[svg]") {
  Svg svg(100, 50, "a <b>", "c & d");
  svg.open("g", {{"class", "x\"y"}});
  svg.text({1, 2}, "<&>");
  svg.titled("circle", {{"r", 2.0}}, "t");
  const std::vector<XmlElement> all = XmlReader::read(std::move(svg).finish());
  CHECK(all.front().name == "svg");
  CHECK(all.front().at("viewBox") == "0 0 100 50");
  CHECK(all[1].text == "a <b>");
  CHECK(all[2].text == "c & d");
  CHECK(all[4].at("class") == "x\"y");
  CHECK(all[5].text == "<&>");
}

std::vector<std::string> labels(const SvgAxis& axis) {
  std::vector<std::string> list;
  for (const SvgTick& tick : ticks(axis)) {
    if (!tick.label.empty()) list.push_back(tick.label);
  }
  return list;
}

using Labels = std::vector<std::string>;

TEST_CASE("ticks are round and readable", "[svg]") {
  CHECK(labels(log_axis(0.3, 4000, 0, 100)) == Labels{"1", "10", "100", "1 k"});
  CHECK(labels(log_axis(3, 40, 0, 100)) == Labels{"2", "5", "10", "20", "50"});
  CHECK(labels(log_axis(1e9, 1e15, 0, 100)) == Labels{"1 G", "10 G", "100 G", "1 T", "10 T", "100 T", "1 P"});
  CHECK(labels(linear_axis(0, 97, 0, 100)) == Labels{"0", "20", "40", "60", "80", "100"});
  CHECK(labels(linear_axis(0, 0.7, 0, 100)) == Labels{"0", "0.2", "0.4", "0.6", "0.8"});
  CHECK(labels(linear_axis(0, 3200, 0, 100)) == Labels{"0", "1 k", "2 k", "3 k", "4 k"});
}

TEST_CASE("an axis holds its values, and one value is enough", "[svg]") {
  const SvgAxis axis = log_axis(0.3, 4000, 10, 110);
  CHECK(axis.low == Approx(0.2));
  CHECK(axis.high == Approx(5000));
  CHECK(axis.at(axis.low) == Approx(10));
  CHECK(axis.at(axis.high) == Approx(110));
  CHECK(axis.at(std::sqrt(axis.low * axis.high)) == Approx(60));
  for (const SvgAxis& one :
       {log_axis(10, 10, 0, 1), linear_axis(5, 5, 0, 1), linear_axis(0, 0, 0, 1), log_axis(0, 0, 0, 1)}) {
    CHECK(one.high > one.low);
    CHECK(!ticks(one).empty());
  }
}

TEST_CASE("names do not cover each other or what is in their way", "[svg]") {
  const SvgBox room{0, 0, 400, 300};
  LabelPlacer placer(room);
  const SvgBox wall{180, 140, 220, 160};
  placer.block(wall);
  placer.block_line({0, 300}, {400, 0});
  std::vector<SvgBox> boxes{wall};
  std::size_t placed = 0;
  for (int i = 0; i < 40; ++i) {
    const auto label = placer.place({.text = "layer " + std::to_string(i), .mark = {190.0 + i, 150}});
    if (!label) continue;
    ++placed;
    CHECK(room.contains(label->box));
    for (const SvgBox& other : boxes) CHECK(!label->box.overlaps(other));
    boxes.push_back(label->box);
  }
  CHECK(placed >= 8);
  CHECK(placed < 40);  // there is no room for all
}

TEST_CASE("names along a line move apart, little and in order", "[svg]") {
  CHECK(spread({10, 50, 90}, 14, 0, 100) == std::vector<double>{10, 50, 90});
  CHECK(spread({50, 50, 50}, 14, 0, 100) == std::vector<double>{50, 64, 78});
  CHECK(spread({90, 20, 95}, 14, 0, 100) == std::vector<double>{86, 20, 100});
  const std::vector<double> tight = spread({5, 5, 5, 5, 5}, 14, 0, 20);
  for (std::size_t i = 1; i < tight.size(); ++i) CHECK(tight[i] - tight[i - 1] == Approx(5));
  CHECK(spread({}, 14, 0, 100).empty());
}

TEST_CASE("text is as wide as it may be, and is cut with dots", "[svg]") {
  CHECK(svg_text_width("iii", 10) < svg_text_width("www", 10));
  const std::string cut = svg_cut("a name that is too long", 10, 60);
  CHECK(cut.ends_with("..."));
  CHECK(svg_text_width(cut, 10) <= 60);
  CHECK(svg_cut("short", 10, 60) == "short");
  CHECK(is_utf8(svg_cut("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", 10, 30)));
}

TEST_CASE("a chart draws every series, breaks at gaps and names its marks", "[svg]") {
  Chart chart{.title = "t", .x_name = "batch", .y_name = "samples/s"};
  chart.series = {{"<a>", {{1, 10}, {2, 20}, {4, -1}, {8, 70}, {16, 80}}}, {"b", {{1, 9}, {16, 78}}}};
  chart.marks = {{4, "memory ends"}, {1000, "outside"}};
  const std::vector<XmlElement> all = XmlReader::read(draw_chart(chart));
  std::size_t paths = 0;
  Labels names;
  for (const XmlElement& e : all) {
    if (e.name == "path") ++paths;
    if (e.is("label")) names.push_back(e.text);
  }
  CHECK(paths == 3);
  CHECK(names == Labels{"memory ends", "<a>", "b"});
}

TEST_CASE("a chart of nothing is a chart", "[svg]") {
  CHECK(!XmlReader::read(draw_chart({})).empty());
  Chart chart{.x_logarithmic = false, .y_logarithmic = false};
  chart.series = {{"a", {{1, 0}}}};
  CHECK(!XmlReader::read(draw_chart(chart)).empty());
}

}  // namespace
}  // namespace ridgepoint
