#include "core/shape.hpp"

#include "core/checked.hpp"

namespace ridgepoint {
namespace {

std::int64_t product(std::span<const std::int64_t> extents) {
  std::int64_t result = 1;
  for (const std::int64_t extent : extents) result = checked_mul(result, extent);
  return result;
}

}  // namespace

std::int64_t Shape::elements() const { return product(extents_); }

std::int64_t Shape::rows() const {
  return extents_.empty() ? 1 : product(std::span(extents_).first(extents_.size() - 1));
}

std::string to_string(const Shape& shape) {
  if (shape.rank() == 0) return "scalar";
  std::string text;
  for (const std::int64_t extent : shape.extents()) {
    if (!text.empty()) text += " x ";
    text += std::to_string(extent);
  }
  return text;
}

}  // namespace ridgepoint
