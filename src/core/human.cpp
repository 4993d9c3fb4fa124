#include "core/human.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace ridgepoint {
namespace {

// Three significant digits without an exponent: 9.994 -> "9.99", 99.95 -> "100".
std::string three_digits(double value) {
  const double size = std::abs(value);
  if (size >= 99.95) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

// Scales by `step` until the rounded value has at most three digits before the point.
std::string scaled(double value, double step, std::span<const std::string_view> prefixes, std::string_view unit) {
  std::size_t i = 0;
  while (std::abs(value) >= step * 0.9995 && i + 1 < prefixes.size()) {
    value /= step;
    ++i;
  }
  const bool whole = i == 0 && value == std::floor(value);
  const std::string number = whole ? fmt::format("{:.0f}", value) : three_digits(value);
  const std::string suffix = fmt::format("{}{}", prefixes[i], unit);
  return suffix.empty() ? number : number + " " + suffix;
}

constexpr std::array<std::string_view, 9> kDecimal{"", "k", "M", "G", "T", "P", "E", "Z", "Y"};
constexpr std::array<std::string_view, 7> kBinary{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

}  // namespace

std::string human_si(double value, const char* unit) { return scaled(value, 1000, kDecimal, unit); }

std::string human_count(double value) { return human_si(value, ""); }

std::string human_bytes(double bytes) { return human_si(bytes, "B"); }

std::string human_capacity(double bytes) { return scaled(bytes, 1024, kBinary, "B"); }

std::string human_seconds(double seconds) {
  constexpr std::array<std::string_view, 4> kUnits{"ns", "us", "ms", "s"};
  constexpr double kHour = 3600;
  constexpr double kDay = 86400;
  if (seconds == 0) return "0";
  if (seconds >= 1000 * kDay) return scaled(seconds / kDay, 1000, kDecimal, "d");
  if (seconds >= 3 * kDay) return three_digits(seconds / kDay) + " d";
  if (seconds >= 3 * kHour) return three_digits(seconds / kHour) + " h";
  return scaled(seconds * 1e9, 1000, kUnits, "");
}

std::string human_percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string human_number(double value) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 0.995) return three_digits(value);
  const int digits = 2 - static_cast<int>(std::floor(std::log10(size)));
  return fmt::format("{:.{}f}", value, std::min(digits, 12));
}

}  // namespace ridgepoint
