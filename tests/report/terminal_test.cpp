// What terminals of any width see: tables that fit, bars, drawings in Unicode and in plain characters, colour.

#include <sstream>

#include "core/text.hpp"
#include "report/ceilings.hpp"
#include "report/report.hpp"
#include "report/style.hpp"
#include "report/text_table.hpp"
#include "tests/binary.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  for (const std::string& line : lines_of(text)) width = std::max(width, display_width(line));
  return width;
}

TEST_CASE("every model's table fits in lines of any width", "[table]") {
  const Device device = device_named("h100-sxm5");
  const std::vector<Advice> none;
  for_every_model([&](const Run& run) {
    const Estimate e = estimate_of(run, device);
    for (const std::size_t width : {60, 80, 110, 200}) {
      CAPTURE(width);
      for (const bool unicode : {false, true}) {
        const std::string text = write_table({e, device, none, ""}, {.width = width, .unicode = unicode});
        CHECK(widest(text) <= width);
        CHECK(text.find(" \n") == std::string::npos);
      }
    }
  });
}

TEST_CASE("a narrow table still has name, time, share and bound, and a wide one a bar", "[table]") {
  const Device device = device_named("h100-sxm5");
  const Estimate e = estimate_of({"resnet50"}, device);
  const std::vector<Advice> none;
  const auto header = [&](std::size_t width) {
    for (const std::string& line : lines_of(write_table({e, device, none, ""}, {.width = width}))) {
      if (line.starts_with("layer")) return line;
    }
    return std::string();
  };
  for (const char* word : {"layer", " time", " share", " bound"}) CHECK(header(60).find(word) != std::string::npos);
  CHECK(header(60).find("roofline") == std::string::npos);
  CHECK(header(100).find("roofline") != std::string::npos);
  const auto bars = [&](std::size_t width) {
    return write_table({e, device, none, ""}, {.width = width}).find("##") != std::string::npos;
  };
  CHECK(!bars(100));
  CHECK(bars(120));
}

TEST_CASE("the longest bar is the row's that takes most, and others are as long as their part of it", "[table]") {
  CHECK(bar_of(1, 8, false) == "########");
  CHECK(bar_of(0.5, 8, false) == "####");
  CHECK(bar_of(0.001, 8, false) == "#");
  CHECK(bar_of(0, 8, false).empty());
  CHECK(bar_of(1, 4, true) == "████");
  CHECK(bar_of(0.5, 3, true) == "█▌");
  CHECK(bar_of(0.001, 8, true) == "▏");
  CHECK(bar_of(2, 4, false) == "####");
}

TEST_CASE("Braille has its dots in place", "[table]") {
  CHECK(braille(0) == "\u2800");
  CHECK(braille(braille_dot(0, 0)) == "⠁");
  CHECK(braille(braille_dot(1, 3)) == "⢀");
  CHECK(braille(0xff) == "⣿");
}

constexpr const char* kBraille = "\xe2\xa0";  // how its characters begin, those without the lowest dots

// The letters and digits of a drawing, without its lines.
std::string words_in(const std::string& drawing) {
  std::string words;
  for (const char c : drawing) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) words += c;
  }
  return words;
}

TEST_CASE("the roofline in Unicode has the labels of the plain one, and as many lines", "[table]") {
  for (const char* name : {"h100-sxm5", "t4", "epyc-9654", "mi300x"}) {
    const Device device = device_named(name);
    for (const std::size_t width : {60, 100, 200}) {
      CAPTURE(name, width);
      const std::string plain = draw_roofline(device, width);
      const std::string dots = draw_roofline(device, width, true);
      CHECK(words_in(plain) == words_in(dots));
      CHECK(lines_of(plain).size() == lines_of(dots).size());
      CHECK(widest(dots) <= std::max(width, widest(plain)));
      CHECK(std::all_of(plain.begin(), plain.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
      CHECK(is_utf8(dots));
      CHECK(dots.find(kBraille) != std::string::npos);
    }
  }
}

bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\x1b'; });
}

TEST_CASE("what goes to a file or a pipe has no colour and no Unicode unless asked for", "[table][cli]") {
  const Setting utf8{.environment = {"LANG=C.UTF-8"}};
  const std::string run = "analyze resnet50 --hw t4 --top 3";
  CHECK(is_plain(run_binary(run, utf8).out));
  CHECK(is_plain(run_binary("roofline --hw t4", utf8).out));
  const std::string colored = run_binary(run + " --color always").out;
  CHECK(colored.find("\x1b[3") != std::string::npos);
  CHECK(run_binary("roofline --hw t4 --glyphs unicode").out.find(kBraille) != std::string::npos);
  CHECK(is_plain(run_binary("roofline --hw t4 --glyphs unicode --ascii").out));
  CHECK(run_binary("roofline --hw t4 --glyphs emoji").err.find("unknown choice of glyphs") != std::string::npos);
}

TEST_CASE("COLUMNS says how wide a table is, within reason", "[table][cli]") {
  const auto width_with = [](const char* columns) {
    return widest(run_binary("analyze resnet50 --hw t4", {.environment = {std::string("COLUMNS=") + columns}}).out);
  };
  CHECK(width_with("80") == 80);
  CHECK(width_with("10") == 60);
  CHECK(width_with("") == 100);
  CHECK(width_with("many") == 100);
  CHECK(width_with("180") <= 180);
  CHECK(width_with("180") > 120);
}

}  // namespace
}  // namespace ridgepoint
