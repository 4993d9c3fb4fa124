#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"
#include "report/ceilings.hpp"

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

// A character grid over the logarithms of intensity (columns) and rate (rows, the highest first).
class Drawing {
 public:
  Drawing(const Device& device, std::size_t width)
      : roofs_(roofs_of(device)), bandwidth_(device.dram_bandwidth().value()) {
    const double top = roofs_.front().rate;
    const double bottom = roofs_.back().rate;
    left_ = std::floor(std::log10(bottom / bandwidth_)) - 1;
    right_ = std::ceil(std::log10(top / bandwidth_)) + 2;  // room for the labels
    low_ = std::floor(std::log10(bandwidth_) + left_);
    high_ = std::ceil(std::log10(top) * 2) / 2;
    rows_ = static_cast<int>((high_ - low_) * kRowsPerDecade) + 1;
    columns_ = width > kMargin + 20 ? width - kMargin : 20;
    grid_.assign(static_cast<std::size_t>(rows_), std::string(columns_, ' '));
  }

  std::string draw() {
    draw_memory();
    for (const Roof& roof : roofs_) draw_roof(roof);
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
      std::string line = fmt::format("{:>{}} |{}", label, kMargin - 3, grid_[static_cast<std::size_t>(row)]);
      out += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return out + axis();
  }

  [[nodiscard]] std::string axis() const {
    std::string ticks(columns_, '-');
    std::string labels(columns_ + 8, ' ');
    for (int decade = static_cast<int>(left_); decade <= static_cast<int>(right_); ++decade) {
      const double position = (decade - left_) / (right_ - left_) * static_cast<double>(columns_ - 1);
      const auto column = static_cast<std::size_t>(position);
      ticks[column] = '+';
      const std::string label = human_number(std::pow(10, decade));
      const std::string shown =
          label.find('.') != std::string::npos ? label.substr(0, label.find_last_not_of('0') + 1) : label;
      const std::string clean = shown.ends_with('.') ? shown.substr(0, shown.size() - 1) : shown;
      labels.replace(column, clean.size(), clean);
    }
    labels.erase(labels.find_last_not_of(' ') + 1);
    return fmt::format("{:>{}} +{}\n{:>{}}  {}\n", "", kMargin - 3, ticks, "FLOP/B", kMargin - 3, labels);
  }

  std::vector<Roof> roofs_;
  double bandwidth_;
  double left_ = 0;
  double right_ = 0;
  double low_ = 0;
  double high_ = 0;
  int rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::string> grid_;
};

}  // namespace

std::string draw_roofline(const Device& device, std::size_t width) { return Drawing(device, width).draw(); }

}  // namespace ridgepoint
