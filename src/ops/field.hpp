#pragma once
// One table of fields per op: it feeds JSON in and out, `list ops`, the docs and the tests.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// One attribute of an op: its key, where it is stored, and what it means. Integers must be at least `minimum`.
template <class Op, class T>
struct Field {
  std::string_view name;
  T Op::*member;
  std::string_view summary;
  bool required = false;
  std::int64_t minimum = 1;
};
template <class Op, class T, class... Rest>
Field(std::string_view, T Op::*, Rest...) -> Field<Op, T>;

inline constexpr bool kRequired = true;
inline constexpr bool kOptional = false;
/// For attributes such as axes, where negative numbers have a meaning.
inline constexpr std::int64_t kAnyInteger = INT64_MIN;

/// One value per spatial axis; a description may give one number for all of them.
struct Extents {
  std::vector<std::int64_t> values;
  /// The value of an axis out of `rank`, by broadcasting a single one.
  [[nodiscard]] std::int64_t at(std::int64_t axis) const {
    return values.size() == 1 ? values.front() : values[static_cast<std::size_t>(axis)];
  }
  friend bool operator==(const Extents&, const Extents&) = default;
};

/// Padding of the spatial axes, or a rule. One number pads all axes before and after, one per axis likewise; two per
/// axis are those before all axes, then those behind them (the order of ONNX).
struct Padding {
  enum class Rule : std::uint8_t { kExplicit, kSame, kValid };
  Rule rule = Rule::kExplicit;
  Extents extents{{0}};
  /// The padding before and behind an axis out of `axes`.
  [[nodiscard]] std::int64_t before(std::int64_t axis) const { return extents.at(axis); }
  [[nodiscard]] std::int64_t behind(std::int64_t axis, std::int64_t axes) const {
    const bool both = static_cast<std::int64_t>(extents.values.size()) == 2 * axes;
    return extents.at(both ? axis + axes : axis);
  }
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// The words of an enumeration that appears in descriptions, in the order of its enumerators.
template <class Enum>
struct Words;

}  // namespace ridgepoint
