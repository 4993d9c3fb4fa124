#pragma once
// The extents of a tensor.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/dtype.hpp"
#include "core/traffic.hpp"

namespace ridgepoint {

/// Extents of a tensor, outermost first. Every extent is at least 1; rank 0 is a scalar.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : extents_(extents) {}
  explicit Shape(std::vector<std::int64_t> extents) : extents_(std::move(extents)) {}

  [[nodiscard]] std::int64_t rank() const { return static_cast<std::int64_t>(extents_.size()); }
  /// The extent of an axis; negative axes count from the end. The axis must exist.
  [[nodiscard]] std::int64_t operator[](std::int64_t axis) const { return extents_[index(axis)]; }
  [[nodiscard]] std::int64_t& operator[](std::int64_t axis) { return extents_[index(axis)]; }
  [[nodiscard]] std::int64_t back() const { return extents_.back(); }
  [[nodiscard]] std::span<const std::int64_t> extents() const { return extents_; }
  /// The number of elements. Throws OverflowError past 2^63 - 1.
  [[nodiscard]] std::int64_t elements() const;
  /// The number of elements per index of the last axis. Throws OverflowError past 2^63 - 1.
  [[nodiscard]] std::int64_t rows() const;
  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  [[nodiscard]] std::size_t index(std::int64_t axis) const {
    return static_cast<std::size_t>(axis < 0 ? axis + rank() : axis);
  }
  std::vector<std::int64_t> extents_;
};

/// "8 x 64 x 56 x 56".
std::string to_string(const Shape& shape);

/// A tensor as the network sees it: its extents and the format it is stored in. It has a `symbol` only while formulas
/// are explained.
struct TensorType {
  Shape shape;
  DType dtype = DType::kFp32;
  std::string_view symbol{};

  /// Its size in memory, under its symbol. Throws OverflowError when the element count does not fit.
  [[nodiscard]] Traffic bytes() const { return {bytes_of(static_cast<double>(shape.elements()), dtype), symbol}; }
  friend bool operator==(const TensorType& a, const TensorType& b) { return a.shape == b.shape && a.dtype == b.dtype; }
};

}  // namespace ridgepoint
