// LSTM, GRU and RNN: x[time, batch, in] -> [time, directions, batch, hidden].

#include <algorithm>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

std::int64_t directions_of(const NodeContext& n) { return n.text("direction", "forward") == "bidirectional" ? 2 : 1; }

Dim hidden_of(const NodeContext& n) {
  const std::int64_t given = n.integer("hidden_size", 0);
  return given > 0 ? Dim(given) : n.shape(2).at(2);
}

void infer_recurrent(Inference& n) {
  const Dims& x = n.shape(0);
  if (x.size() != 3) n.fail("its input has not three axes", "[time, batch, features]");
  const Dim directions(directions_of(n));
  const Dim hidden = hidden_of(n);
  const bool batch_first = n.integer("layout", 0) == 1;
  const Dim batch = x[batch_first ? 0 : 1];
  const Dim time = x[batch_first ? 1 : 0];
  const Dims state = batch_first ? Dims{batch, directions, hidden} : Dims{directions, batch, hidden};
  n.set(0, n.in(0).elem, batch_first ? Dims{batch, time, directions, hidden} : Dims{time, directions, batch, hidden});
  n.set(1, n.in(0).elem, state);
  n.set(2, n.in(0).elem, state);
}

// The last step of each direction, [directions, batch, hidden], out of [batch, time, directions hidden].
std::string last_state(const Lowering& n, const std::string& y, const Dims& x, std::size_t output) {
  const Dim last = x[0] - Dim(1);
  const std::string step =
      n.step("last" + std::to_string(output), "slice", {y}, {{"axis", 1}, {"start", last.as_value()}, {"length", 1}});
  return n.reshaped("state" + std::to_string(output), step, n.out_shape(output));
}

void lower_recurrent(Lowering& n) {
  const Dims& x = n.shape(0);
  const bool batch_first = n.integer("layout", 0) == 1;
  if (batch_first) throw Unknown{};
  std::vector<ParameterKey> keys{n.key(1), n.key(2)};
  if (n.has(3)) keys.push_back(n.key(3));
  const std::string op = n.node().type.ends_with("LSTM") ? "lstm" : n.node().type == "GRU" ? "gru" : "rnn";
  const std::string rows = n.step("batch_first", "transpose", {n.ref(0)},
                                  {{"axes", Value(std::vector<std::int64_t>{1, 0, 2})}, {"free", true}});
  n.emit_owner(
      op, {rows},
      {{"hidden", hidden_of(n).as_value()}, {"bidirectional", directions_of(n) == 2}, {"biases", n.has(3) ? 2 : 0}},
      keys);
  const std::string y = n.ref_out();  // [batch, time, directions hidden]
  const Dim directions(directions_of(n));
  const std::string parted = n.reshaped("directions", y, {x[1], x[0], directions, hidden_of(n)});
  const std::string ordered = n.step("time_first", "transpose", {parted},
                                     {{"axes", Value(std::vector<std::int64_t>{1, 2, 0, 3})}, {"free", true}});
  n.bind(0, ordered);
  for (std::size_t i = 1; i < n.node().outputs.size(); ++i) {
    if (n.node().outputs[i] >= 0) n.bind(i, last_state(n, y, x, i));
  }
}

constexpr std::array kRules{
    Rule{"LSTM", infer_recurrent, lower_recurrent},
    Rule{"GRU", infer_recurrent, lower_recurrent},
    Rule{"RNN", infer_recurrent, lower_recurrent},
    Rule{"DynamicQuantizeLSTM", infer_recurrent, lower_recurrent, kMicrosoft},
};

}  // namespace

std::span<const Rule> recurrent_rules() { return kRules; }

}  // namespace ridgepoint::onnx
