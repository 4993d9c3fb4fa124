#pragma once
// Window arithmetic that convolution and pooling share.

#include <array>

#include "ops/op_base.hpp"

namespace ridgepoint {

/// A sliding window over the axes behind [n, c, ...].
struct Window {
  const Extents& kernel;
  const Extents& stride;
  const Extents& dilation;
  const Padding& padding;
  bool ceil_mode = false;
};

/// Throws OpError unless `extents` gives one number or one per spatial axis.
inline void expect_spatial(const Extents& extents, std::int64_t axes, std::string_view attribute) {
  const auto given = static_cast<std::int64_t>(extents.values.size());
  if (given == 1 || given == axes) return;
  throw OpError{std::string(attribute),
                {"has " + std::to_string(given) + " numbers",
                 "one number, or " + std::to_string(axes) + " for the spatial axes"}};
}

/// Throws OpError unless `padding` gives one number, one per spatial axis or two.
inline void expect_padding(const Padding& padding, std::int64_t axes) {
  const auto given = static_cast<std::int64_t>(padding.extents.values.size());
  if (given == 1 || given == axes || given == 2 * axes) return;
  throw OpError{"padding",
                {"has " + std::to_string(given) + " numbers",
                 "one number, " + std::to_string(axes) + " for the spatial axes, or " + std::to_string(2 * axes) +
                     ": all before, then all behind"}};
}

/// The taps of a window: the product of its extents.
inline std::int64_t taps_of(const Extents& kernel, std::int64_t axes) {
  std::int64_t taps = 1;
  for (std::int64_t axis = 0; axis < axes; ++axis) taps = checked_mul(taps, kernel.at(axis));
  return taps;
}

/// Extent of one axis after the window: floor((in + pad - dilation (kernel - 1) - 1) / stride) + 1; "same" gives
/// ceil(in / stride), "valid" pads nothing. With `ceil_mode` a last partial window counts if it starts before the
/// padding behind the input (PyTorch's rule). Throws OpError when the window is larger than the padded input.
inline std::int64_t window_extent(std::int64_t in, const Window& window, std::int64_t axis, std::int64_t axes) {
  const std::int64_t stride = window.stride.at(axis);
  if (window.padding.rule == Padding::Rule::kSame) return ceil_div(in, stride);
  const bool padded_at_all = window.padding.rule == Padding::Rule::kExplicit;
  const std::int64_t before = padded_at_all ? window.padding.before(axis) : 0;
  const std::int64_t behind = padded_at_all ? window.padding.behind(axis, axes) : 0;
  const std::int64_t reach =
      checked_add(checked_mul(window.dilation.at(axis), checked_sub(window.kernel.at(axis), 1)), 1);
  const std::int64_t padded = checked_add(in, checked_add(before, behind));
  if (reach > padded) {
    throw OpError{
        "kernel",
        {"a window of " + std::to_string(reach) + " is larger than the padded input of " + std::to_string(padded),
         "a window of at most " + std::to_string(padded)}};
  }
  const std::int64_t room = padded - reach;
  const std::int64_t last = room / stride;
  const bool partial =
      window.ceil_mode && room % stride != 0 && checked_mul(last + 1, stride) < checked_add(in, before);
  return last + (partial ? 2 : 1);
}

/// [n, channels, ...] with each spatial axis replaced by what the window leaves of it.
inline Shape window_shape(const Shape& in, const Window& window, std::int64_t channels) {
  const std::int64_t axes = in.rank() - 2;
  expect_spatial(window.kernel, axes, "kernel");
  expect_spatial(window.stride, axes, "stride");
  expect_spatial(window.dilation, axes, "dilation");
  expect_padding(window.padding, axes);
  Shape out = in;
  out[1] = channels;
  for (std::int64_t axis = 0; axis < axes; ++axis) out[axis + 2] = window_extent(in[axis + 2], window, axis, axes);
  return out;
}

/// The spatial extents of a shape (or of a per-axis attribute) as the kernels' three axes, unused ones being 1.
inline std::array<std::int64_t, 3> spatial3(const Shape& shape) {
  std::array<std::int64_t, 3> result{1, 1, 1};
  const std::int64_t axes = shape.rank() - 2;
  for (std::int64_t i = 0; i < axes; ++i) result[static_cast<std::size_t>(3 - axes + i)] = shape[i + 2];
  return result;
}

inline std::array<std::int64_t, 3> spatial3(const Extents& extents, std::int64_t axes) {
  std::array<std::int64_t, 3> result{1, 1, 1};
  for (std::int64_t i = 0; i < axes; ++i) result[static_cast<std::size_t>(3 - axes + i)] = extents.at(i);
  return result;
}

/// Throws OpError unless the first of so many inputs is [n, c] with one to three spatial axes.
inline void expect_grid(Inputs inputs, std::size_t least = 1, std::size_t most = 1) {
  expect_inputs(inputs, least, most);
  const std::int64_t rank = inputs[0].shape.rank();
  if (rank >= 3 && rank <= 5) return;
  throw OpError{"",
                {"input has shape " + to_string(inputs[0].shape), "[batch, channels] and one to three spatial axes"}};
}

/// Throws OpError unless `groups` divides a number of channels.
inline void expect_groups(std::int64_t groups, std::int64_t channels, std::string_view what) {
  if (channels % groups == 0) return;
  throw OpError{"groups",
                {std::to_string(groups) + " groups do not divide " + std::to_string(channels) + " " + std::string(what),
                 "a divisor of " + std::to_string(channels)}};
}

}  // namespace ridgepoint
