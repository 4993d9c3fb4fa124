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
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(y.size()) + (stacks ? 1 : 0));
  if (stacks) {
    y.insert(y.begin() + axis, Dim(static_cast<std::int64_t>(list.size())));
  } else {
    for (std::size_t i = 1; i < list.size(); ++i) {
      const auto& part = n.graph().value(list[i]).shape;
      if (!part || part->size() != y.size()) throw Unknown{};
      y[static_cast<std::size_t>(axis)] = y[static_cast<std::size_t>(axis)] + (*part)[static_cast<std::size_t>(axis)];
    }
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
      Dims with_axis = *n.graph().value(id).shape;
      with_axis.insert(with_axis.begin() + axis, Dim(1));
      part = n.reshaped("axis", part, with_axis);
    }
    parts.push_back(std::move(part));
  }
  n.emit("concat", std::move(parts), {{"axis", axis}});
}

void lower_none(Lowering&) {}

constexpr std::array kRules{
    Rule{"SequenceConstruct", infer_construct, lower_none},
    Rule{"SequenceEmpty", infer_empty, lower_none},
    Rule{"SequenceInsert", infer_insert, lower_none},
    Rule{"SequenceLength", infer_length, lower_none},
    Rule{"SequenceAt", infer_at, lower_at},
    Rule{"ConcatFromSequence", infer_concat_sequence, lower_concat_sequence},
};

}  // namespace

std::span<const Rule> sequence_rules() { return kRules; }

}  // namespace ridgepoint::onnx
