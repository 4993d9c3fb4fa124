#include "importers/onnx/context.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::array<std::string_view, 9> kKindNames{"nothing", "a float", "an integer", "a string", "a tensor",
                                                     "a graph", "floats",  "integers",   "strings"};

std::string_view kind_name(AttributeKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kKindNames.size() ? kKindNames[index] : "of an unknown type";
}

// Files before IR version 2 may leave the kind out.
bool fits(const AttributeView& attribute, AttributeKind kind) {
  return attribute.kind == kind || attribute.kind == AttributeKind::kUndefined;
}

}  // namespace

void NodeContext::fail(const std::string& what, const std::string& expected) const {
  const std::string name = node_.name.empty() ? "" : " " + in_quotes(node_.name);
  throw InputError({fmt::format("{}{}: {}", printable(node_.type), name, what), expected});
}

const ValueInfo& NodeContext::in(std::size_t i) const {
  if (!has(i)) fail(fmt::format("has no input {}", i), fmt::format("at least {} inputs", i + 1));
  return graph_.value(node_.inputs[i]);
}

const Dims& NodeContext::shape(std::size_t i) const {
  const ValueInfo& value = in(i);
  if (!value.shape) throw Unknown{};
  return *value.shape;
}

const std::vector<Scalar>* NodeContext::numbers(std::size_t i) const {
  if (!has(i)) return nullptr;
  const ValueInfo& value = in(i);
  return value.data ? &*value.data : nullptr;
}

Dims NodeContext::sizes(std::size_t i) const {
  const std::vector<Scalar>* const list = numbers(i);
  if (list == nullptr) throw Unknown{};
  Dims dims;
  for (const Scalar& scalar : *list) {
    if (!scalar.whole) throw Unknown{};
    dims.push_back(scalar.size);
  }
  return dims;
}

std::optional<Dims> NodeContext::sizes(std::size_t i, std::string_view attribute) const {
  if (has(i)) return sizes(i);
  const auto given = integers(attribute);
  if (!given) return std::nullopt;
  return Dims(given->begin(), given->end());
}

const AttributeView* NodeContext::find(std::string_view name) const {
  if (node_.view == nullptr) return nullptr;
  for (const AttributeView& attribute : node_.view->attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

const AttributeView* NodeContext::find(std::string_view name, AttributeKind kind) const {
  const AttributeView* const attribute = find(name);
  if (attribute == nullptr) return nullptr;
  if (!attribute->reference.empty()) throw Unknown{};
  if (!fits(*attribute, kind)) {
    fail(fmt::format("attribute {} is {}", in_quotes(name), kind_name(attribute->kind)), std::string(kind_name(kind)));
  }
  return attribute;
}

std::int64_t NodeContext::integer(std::string_view name, std::int64_t otherwise) const {
  const AttributeView* const found = find(name, AttributeKind::kInt);
  return found == nullptr ? otherwise : found->integer;
}

double NodeContext::real(std::string_view name, double otherwise) const {
  const AttributeView* const found = find(name, AttributeKind::kFloat);
  return found == nullptr ? otherwise : found->real;
}

std::string_view NodeContext::text(std::string_view name, std::string_view otherwise) const {
  const AttributeView* const found = find(name, AttributeKind::kString);
  return found == nullptr ? otherwise : found->text;
}

std::optional<std::vector<std::int64_t>> NodeContext::integers(std::string_view name) const {
  const AttributeView* const found = find(name, AttributeKind::kInts);
  if (found == nullptr) return std::nullopt;
  return found->integers;
}

const TensorView* NodeContext::tensor(std::string_view name) const {
  const AttributeView* const found = find(name, AttributeKind::kTensor);
  return found == nullptr ? nullptr : found->tensor.get();
}

const GraphView* NodeContext::subgraph(std::string_view name) const {
  const AttributeView* const found = find(name, AttributeKind::kGraph);
  return found == nullptr ? nullptr : found->graph.get();
}

std::int64_t NodeContext::axis(std::int64_t given, std::int64_t rank) const {
  const std::int64_t resolved = given < 0 ? given + rank : given;
  if (resolved < 0 || resolved >= rank) {
    fail(fmt::format("axis {} of a tensor with {} axes", given, rank),
         fmt::format("an axis from {} to {}", -rank, rank - 1));
  }
  return resolved;
}

std::optional<std::vector<std::int64_t>> NodeContext::axes(std::size_t i, std::int64_t rank) const {
  std::optional<std::vector<std::int64_t>> given = integers("axes");
  if (!given && has(i)) {
    given.emplace();
    for (const Dim& dim : sizes(i)) given->push_back(dim.value());
  }
  if (!given) return std::nullopt;
  for (std::int64_t& one : *given) one = axis(one, rank);
  std::sort(given->begin(), given->end());
  given->erase(std::unique(given->begin(), given->end()), given->end());
  return given;
}

std::vector<std::int64_t> NodeContext::permutation(std::size_t rank) const {
  const auto last = static_cast<std::int64_t>(rank) - 1;
  std::vector<std::int64_t> order = integers("perm").value_or(std::vector<std::int64_t>{});
  if (order.empty()) {
    for (std::int64_t i = last; i >= 0; --i) order.push_back(i);
  }
  for (std::int64_t& axis : order) axis = axis < 0 ? axis + last + 1 : axis;
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t i = 0; i <= last; ++i) {
    if (sorted.size() != rank || sorted[static_cast<std::size_t>(i)] != i) {
      fail("perm is no permutation of its axes", fmt::format("each axis from 0 to {} once", last));
    }
  }
  return order;
}

void Inference::set(std::size_t i, Elem elem, Dims dims) {
  if (i >= node().outputs.size() || node().outputs[i] < 0) return;
  for (const Dim& dim : dims) {
    if (dim.value() < 0) fail(fmt::format("an output of {}", to_string(dims)), "no negative extents");
  }
  (void)product(dims);  // refuses what overflows
  ValueInfo& value = graph().value(node().outputs[i]);
  value.elem = elem;
  value.shape = std::move(dims);
}

void Inference::set_data(std::size_t i, std::vector<Scalar> data) {
  if (i >= node().outputs.size() || node().outputs[i] < 0) return;
  if (static_cast<std::int64_t>(data.size()) > kMostKnown || data.size() > graph().known_left) return;
  graph().known_left -= data.size();
  graph().value(node().outputs[i]).data = std::move(data);
}

Dim Inference::found(const Dim& most) const {
  if (!graph().name_size || most.value() < 1) return most;
  return graph().name_size(node().name.empty() ? graph().value(node().outputs[0]).name : node().name, most);
}

std::size_t place(const Dims& dims, const std::vector<std::size_t>& at) {
  std::size_t position = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) position = position * static_cast<std::size_t>(dims[i].value()) + at[i];
  return position;
}

void rearrange(Inference& n, const std::vector<Scalar>& from, const Source& source) {
  const ValueInfo& y = n.graph().value(n.node().outputs[0]);
  if (!y.shape) return;
  const Dims dims = *y.shape;
  const Dim count = product(dims);
  if (count.value() > kMostKnown || count.value() < 0 || !count.is_number()) return;
  std::vector<Scalar> data;
  std::vector<std::size_t> at(dims.size(), 0);
  for (std::int64_t i = 0; i < count.value(); ++i) {
    const std::size_t position = source(at);
    if (position >= from.size()) return;
    data.push_back(from[position]);
    for (std::size_t k = dims.size(); k-- > 0;) {
      if (++at[k] < static_cast<std::size_t>(dims[k].value())) break;
      at[k] = 0;
    }
  }
  n.set_data(0, std::move(data));
}

Dims broadcast(const NodeContext& context, const Dims& a, const Dims& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Dims result(rank);
  for (std::size_t i = 1; i <= rank; ++i) {
    const Dim x = i <= a.size() ? a[a.size() - i] : Dim(1);
    const Dim y = i <= b.size() ? b[b.size() - i] : Dim(1);
    Dim& z = result[rank - i];
    if (x == y || y.is(1)) {
      z = x;
    } else if (x.is(1)) {
      z = y;
    } else if (x.value() == y.value()) {
      z = x.is_number() ? x : y;
    } else if (y.value() == 1 || x.value() == 1) {
      z = y.value() == 1 ? x : y;
    } else {
      context.fail(fmt::format("cannot broadcast {} with {}", to_string(a), to_string(b)),
                   "extents that are equal or 1, aligned at the last axis");
    }
  }
  return result;
}

}  // namespace ridgepoint::onnx
