#pragma once
// The axes of a sweep: its points are the product of their values.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ridgepoint {

/// What an axis changes, outermost first: the last one changes from point to point.
enum class AxisKind : std::uint8_t { kDevice, kWhatIf, kPhase, kDtype, kSetting, kSeq, kKvLen, kBatch };

/// One axis: its key in rows, and its values as they stand there.
struct SweepAxis {
  AxisKind kind = AxisKind::kDevice;
  std::string key;
  std::vector<std::string> values;
};

/// The most points that a sweep may have.
inline constexpr std::size_t kMostPoints = 100'000'000;

/// Axes in their order. A point is a number with one digit per axis.
class Axes {
 public:
  /// Adds an axis inside of those there are. Throws InputError when the key is there or the points are too many.
  void add(SweepAxis axis);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const SweepAxis> list() const { return axes_; }
  /// How far two points are apart that are neighbours on an axis and the same on all others.
  [[nodiscard]] std::size_t stride(std::size_t axis) const { return strides_[axis]; }
  [[nodiscard]] std::size_t digit(std::size_t point, std::size_t axis) const {
    return point / strides_[axis] % axes_[axis].values.size();
  }
  [[nodiscard]] const std::string& value(std::size_t point, std::size_t axis) const {
    return axes_[axis].values[digit(point, axis)];
  }
  /// The innermost axis with more than one value; the last one where there is none.
  [[nodiscard]] std::size_t running() const;

 private:
  std::vector<SweepAxis> axes_;
  std::vector<std::size_t> strides_;
  std::size_t size_ = 1;
};

}  // namespace ridgepoint
