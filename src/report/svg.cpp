#include "report/svg.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

#include "core/text.hpp"

namespace ridgepoint {
namespace {

// Advance widths of Helvetica for the characters from the blank to the tilde, in thousandths of the size. Source:
// Adobe's font metrics (AFM) of the fourteen standard PostScript fonts.
constexpr std::array<int, 95> kWidths{278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
                                      556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
                                      1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
                                      667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
                                      333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
                                      556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};
constexpr double kOtherWidth = 1.0;  // an ideograph is as wide as high
constexpr double kWiderFonts = 1.1;

constexpr std::string_view kFonts = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

std::string_view entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return "";
  }
}

}  // namespace

std::string svg_text(std::string_view text) {
  std::string safe;
  const std::string shown = printable(text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (const std::string_view replacement = entity(shown[i]); !replacement.empty()) {
      safe += replacement;
    } else if (const std::string_view three = std::string_view(shown).substr(i, 3);
               three == "\xef\xbf\xbe" || three == "\xef\xbf\xbf") {  // U+FFFE and U+FFFF
      safe += three[2] == '\xbe' ? "\\xef\\xbf\\xbe" : "\\xef\\xbf\\xbf";
      i += 2;
    } else {
      safe += shown[i];
    }
  }
  return safe;
}

std::string svg_number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

double svg_text_width(std::string_view text, double size) {
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      width += kWidths[byte - 0x20] / 1000.0;
    } else if ((byte & 0xc0) != 0x80) {
      width += kOtherWidth;
    }
  }
  return width * size * kWiderFonts;
}

std::string svg_cut(std::string_view text, double size, double width) {
  if (svg_text_width(text, size) <= width) return std::string(text);
  std::string cut(text);
  while (!cut.empty() && svg_text_width(cut, size) + svg_text_width("...", size) > width) {
    while (cut.size() > 1 && (static_cast<unsigned char>(cut.back()) & 0xc0) == 0x80) cut.pop_back();
    cut.pop_back();
  }
  return cut + "...";
}

Svg::Svg(double width, double height, std::string_view title, std::string_view description) {
  out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
               {"width", width},
               {"height", height},
               {"viewBox", fmt::format("0 0 {} {}", svg_number(width), svg_number(height))},
               {"role", "img"},
               {"aria-labelledby", "title description"},
               {"font-family", kFonts}});
  out_ += fmt::format("<title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n", svg_text(title),
                      svg_text(description));
  element("rect", {{"width", "100%"}, {"height", "100%"}, {"fill", "#ffffff"}});
}

void Svg::start(std::string_view name, const SvgAttributes& attributes) {
  fmt::format_to(std::back_inserter(out_), "<{}", name);
  for (const SvgAttribute& attribute : attributes) {
    fmt::format_to(std::back_inserter(out_), " {}=\"{}\"", attribute.name, svg_text(attribute.value));
  }
}

void Svg::open(std::string_view name, const SvgAttributes& attributes) {
  start(name, attributes);
  out_ += ">\n";
  open_.emplace_back(name);
}

void Svg::close() {
  fmt::format_to(std::back_inserter(out_), "</{}>\n", open_.back());
  open_.pop_back();
}

void Svg::element(std::string_view name, const SvgAttributes& attributes) {
  start(name, attributes);
  out_ += "/>\n";
}

void Svg::titled(std::string_view name, const SvgAttributes& attributes, std::string_view title) {
  start(name, attributes);
  fmt::format_to(std::back_inserter(out_), "><title>{}</title></{}>\n", svg_text(title), name);
}

void Svg::text(SvgPoint at, std::string_view content, const SvgFont& font, const SvgAttributes& attributes) {
  SvgAttributes all{{"x", at.x}, {"y", at.y}, {"font-size", font.size}, {"fill", font.color}};
  if (font.anchor != "start") all.emplace_back("text-anchor", font.anchor);
  if (font.bold) all.emplace_back("font-weight", "bold");
  all.insert(all.end(), attributes.begin(), attributes.end());
  start("text", all);
  fmt::format_to(std::back_inserter(out_), ">{}</text>\n", svg_text(content));
}

void Svg::line(SvgPoint from, SvgPoint to, const SvgAttributes& attributes) {
  SvgAttributes all{{"x1", from.x}, {"y1", from.y}, {"x2", to.x}, {"y2", to.y}};
  all.insert(all.end(), attributes.begin(), attributes.end());
  element("line", all);
}

void Svg::path(const std::vector<SvgPoint>& points, const SvgAttributes& attributes) {
  std::string d;
  for (const SvgPoint& p : points)
    d += fmt::format("{}{} {}", d.empty() ? "M" : " L", svg_number(p.x), svg_number(p.y));
  SvgAttributes all{{"d", d}, {"fill", "none"}};
  all.insert(all.end(), attributes.begin(), attributes.end());
  element("path", all);
}

std::string Svg::finish() && {
  while (!open_.empty()) close();
  return std::move(out_);
}

}  // namespace ridgepoint
