// Operators that give the same elements other names, extents or an order: reshapes, transposes.

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
  Dims wanted = n.sizes(1, "shape").value_or(Dims{});
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

void infer_transpose(Inference& n) {
  Dims y;
  const std::vector<std::int64_t> order = n.permutation(n.shape(0).size());
  for (const std::int64_t axis : order) y.push_back(n.shape(0)[static_cast<std::size_t>(axis)]);
  n.set(0, n.in(0).elem, std::move(y));
  if (n.numbers(0) == nullptr) return;
  rearrange(n, *n.numbers(0), [&](const std::vector<std::size_t>& at) {
    std::vector<std::size_t> from(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) from[static_cast<std::size_t>(order[i])] = at[i];
    return place(n.shape(0), from);
  });
}

// The same elements under other extents.
void lower_reshape(Lowering& n) {
  if (n.shape(0) == n.out_shape() || n.out_shape().empty()) return lower_alias(n);
  n.emit("reshape", {n.ref(0)}, {{"shape", as_value(n.out_shape())}});
}

void lower_transpose(Lowering& n) {
  const std::vector<std::int64_t> order = n.permutation(n.shape(0).size());
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

constexpr std::array kRules{
    Rule{"Identity", infer_identity, lower_alias},       Rule{"Dropout", infer_dropout, lower_alias},
    Rule{"Reshape", infer_reshape, lower_reshape},       Rule{"Flatten", infer_flatten, lower_reshape},
    Rule{"Squeeze", infer_squeeze, lower_reshape},       Rule{"Unsqueeze", infer_unsqueeze, lower_reshape},
    Rule{"Transpose", infer_transpose, lower_transpose},
};

}  // namespace

void lower_alias(Lowering& n) {
  const int from = n.node().inputs.empty() ? -1 : n.node().inputs.at(0);
  if (from < 0) throw Unknown{};
  n.bind(0, n.ref(0));
}

std::span<const Rule> view_rules() { return kRules; }

}  // namespace ridgepoint::onnx
