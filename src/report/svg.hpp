#pragma once
// A small writer of SVG. What goes in is escaped where it is written, so that a name from a file is shown, never
// obeyed.

#include <string>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// A place in a figure, in pixels from its upper left corner.
struct SvgPoint {
  double x = 0;
  double y = 0;
};

/// An upright rectangle in a figure.
struct SvgBox {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  [[nodiscard]] double width() const { return right - left; }
  [[nodiscard]] double height() const { return bottom - top; }
  [[nodiscard]] bool overlaps(const SvgBox& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
  [[nodiscard]] bool contains(const SvgBox& other) const {
    return left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom;
  }
};

/// A text as content or as the value of an attribute of XML: what XML reads becomes an entity, control characters and
/// what is no character of XML are shown as \xNN.
std::string svg_text(std::string_view text);

/// A coordinate: at most two decimals.
std::string svg_number(double value);

/// One attribute; the value is escaped when it is written.
struct SvgAttribute {
  std::string_view name;
  std::string value;

  SvgAttribute(std::string_view key, std::string text) : name(key), value(std::move(text)) {}
  SvgAttribute(std::string_view key, std::string_view text) : name(key), value(text) {}
  SvgAttribute(std::string_view key, const char* text) : name(key), value(text) {}
  SvgAttribute(std::string_view key, double number) : name(key), value(svg_number(number)) {}
};
using SvgAttributes = std::vector<SvgAttribute>;

/// How a text stands: its size in pixels, its side at the given place, and what else it needs.
struct SvgFont {
  double size = 11;
  std::string_view anchor = "start";  ///< or middle, end
  std::string_view color = "#333333";
  bool bold = false;
};

/// A document that is written from the front to the back. It has a title and a description for who cannot see it.
class Svg {
 public:
  Svg(double width, double height, std::string_view title, std::string_view description);

  void open(std::string_view name, const SvgAttributes& attributes = {});
  void close();
  void element(std::string_view name, const SvgAttributes& attributes);
  /// An element with a text that a pointer over it shows.
  void titled(std::string_view name, const SvgAttributes& attributes, std::string_view title);
  void text(SvgPoint at, std::string_view content, const SvgFont& font = {}, const SvgAttributes& attributes = {});
  void line(SvgPoint from, SvgPoint to, const SvgAttributes& attributes);
  void path(const std::vector<SvgPoint>& points, const SvgAttributes& attributes);

  /// The whole document; what is open is closed.
  std::string finish() &&;

 private:
  void start(std::string_view name, const SvgAttributes& attributes);

  std::string out_;
  std::vector<std::string> open_;
};

/// The width of a text in a sans-serif font, in pixels: the advance widths of Helvetica, and a tenth more, since other
/// fonts that a reader may have are wider.
double svg_text_width(std::string_view text, double size);

/// The text, cut with "..." where it is wider than `width`.
std::string svg_cut(std::string_view text, double size, double width);

}  // namespace ridgepoint
