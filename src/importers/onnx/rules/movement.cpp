// Operators that move or rename elements: reshapes, transposes, slices, joins.

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

void keep_data(Inference& n) {
  if (n.numbers(0) != nullptr) n.set_data(0, *n.numbers(0));
}

void infer_alias(Inference& n) {
  infer_same(n);
  keep_data(n);
  const ValueInfo& from = n.in(0);
  ValueInfo& to = n.graph().value(n.node().outputs[0]);
  to.sequence = from.sequence;
}

// PyTorch's exporter writes equal parameters once and copies them by name: each copy is a parameter of its own. A
// factor of a product that has no name is the same one, transposed for a second use.
void infer_identity(Inference& n) {
  infer_alias(n);
  const ValueInfo& from = n.in(0);
  ValueInfo& to = n.graph().value(n.node().outputs[0]);
  to.is_initializer = from.is_initializer && !to.name.starts_with("onnx::MatMul");
}

void infer_dropout(Inference& n) {
  infer_alias(n);
  n.set(1, Elem::kBool, n.shape(0));
}

// The sizes of a file with a fixed batch hold that batch; where the run sets it, the leading one takes it up.
void free_batch(const NodeContext& n, const Dims& x, Dims& wanted) {
  const Graph& graph = n.graph();
  if (!graph.batch || wanted.empty() || x.empty()) return;
  const Dim fixed(graph.fixed_batch);
  const bool open = std::any_of(wanted.begin(), wanted.end(), [](const Dim& d) { return d.value() < 0; });
  if (open) {
    if (x[0] == *graph.batch && wanted[0] == fixed) wanted[0] = *graph.batch;
    return;
  }
  if (wanted[0].is_number() && product(wanted) * *graph.batch == product(x) * fixed) {
    wanted[0] = divide(wanted[0] * *graph.batch, fixed);
  }
}

void infer_reshape(Inference& n) {
  const Dims& x = n.shape(0);
  Dims wanted;
  if (n.has(1)) {
    wanted = n.sizes(1);
  } else if (const auto given = n.integers("shape")) {
    wanted.assign(given->begin(), given->end());
  }
  const bool zero_is_zero = n.integer("allowzero", 0) != 0;
  free_batch(n, x, wanted);
  Dims known;
  std::size_t open = wanted.size();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].is(0) && !zero_is_zero) {
      if (i >= x.size()) n.fail(fmt::format("keeps axis {} of {}", i, to_string(x)), "an axis that is there");
      wanted[i] = x[i];
    }
    if (wanted[i].value() < -1) n.fail(fmt::format("an extent of {}", wanted[i].value()), "-1 or more");
    if (!wanted[i].is(-1)) {
      known.push_back(wanted[i]);
    } else if (open < wanted.size()) {
      n.fail("two open extents", "at most one -1");
    } else {
      open = i;
    }
  }
  if (open < wanted.size()) wanted[open] = quotient(x, known);
  if (product(wanted).value() != product(x).value()) {
    n.fail(fmt::format("cannot reshape {} to {}", to_string(x), to_string(wanted)), "extents of the same product");
  }
  n.set(0, n.in(0).elem, std::move(wanted));
  keep_data(n);
}

void infer_flatten(Inference& n) {
  const Dims& x = n.shape(0);
  const auto rank = static_cast<std::int64_t>(x.size());
  const std::int64_t given = n.integer("axis", 1);
  const auto axis = given == rank ? rank : n.axis(given, std::max<std::int64_t>(rank, 1));
  n.set(0, n.in(0).elem, {product(Dims(x.begin(), x.begin() + axis)), product(Dims(x.begin() + axis, x.end()))});
  keep_data(n);
}

void infer_squeeze(Inference& n) {
  const Dims& x = n.shape(0);
  const auto axes = n.axes(1, static_cast<std::int64_t>(x.size()));
  Dims y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool named = axes && std::binary_search(axes->begin(), axes->end(), static_cast<std::int64_t>(i));
    const bool gone = axes ? named : x[i].is(1);
    if (!gone) y.push_back(x[i]);
  }
  n.set(0, n.in(0).elem, std::move(y));
  keep_data(n);
}

void infer_unsqueeze(Inference& n) {
  const Dims& x = n.shape(0);
  const std::size_t added = n.integers("axes") ? n.integers("axes")->size() : n.sizes(1).size();
  const auto axes = n.axes(1, static_cast<std::int64_t>(x.size() + added));
  Dims y = x;
  for (const std::int64_t axis : *axes) {
    y.insert(y.begin() + std::min(axis, static_cast<std::int64_t>(y.size())), Dim(1));
  }
  n.set(0, n.in(0).elem, std::move(y));
  keep_data(n);
}

std::vector<std::int64_t> permutation(const NodeContext& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  std::vector<std::int64_t> order = n.integers("perm").value_or(std::vector<std::int64_t>{});
  if (order.empty()) {
    for (std::int64_t i = rank; i-- > 0;) order.push_back(i);
  }
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t i = 0; i < rank; ++i) {
    if (static_cast<std::int64_t>(sorted.size()) != rank || sorted[static_cast<std::size_t>(i)] != i) {
      n.fail("perm is no permutation of its axes", fmt::format("each axis from 0 to {} once", rank - 1));
    }
  }
  return order;
}

void infer_transpose(Inference& n) {
  Dims y;
  for (const std::int64_t axis : permutation(n)) y.push_back(n.shape(0)[static_cast<std::size_t>(axis)]);
  n.set(0, n.in(0).elem, std::move(y));
  if (n.numbers(0) == nullptr) return;
  const std::vector<std::int64_t> order = permutation(n);
  rearrange(n, *n.numbers(0), [&](const std::vector<std::size_t>& at) {
    std::vector<std::size_t> from(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) from[static_cast<std::size_t>(order[i])] = at[i];
    return place(n.shape(0), from);
  });
}

// Inputs one behind the other as one list, and where each begins in it.
void join_data(Inference& n, std::size_t axis) {
  std::vector<Scalar> all;
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < n.input_count(); ++i) {
    begins.push_back(all.size());
    all.insert(all.end(), n.numbers(i)->begin(), n.numbers(i)->end());
  }
  rearrange(n, all, [&](std::vector<std::size_t> at) {
    std::size_t part = 0;
    while (part + 1 < begins.size() && at[axis] >= static_cast<std::size_t>(n.shape(part)[axis].value())) {
      at[axis] -= static_cast<std::size_t>(n.shape(part)[axis].value());
      ++part;
    }
    return begins[part] + place(n.shape(part), at);
  });
}

void infer_concat(Inference& n) {
  Dims y = n.shape(0);
  const auto axis = static_cast<std::size_t>(n.axis(n.integer("axis", 0), static_cast<std::int64_t>(y.size())));
  bool known = true;
  for (std::size_t i = 0; i < n.input_count(); ++i) {
    const Dims& x = n.shape(i);
    if (x.size() != y.size()) n.fail("joins tensors of different rank", "as many axes in each");
    if (i > 0) y[axis] = y[axis] + x[axis];
    for (std::size_t k = 0; k < y.size(); ++k) {
      if (k != axis && y[k].is_number() && !x[k].is_number()) y[k] = x[k];
    }
    known = known && n.numbers(i) != nullptr;
  }
  n.set(0, n.in(0).elem, std::move(y));
  if (known) join_data(n, axis);
}

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
  const auto list = [&](std::size_t input, std::string_view attribute) -> Dims {
    if (n.has(input)) return n.sizes(input);
    const auto given = n.integers(attribute);
    return given ? Dims(given->begin(), given->end()) : Dims{};
  };
  const Dims starts = list(1, "starts");
  const Dims ends = list(2, "ends");
  Dims axes = list(3, "axes");
  const Dims steps = list(4, "steps");
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

void infer_slice(Inference& n) {
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
  if (n.has(1)) {
    parts = n.sizes(1);
  } else if (const auto given = n.integers("split")) {
    parts.assign(given->begin(), given->end());
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

void infer_expand(Inference& n) {
  n.set(0, n.in(0).elem, broadcast(n, n.shape(0), n.sizes(1)));
  if (n.numbers(0) == nullptr) return;
  rearrange(n, *n.numbers(0), [&](const std::vector<std::size_t>& at) {
    const Dims& x = n.shape(0);
    std::vector<std::size_t> from(at.end() - static_cast<std::ptrdiff_t>(std::min(x.size(), at.size())), at.end());
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (x[i].value() == 1) from[i] = 0;
    }
    return place(x, from);
  });
}

void infer_tile(Inference& n) {
  Dims y = n.shape(0);
  const Dims repeats = n.sizes(1);
  if (repeats.size() != y.size()) n.fail("repeats do not fit the axes", "one for every axis");
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] * repeats[i];
  n.set(0, n.in(0).elem, std::move(y));
}

Dims pads_of(const NodeContext& n) {
  const std::size_t rank = n.shape(0).size();
  Dims given;
  if (n.has(1)) {
    given = n.sizes(1);
  } else if (const auto list = n.integers(n.has_attribute("pads") ? "pads" : "paddings")) {
    given.assign(list->begin(), list->end());
  }
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

Dim block_of(const NodeContext& n) {
  const std::int64_t block = n.integer("blocksize", 1);
  if (block < 1 || block > (1 << 20) || n.shape(0).size() != 4)
    n.fail("does not fit its input", "[n, c, h, w] and a block of at least 1");
  return Dim(block);
}

void infer_depth_to_space(Inference& n) {
  const Dim b = block_of(n);
  const Dims& x = n.shape(0);
  n.set(0, n.in(0).elem, {x[0], divide(x[1], b * b), x[2] * b, x[3] * b});
}

void infer_space_to_depth(Inference& n) {
  const Dim b = block_of(n);
  const Dims& x = n.shape(0);
  n.set(0, n.in(0).elem, {x[0], x[1] * b * b, divide(x[2], b), divide(x[3], b)});
}

// The same elements under other extents.
void lower_reshape(Lowering& n) {
  if (n.shape(0) == n.out_shape() || n.out_shape().empty()) return lower_alias(n);
  n.emit("reshape", {n.ref(0)}, {{"shape", as_value(n.out_shape())}});
}

void lower_transpose(Lowering& n) {
  const std::vector<std::int64_t> order = permutation(n);
  Dims moved;
  Dims original;
  for (const std::int64_t axis : order) {
    if (!n.shape(0)[static_cast<std::size_t>(axis)].is(1)) moved.emplace_back(axis);
  }
  original = moved;
  std::sort(original.begin(), original.end(), [](const Dim& a, const Dim& b) { return a.value() < b.value(); });
  if (moved == original) return lower_reshape(n);  // only axes of extent 1 change places
  n.emit("transpose", {n.ref(0)}, {{"axes", Value(order)}});
}

// A part of a fixed batch of 1 beside others of the batch that the run sets: a class token.
std::string stretched(const Lowering& n, std::size_t i, std::int64_t axis) {
  std::string part = n.ref(i);
  const Dims& x = n.shape(i);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto at = static_cast<std::int64_t>(k);
    if (at == axis || !x[k].is(1) || n.out_shape()[k].is(1)) continue;
    part =
        n.step("part" + std::to_string(i), "expand", {part}, {{"axis", at}, {"length", n.out_shape()[k].as_value()}});
  }
  return part;
}

void lower_concat(Lowering& n) {
  const std::int64_t axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.shape(0).size()));
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < n.input_count(); ++i) {
    if (product(n.shape(i)).value() > 0) parts.push_back(stretched(n, i, axis));
  }
  if (parts.empty()) throw Unknown{};
  if (parts.size() == 1) return n.bind(0, parts.front());
  n.emit("concat", std::move(parts), {{"axis", axis}});
}

void lower_slice(Lowering& n) {
  std::string x = n.ref(0);
  std::size_t written = 0;
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
    ++written;
  }
  n.bind(0, x);
}

void lower_split(Lowering& n) {
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.shape(0).size()));
  if (n.node().outputs.size() == 1) return lower_alias(n);
  Dims sizes;
  for (std::size_t i = 0; i < n.node().outputs.size(); ++i) {
    sizes.push_back(n.out_shape(i)[static_cast<std::size_t>(axis)]);
    if (sizes.back().value() < 1) throw Unknown{};
  }
  n.emit("split", {n.ref(0)}, {{"axis", axis}, {"sizes", as_value(sizes)}});
  const std::string split = n.ref_out();
  for (std::size_t i = 0; i < sizes.size(); ++i) n.bind(i, fmt::format("{}:{}", split, i));
}

void lower_expand(Lowering& n) {
  const Dims& y = n.out_shape();
  Dims x = n.shape(0);
  std::string tensor = n.ref(0);
  if (x.size() < y.size()) {
    x.insert(x.begin(), y.size() - x.size(), Dim(1));
    tensor = n.reshaped("axes", tensor, x);
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (x[i].value() == y[i].value() && (x[i] == y[i] || !x[i].is(1))) continue;
    const auto axis = static_cast<std::int64_t>(i);
    tensor = n.step("axis" + std::to_string(i), "expand", {tensor}, {{"axis", axis}, {"length", y[i].as_value()}});
  }
  n.bind(0, tensor);
}

// Repetitions are written out.
void lower_tile(Lowering& n) {
  std::string tensor = n.ref(0);
  const Dims repeats = n.sizes(1);
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    const std::int64_t times = repeats[i].value();
    if (times == 1) continue;
    const auto axis = static_cast<std::int64_t>(i);
    if (n.shape(0)[i].is(1)) {
      tensor =
          n.step("axis" + std::to_string(i), "expand", {tensor}, {{"axis", axis}, {"length", repeats[i].as_value()}});
      continue;
    }
    tensor = n.step("axis" + std::to_string(i), "index_select", {tensor},
                    {{"axis", axis}, {"count", (n.shape(0)[i] * repeats[i]).as_value()}});
  }
  n.bind(0, tensor);
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

void lower_depth_to_space(Lowering& n) { n.emit("pixel_shuffle", {n.ref(0)}, {{"factor", block_of(n).value()}}); }
void lower_space_to_depth(Lowering& n) { n.emit("pixel_unshuffle", {n.ref(0)}, {{"factor", block_of(n).value()}}); }

constexpr std::array kRules{
    Rule{"Identity", infer_identity, lower_alias},
    Rule{"Dropout", infer_dropout, lower_alias},
    Rule{"Reshape", infer_reshape, lower_reshape},
    Rule{"Flatten", infer_flatten, lower_reshape},
    Rule{"Squeeze", infer_squeeze, lower_reshape},
    Rule{"Unsqueeze", infer_unsqueeze, lower_reshape},
    Rule{"Transpose", infer_transpose, lower_transpose},
    Rule{"Concat", infer_concat, lower_concat},
    Rule{"Slice", infer_slice, lower_slice},
    Rule{"Split", infer_split, lower_split},
    Rule{"Expand", infer_expand, lower_expand},
    Rule{"Tile", infer_tile, lower_tile},
    Rule{"Pad", infer_pad, lower_pad},
    Rule{"DepthToSpace", infer_depth_to_space, lower_depth_to_space},
    Rule{"SpaceToDepth", infer_space_to_depth, lower_space_to_depth},
};

}  // namespace

void lower_alias(Lowering& n) {
  const int from = n.node().inputs.empty() ? -1 : n.node().inputs.at(0);
  if (from < 0) throw Unknown{};
  n.bind(0, n.ref(0));
}

std::span<const Rule> movement_rules() { return kRules; }

}  // namespace ridgepoint::onnx
