#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"
#include "report/ceilings.hpp"
#include "report/style.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMargin = 12;  // for the labels of the vertical axis
constexpr int kRowsPerDecade = 4;
constexpr double kDistinct = 1.05;  // roofs closer than this are drawn as one

// One horizontal roof: formats with the same peak share it.
struct Roof {
  std::string label;
  double rate;
};

std::vector<Roof> roofs_of(const Device& device) {
  std::vector<Roof> roofs;
  for (const Ceiling& c : ceilings_of(device)) {
    if (!c.ridge_point) continue;
    const auto same = std::find_if(roofs.begin(), roofs.end(), [&](const Roof& roof) {
      return roof.rate < c.rate * kDistinct && c.rate < roof.rate * kDistinct;
    });
    const std::string label = c.unit == "special" ? "special" : fmt::format("{} {}", c.unit, c.name);
    if (same == roofs.end()) {
      roofs.push_back({label, c.rate});
    } else {
      same->label += ", " + (same->label.starts_with(c.unit) ? c.name : label);
    }
  }
  std::sort(roofs.begin(), roofs.end(), [](const Roof& a, const Roof& b) { return a.rate > b.rate; });
  return roofs;
}

// A character grid over the logarithms of intensity (columns) and rate (rows, the highest first). In Unicode the lines
// are drawn once more in dots, which take the place of their characters.
class Drawing {
 public:
  Drawing(const Device& device, std::size_t width, bool unicode)
      : unicode_(unicode), roofs_(roofs_of(device)), bandwidth_(device.dram_bandwidth().value()) {
    const double top = roofs_.front().rate;
    const double bottom = roofs_.back().rate;
    left_ = std::floor(std::log10(bottom / bandwidth_)) - 1;
    right_ = std::ceil(std::log10(top / bandwidth_)) + 2;  // room for the labels
    low_ = std::floor(std::log10(bandwidth_) + left_);
    high_ = std::ceil(std::log10(top) * 2) / 2;
    rows_ = static_cast<int>((high_ - low_) * kRowsPerDecade) + 1;
    columns_ = width > kMargin + 20 ? width - kMargin : 20;
    grid_.assign(static_cast<std::size_t>(rows_), std::string(columns_, ' '));
    dots_.assign(static_cast<std::size_t>(rows_), std::vector<unsigned>(columns_, 0));
  }

  std::string draw() {
    draw_memory();
    for (const Roof& roof : roofs_) draw_roof(roof);
    if (unicode_) draw_dots();
    return text();
  }

 private:
  [[nodiscard]] int row_of(double rate) const {
    return static_cast<int>(std::lround((high_ - std::log10(rate)) * kRowsPerDecade));
  }
  [[nodiscard]] double intensity_at(std::size_t column) const {
    return std::pow(10, left_ + (right_ - left_) * static_cast<double>(column) / static_cast<double>(columns_ - 1));
  }

  // The slope of the memory, up to the highest roof.
  void draw_memory() {
    for (std::size_t column = 0; column < columns_; ++column) {
      const double rate = intensity_at(column) * bandwidth_;
      const int row = row_of(rate);
      if (rate <= roofs_.front().rate && row >= 0 && row < rows_) grid_[static_cast<std::size_t>(row)][column] = '/';
    }
  }

  void draw_roof(const Roof& roof) {
    const int row = row_of(roof.rate);
    if (row < 0 || row >= rows_) return;
    std::string& line = grid_[static_cast<std::size_t>(row)];
    for (std::size_t column = 0; column < columns_; ++column) {
      if (intensity_at(column) * bandwidth_ >= roof.rate && line[column] == ' ') line[column] = '-';
    }
    write_label(
        line, fmt::format(" {} {} at {} ", roof.label, human_si(roof.rate, ""), human_number(roof.rate / bandwidth_)));
  }

  // Dots stand four times as close as rows, and two as close as columns; a row's characters are its middle.
  void draw_dots() {
    const std::size_t across = columns_ * kBrailleAcross;
    for (std::size_t x = 0; x < across; ++x) {
      const double intensity =
          std::pow(10, left_ + (right_ - left_) * static_cast<double>(x) / static_cast<double>(across - 1));
      const double rate = intensity * bandwidth_;
      if (rate <= roofs_.front().rate) set_dot(x, rate);
      for (const Roof& roof : roofs_) {
        if (rate >= roof.rate) set_dot(x, roof.rate);
      }
    }
  }

  void set_dot(std::size_t x, double rate) {
    constexpr double kMiddle = (kBrailleDown - 1) / 2.0;
    const double down = (high_ - std::log10(rate)) * kRowsPerDecade * kBrailleDown + kMiddle;
    if (down < 0 || down >= static_cast<double>(rows_) * kBrailleDown) return;
    const auto y = static_cast<std::size_t>(down);
    dots_[y / kBrailleDown][x / kBrailleAcross] |= braille_dot(x % kBrailleAcross, y % kBrailleDown);
  }

  // Letters stay; lines are dots.
  [[nodiscard]] std::string shown_line(std::size_t row) const {
    if (!unicode_) return grid_[row];
    std::string line;
    const std::size_t label = grid_[row].find_first_not_of("/- ");
    for (std::size_t column = 0; column < columns_; ++column) {
      const bool is_label = label != std::string::npos && column + 1 >= label;
      if (is_label || dots_[row][column] == 0) {
        const char c = grid_[row][column];
        line += is_label ? c : ' ';
      } else {
        line += braille(dots_[row][column]);
      }
    }
    return line;
  }

  // At the right end, as far as the roof's own line leaves room.
  static void write_label(std::string& line, std::string label) {
    const std::size_t start = line.find('-');
    if (start == std::string::npos) return;
    const std::size_t room = line.size() - start;
    if (room < 6) return;
    if (label.size() > room - 2) label = label.substr(0, room - 5) + ".. ";
    if (line.find_first_not_of('-', start) != std::string::npos) return;  // another roof's label is there
    line.replace(line.size() - label.size(), label.size(), label);
  }

  [[nodiscard]] std::string text() const {
    std::string out = "FLOP/s over FLOP per byte of dram; the slope is the memory, a roof's number its ridge point\n";
    for (int row = 0; row < rows_; ++row) {
      const double exponent = high_ - static_cast<double>(row) / kRowsPerDecade;
      const bool decade = std::abs(exponent - std::round(exponent)) < 1e-9;
      const std::string label = decade ? human_si(std::pow(10, std::round(exponent)), "") : "";
      std::string line = fmt::format("{:>{}} {}{}", label, kMargin - 3, unicode_ ? (decade ? "┤" : "│") : "|",
                                     shown_line(static_cast<std::size_t>(row)));
      out += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return out + axis();
  }

  [[nodiscard]] std::string axis() const {
    std::string marks(columns_, '-');
    std::string labels(columns_ + 8, ' ');
    for (int decade = static_cast<int>(left_); decade <= static_cast<int>(right_); ++decade) {
      const double position = (decade - left_) / (right_ - left_) * static_cast<double>(columns_ - 1);
      const auto column = static_cast<std::size_t>(position);
      marks[column] = '+';
      const std::string label = human_number(std::pow(10, decade));
      const std::string shown =
          label.find('.') != std::string::npos ? label.substr(0, label.find_last_not_of('0') + 1) : label;
      const std::string clean = shown.ends_with('.') ? shown.substr(0, shown.size() - 1) : shown;
      labels.replace(column, clean.size(), clean);
    }
    labels.erase(labels.find_last_not_of(' ') + 1);
    std::string ticks;
    for (const char mark : marks) ticks += !unicode_ ? std::string(1, mark) : mark == '+' ? "┴" : "─";
    return fmt::format("{:>{}} {}{}\n{:>{}}  {}\n", "", kMargin - 3, unicode_ ? "└" : "+", ticks, "FLOP/B", kMargin - 3,
                       labels);
  }

  bool unicode_;
  std::vector<Roof> roofs_;
  double bandwidth_;
  double left_ = 0;
  double right_ = 0;
  double low_ = 0;
  double high_ = 0;
  int rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::string> grid_;
  std::vector<std::vector<unsigned>> dots_;
};

}  // namespace

std::string draw_roofline(const Device& device, std::size_t width, bool unicode) {
  return Drawing(device, width, unicode).draw();
}

}  // namespace ridgepoint
