// Operators that take parts of a tensor, or put it into a larger one: slices, splits, pads.

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

/// One axis of a slice: [start, end) by step, clamped.
struct Cut {
  std::int64_t axis = 0;
  Dim start, length;
  std::int64_t step = 1;
};

// Ends past the axis mean all of it; negative ones count from behind.
Dim clamped(const Dim& given, const Dim& extent, std::int64_t least, std::int64_t most_below) {
  if (given.is_number() && given.value() > (std::int64_t{1} << 40)) return extent - Dim(most_below);
  const Dim at = given.value() < 0 ? given + extent : given;
  if (at.value() < least) return Dim(least);
  const Dim most = extent - Dim(most_below);
  return at.value() > most.value() ? most : at;
}

Cut cut_of(const Dim& start, const Dim& end, std::int64_t step, std::int64_t axis, const Dim& extent) {
  Cut cut{.axis = axis, .start = {}, .length = {}, .step = step};
  if (step > 0) {
    cut.start = clamped(start, extent, 0, 0);
    const Dim stop = clamped(end, extent, 0, 0);
    const Dim room = stop - cut.start;
    cut.length = room.value() <= 0 ? Dim(0) : divide(room, Dim(step), true);
  } else {
    cut.start = clamped(start, extent, -1, 1);
    const bool to_front = end.is_number() && end.value() < -(std::int64_t{1} << 30);
    const Dim stop = to_front ? Dim(-1) : clamped(end, extent, -1, 1);
    const Dim room = cut.start - stop;
    cut.length =
        room.value() <= 0 ? Dim(0) : divide(room, Dim(-std::max<std::int64_t>(step, -(std::int64_t{1} << 40))), true);
  }
  return cut;
}

std::vector<Cut> cuts(const NodeContext& n) {
  const Dims& x = n.shape(0);
  const auto rank = static_cast<std::int64_t>(x.size());
  const Dims starts = n.sizes(1, "starts").value_or(Dims{});
  const Dims ends = n.sizes(2, "ends").value_or(Dims{});
  Dims axes = n.sizes(3, "axes").value_or(Dims{});
  const Dims steps = n.sizes(4, "steps").value_or(Dims{});
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.emplace_back(static_cast<std::int64_t>(i));
  }
  if (starts.size() != ends.size() || starts.size() != axes.size() || (!steps.empty() && steps.size() != axes.size())) {
    n.fail("starts, ends, axes and steps differ in length", "one of each for every axis");
  }
  std::vector<Cut> result;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = n.axis(axes[i].value(), rank);
    const std::int64_t step = steps.empty() ? 1 : steps[i].value();
    if (step == 0) n.fail("a step of 0", "another step");
    result.push_back(cut_of(starts[i], ends[i], step, axis, x[static_cast<std::size_t>(axis)]));
  }
  return result;
}

/// The axes of a slice whose limits only the run finds; nothing where they are known.
std::optional<std::vector<std::int64_t>> open_axes(const NodeContext& n) {
  if (!n.has(1) || !n.has(2) || (n.numbers(1) != nullptr && n.numbers(2) != nullptr)) return std::nullopt;
  if (n.has(4)) {
    for (const Dim& step : n.sizes(4)) {
      if (!step.is(1)) throw Unknown{};
    }
  }
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  if (n.has(3)) return n.axes(3, rank);
  std::vector<std::int64_t> axes;
  for (std::int64_t i = 0; i < std::min(rank, n.shape(1).at(0).value()); ++i) axes.push_back(i);
  return axes;
}

// A loop takes its slices one behind the other (the bags of an embedding): each is its share. Elsewhere it may be all.
void infer_open_slice(Inference& n, const std::vector<std::int64_t>& axes) {
  Dims y = n.shape(0);
  const std::int64_t trips = std::max<std::int64_t>(1, n.graph().trips);
  for (const std::int64_t axis : axes) {
    Dim& extent = y[static_cast<std::size_t>(axis)];
    extent = trips > 1 ? divide(extent, Dim(trips), true) : n.found(extent);
  }
  n.set(0, n.in(0).elem, std::move(y));
}

void infer_slice(Inference& n) {
  if (const auto axes = open_axes(n)) return infer_open_slice(n, *axes);
  Dims y = n.shape(0);
  const std::vector<Cut> list = cuts(n);
  for (const Cut& cut : list) y[static_cast<std::size_t>(cut.axis)] = cut.length;
  n.set(0, n.in(0).elem, std::move(y));
  if (n.numbers(0) == nullptr) return;
  rearrange(n, *n.numbers(0), [&](std::vector<std::size_t> at) {
    for (const Cut& cut : list) {
      std::size_t& index = at[static_cast<std::size_t>(cut.axis)];
      index = static_cast<std::size_t>(cut.start.value() + static_cast<std::int64_t>(index) * cut.step);
    }
    return place(n.shape(0), at);
  });
}

void infer_split(Inference& n) {
  const Dims& x = n.shape(0);
  const auto axis = static_cast<std::size_t>(n.axis(n.integer("axis", 0), static_cast<std::int64_t>(x.size())));
  Dims parts;
  if (auto given = n.sizes(1, "split")) {
    parts = std::move(*given);
  } else {
    const auto count = static_cast<std::int64_t>(n.output_count());
    const Dim size = divide(x[axis], Dim(count), true);
    Dim rest = x[axis];
    for (std::int64_t i = 0; i + 1 < count; ++i, rest = rest - size) parts.push_back(size);
    parts.push_back(rest);
  }
  if (parts.size() != n.output_count()) n.fail("as many sizes as outputs are needed", "one for each output");
  std::size_t from = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Dims y = x;
    y[axis] = parts[i];
    n.set(i, n.in(0).elem, std::move(y));
    const auto length = static_cast<std::size_t>(std::max<std::int64_t>(0, parts[i].value()));
    if (n.numbers(0) != nullptr && x.size() == 1 && from + length <= n.numbers(0)->size()) {
      const auto begin = n.numbers(0)->begin() + static_cast<std::ptrdiff_t>(from);
      n.set_data(i, {begin, begin + static_cast<std::ptrdiff_t>(length)});
    }
    from += length;
  }
}

Dims pads_of(const NodeContext& n) {
  const std::size_t rank = n.shape(0).size();
  Dims given = n.sizes(1, n.has_attribute("pads") ? "pads" : "paddings").value_or(Dims{});
  if (!n.has(3)) {
    if (given.size() != 2 * rank) n.fail("pads do not fit the axes", "two for every axis");
    return given;
  }
  const Dims axes = n.sizes(3);
  Dims all(2 * rank, Dim(0));
  if (given.size() != 2 * axes.size()) n.fail("pads do not fit the axes", "two for every axis");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(n.axis(axes[i].value(), static_cast<std::int64_t>(rank)));
    all[axis] = given[i];
    all[rank + axis] = given[axes.size() + i];
  }
  return all;
}

void infer_pad(Inference& n) {
  Dims y = n.shape(0);
  const Dims pads = pads_of(n);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] + pads[i] + pads[y.size() + i];
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_open_slice(Lowering& n, const std::vector<std::int64_t>& axes) {
  std::string x = n.ref(0);
  for (const std::int64_t axis : axes) {
    const Dim& length = n.out_shape()[static_cast<std::size_t>(axis)];
    if (length.value() < 1) throw Unknown{};
    if (length == n.shape(0)[static_cast<std::size_t>(axis)]) continue;
    x = n.step("axis" + std::to_string(axis), "slice", {x}, {{"axis", axis}, {"length", length.as_value()}});
  }
  n.bind(0, x);
}

void lower_slice(Lowering& n) {
  if (const auto axes = open_axes(n)) return lower_open_slice(n, *axes);
  std::string x = n.ref(0);
  for (const Cut& cut : cuts(n)) {
    const Dim& extent = n.shape(0)[static_cast<std::size_t>(cut.axis)];
    if (cut.length.value() < 1) throw Unknown{};
    if (cut.length == extent && cut.step > 0) continue;
    const std::string suffix = "axis" + std::to_string(cut.axis);
    if (cut.step < 0) {
      x = n.step(suffix, "index_select", {x}, {{"axis", cut.axis}, {"count", cut.length.as_value()}});
    } else {
      x = n.step(
          suffix, "slice", {x},
          {{"axis", cut.axis}, {"start", cut.start.as_value()}, {"length", cut.length.as_value()}, {"step", cut.step}});
    }
  }
  n.bind(0, x);
}

// Parts that are not all of an axis, whose extent the run finds: each is cut out.
void lower_uneven_split(Lowering& n, std::int64_t axis, const Dims& sizes) {
  const Dim& extent = n.shape(0)[static_cast<std::size_t>(axis)];
  Dim from(0);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if ((from + sizes[i]).value() > extent.value()) throw Unknown{};
    n.bind(i, n.step("part" + std::to_string(i), "slice", {n.ref(0)},
                     {{"axis", axis}, {"start", from.as_value()}, {"length", sizes[i].as_value()}}));
    from = from + sizes[i];
  }
}

void lower_split(Lowering& n) {
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.shape(0).size()));
  Dims sizes;
  Dim sum(0);
  for (std::size_t i = 0; i < n.node().outputs.size(); ++i) {
    sizes.push_back(n.out_shape(i)[static_cast<std::size_t>(axis)]);
    if (sizes.back().value() < 1) throw Unknown{};
    sum = sum + sizes.back();
  }
  if (sum.value() != n.shape(0)[static_cast<std::size_t>(axis)].value()) return lower_uneven_split(n, axis, sizes);
  if (sizes.size() == 1) return lower_alias(n);
  n.emit("split", {n.ref(0)}, {{"axis", axis}, {"sizes", as_value(sizes)}});
  const std::string split = n.ref_out();
  for (std::size_t i = 0; i < sizes.size(); ++i) n.bind(i, fmt::format("{}:{}", split, i));
}

// Negative pads cut.
void lower_pad(Lowering& n) {
  const Dims pads = pads_of(n);
  const std::size_t rank = n.shape(0).size();
  Dims before;
  Dims behind;
  bool adds = false;
  std::string x = n.ref(0);
  for (std::size_t i = 0; i < rank; ++i) {
    Dim front = pads[i];
    Dim back = pads[rank + i];
    if (front.value() < 0 || back.value() < 0) {
      const Dim cut = larger(Dim(0) - front, Dim(0));
      const Dim length = n.shape(0)[i] + smaller(front, Dim(0)) + smaller(back, Dim(0));
      if (length.value() < 1) throw Unknown{};
      x = n.step("cut" + std::to_string(i), "slice", {x},
                 {{"axis", static_cast<std::int64_t>(i)}, {"start", cut.as_value()}, {"length", length.as_value()}});
      front = larger(front, Dim(0));
      back = larger(back, Dim(0));
    }
    adds = adds || front.value() > 0 || back.value() > 0;
    before.push_back(front);
    behind.push_back(back);
  }
  if (!adds) return n.bind(0, x);
  n.emit("pad", {x}, {{"before", as_value(before)}, {"behind", as_value(behind)}});
}

constexpr std::array kRules{
    Rule{"Slice", infer_slice, lower_slice},
    Rule{"Split", infer_split, lower_split},
    Rule{"Pad", infer_pad, lower_pad},
};

}  // namespace

std::span<const Rule> cut_rules() { return kRules; }

}  // namespace ridgepoint::onnx
