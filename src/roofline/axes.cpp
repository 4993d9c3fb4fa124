#include "roofline/axes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {

void Axes::add(SweepAxis axis) {
  const auto same = [&](const SweepAxis& other) { return other.key == axis.key; };
  if (std::any_of(axes_.begin(), axes_.end(), same)) {
    throw InputError({fmt::format("{} is swept twice", in_quotes(axis.key)), "all its values in one option"});
  }
  const std::size_t count = axis.values.size();
  if (count > kMostPoints / size_) {
    throw InputError({"the sweep has too many points", fmt::format("at most {}", kMostPoints)});
  }
  size_ *= count;
  for (std::size_t& stride : strides_) stride *= count;
  strides_.push_back(1);
  axes_.push_back(std::move(axis));
}

std::size_t Axes::running() const {
  for (std::size_t i = axes_.size(); i-- > 0;) {
    if (axes_[i].values.size() > 1) return i;
  }
  return axes_.size() - 1;
}

}  // namespace ridgepoint
