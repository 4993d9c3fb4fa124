// Operators that move elements: joins, repetitions, blocks of pixels.

#include <algorithm>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

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
  if (n.numbers(0) == nullptr) return;
  rearrange(n, *n.numbers(0), [&](std::vector<std::size_t> at) {
    for (std::size_t i = 0; i < at.size(); ++i) at[i] %= static_cast<std::size_t>(n.shape(0)[i].value());
    return place(n.shape(0), at);
  });
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

void lower_depth_to_space(Lowering& n) { n.emit("pixel_shuffle", {n.ref(0)}, {{"factor", block_of(n).value()}}); }
void lower_space_to_depth(Lowering& n) { n.emit("pixel_unshuffle", {n.ref(0)}, {{"factor", block_of(n).value()}}); }

constexpr std::array kRules{
    Rule{"Concat", infer_concat, lower_concat},
    Rule{"Expand", infer_expand, lower_expand},
    Rule{"Tile", infer_tile, lower_tile},
    Rule{"DepthToSpace", infer_depth_to_space, lower_depth_to_space},
    Rule{"SpaceToDepth", infer_space_to_depth, lower_space_to_depth},
};

}  // namespace

std::span<const Rule> movement_rules() { return kRules; }

}  // namespace ridgepoint::onnx
