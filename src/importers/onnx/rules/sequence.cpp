// Sequences of tensors whose length is known: they are taken apart.

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

void infer_construct(Inference& n) {
  ValueInfo& y = n.graph().value(n.node().outputs.at(0));
  y.sequence = std::make_shared<const std::vector<int>>(n.node().inputs);
}

void infer_empty(Inference& n) {
  n.graph().value(n.node().outputs.at(0)).sequence = std::make_shared<const std::vector<int>>();
}

const std::vector<int>& sequence_of(const NodeContext& n, std::size_t i) {
  const ValueInfo& value = n.in(i);
  if (value.sequence == nullptr) throw Unknown{};
  return *value.sequence;
}

void infer_insert(Inference& n) {
  std::vector<int> list = sequence_of(n, 0);
  if (list.size() > 10'000) throw Unknown{};
  auto at = static_cast<std::int64_t>(list.size());
  if (n.has(2)) at = n.sizes(2).at(0).value();
  if (at < 0) at += static_cast<std::int64_t>(list.size());
  if (at < 0 || at > static_cast<std::int64_t>(list.size())) n.fail("a place outside its sequence", "a place inside");
  list.insert(list.begin() + at, n.node().inputs.at(1));
  n.graph().value(n.node().outputs.at(0)).sequence = std::make_shared<const std::vector<int>>(std::move(list));
}

void infer_erase(Inference& n) {
  std::vector<int> list = sequence_of(n, 0);
  auto at = static_cast<std::int64_t>(list.size()) - 1;
  if (n.has(1)) at = n.sizes(1).at(0).value();
  if (at < 0) at += static_cast<std::int64_t>(list.size());
  if (at < 0 || at >= static_cast<std::int64_t>(list.size())) n.fail("a place outside its sequence", "a place inside");
  list.erase(list.begin() + at);
  n.graph().value(n.node().outputs.at(0)).sequence = std::make_shared<const std::vector<int>>(std::move(list));
}

// The sizes of the parts: a list, or one for all but the last; 1 without.
Dims part_sizes(const NodeContext& n, const Dim& extent) {
  constexpr std::int64_t kMostParts = 4096;
  if (n.has(1) && n.shape(1).size() == 1) return n.sizes(1);
  const Dim size = n.has(1) ? n.sizes(1).at(0) : Dim(1);
  if (size.value() < 1 || extent.value() / size.value() > kMostParts) throw Unknown{};
  Dims sizes;
  Dim rest = extent;
  for (; rest.value() > size.value(); rest = rest - size) sizes.push_back(size);
  sizes.push_back(rest);
  return sizes;
}

void infer_split_to_sequence(Inference& n) {
  // A copy: values move when some are added.
  const Dims x = n.shape(0);  // NOLINT(performance-unnecessary-copy-initialization)
  const Elem elem = n.in(0).elem;
  const auto axis = static_cast<std::size_t>(n.axis(n.integer("axis", 0), static_cast<std::int64_t>(x.size())));
  std::vector<int> parts;
  const Dims sizes = part_sizes(n, x[axis]);
  if (sizes.size() > n.graph().known_left) throw Unknown{};
  n.graph().known_left -= sizes.size();
  for (const Dim& size : sizes) {
    if (size.value() < 1) throw Unknown{};
    ValueInfo part;
    part.elem = elem;
    part.shape = x;
    (*part.shape)[axis] = size;
    part.producer = n.graph().value(n.node().outputs.at(0)).producer;
    if (!n.has(1) && n.integer("keepdims", 1) == 0)
      part.shape->erase(part.shape->begin() + static_cast<std::ptrdiff_t>(axis));
    parts.push_back(static_cast<int>(n.graph().values.size()));
    n.graph().values.push_back(std::move(part));
  }
  n.graph().value(n.node().outputs.at(0)).sequence = std::make_shared<const std::vector<int>>(std::move(parts));
}

void lower_split_to_sequence(Lowering& n) {
  const std::vector<int> parts = *n.out().sequence;
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.shape(0).size()));
  const Dims sizes = part_sizes(n, n.shape(0)[static_cast<std::size_t>(axis)]);
  const std::string split =
      parts.size() == 1 ? n.ref(0) : n.step("parts", "split", {n.ref(0)}, {{"axis", axis}, {"sizes", as_value(sizes)}});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string part = parts.size() == 1 ? split : split + ":" + std::to_string(i);
    const Dims& dims = *n.graph().value(parts[i]).shape;
    if (dims.size() < n.shape(0).size()) part = n.reshaped("part", part, dims);
    n.writer().bind(parts[i], std::move(part));
  }
}

// An optional value that is there is that value.
void infer_optional(Inference& n) {
  const ValueInfo& from = n.in(0);
  ValueInfo& to = n.graph().value(n.node().outputs.at(0));
  to.elem = from.elem;
  to.shape = from.shape;
  to.data = from.data;
  to.sequence = from.sequence;
}

void infer_has_element(Inference& n) {
  n.set(0, Elem::kBool, {});
  n.set_data(0, {Scalar(Dim(n.has(0) ? 1 : 0))});
  n.graph().value(n.node().outputs.at(0)).constant = true;
}

void infer_length(Inference& n) {
  n.set(0, Elem::kInt64, {});
  n.set_data(0, {Scalar(Dim(static_cast<std::int64_t>(sequence_of(n, 0).size())))});
  n.graph().value(n.node().outputs.at(0)).constant = true;
}

int element(const NodeContext& n) {
  const std::vector<int>& list = sequence_of(n, 0);
  std::int64_t at = n.sizes(1).at(0).value();
  if (at < 0) at += static_cast<std::int64_t>(list.size());
  if (at < 0 || at >= static_cast<std::int64_t>(list.size()) || list[static_cast<std::size_t>(at)] < 0) {
    n.fail("a place outside its sequence", "a place inside");
  }
  return list[static_cast<std::size_t>(at)];
}

void infer_at(Inference& n) {
  const ValueInfo from = n.graph().value(element(n));
  ValueInfo& to = n.graph().value(n.node().outputs.at(0));
  to.elem = from.elem;
  to.shape = from.shape;
  to.data = from.data;
}

void lower_at(Lowering& n) { n.bind(0, n.writer().tensor(element(n))); }

void infer_concat_sequence(Inference& n) {
  const std::vector<int>& list = sequence_of(n, 0);
  if (list.empty()) throw Unknown{};
  const bool stacks = n.integer("new_axis", 0) != 0;
  const auto& first = n.graph().value(list.front()).shape;
  if (!first) throw Unknown{};
  Dims y = *first;
  for (const int id : list) {
    const auto& part = n.graph().value(id).shape;
    if (!part || part->size() != y.size()) throw Unknown{};
  }
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(y.size()) + (stacks ? 1 : 0));
  if (stacks) {
    y.insert(y.begin() + axis, Dim(static_cast<std::int64_t>(list.size())));
  } else {
    const auto along = static_cast<std::size_t>(axis);
    for (std::size_t i = 1; i < list.size(); ++i) y[along] = y[along] + (*n.graph().value(list[i]).shape)[along];
  }
  n.set(0, n.graph().value(list.front()).elem, std::move(y));
}

void lower_concat_sequence(Lowering& n) {
  const bool stacks = n.integer("new_axis", 0) != 0;
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.out_shape().size()));
  std::vector<std::string> parts;
  for (const int id : sequence_of(n, 0)) {
    std::string part = n.writer().tensor(id);
    if (stacks) {
      const auto& shape = n.graph().value(id).shape;
      if (!shape || shape->size() + 1 != n.out_shape().size()) throw Unknown{};
      Dims with_axis = *shape;
      with_axis.insert(with_axis.begin() + axis, Dim(1));
      part = n.reshaped("axis", part, with_axis);
    }
    parts.push_back(std::move(part));
  }
  n.emit("concat", std::move(parts), {{"axis", axis}});
}

void lower_none(Lowering&) {}

void lower_optional(Lowering& n) {
  if (n.in(0).sequence == nullptr) lower_alias(n);
}

constexpr std::array kRules{
    Rule{"SequenceConstruct", infer_construct, lower_none},
    Rule{"SequenceEmpty", infer_empty, lower_none},
    Rule{"SequenceInsert", infer_insert, lower_none},
    Rule{"SequenceErase", infer_erase, lower_none},
    Rule{"SplitToSequence", infer_split_to_sequence, lower_split_to_sequence},
    Rule{"Optional", infer_optional, lower_optional},
    Rule{"OptionalGetElement", infer_optional, lower_optional},
    Rule{"OptionalHasElement", infer_has_element, lower_none},
    Rule{"SequenceLength", infer_length, lower_none},
    Rule{"SequenceAt", infer_at, lower_at},
    Rule{"ConcatFromSequence", infer_concat_sequence, lower_concat_sequence},
};

}  // namespace

std::span<const Rule> sequence_rules() { return kRules; }

}  // namespace ridgepoint::onnx
