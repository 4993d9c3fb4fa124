#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "kernels/pass.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// The cell of a recurrent layer.
enum class RnnCell : std::uint8_t { kRnn, kLstm, kGru };

/// What a cell does besides its products, per hidden unit and time step: its gates, the FLOPs and special operations
/// on them, and the FLOPs of the way back.
struct RnnCellFacts {
  std::string_view name;
  std::int64_t gates;
  double flops;
  double special;
  double backward_flops;
  std::int64_t states;  ///< values that it hands to the next step: h, and c of an LSTM
};

/// Each gate adds the input's part to the recurrent one (1 FLOP); a sigmoid is 3 FLOPs, 2 of them special, a tanh is 1.
/// rnn: tanh. LSTM (Hochreiter and Schmidhuber 1997): 3 sigmoids, 2 tanh, c = f c + i g, h = o tanh c. GRU (Cho et al.,
/// arXiv 1406.1078): 2 sigmoids, 1 tanh, a product with the reset gate, h = (1 - z) n + z h.
inline constexpr std::array kRnnCells{RnnCellFacts{"rnn", 1, 2, 1, 3, 1}, RnnCellFacts{"lstm", 4, 19, 8, 24, 2},
                                      RnnCellFacts{"gru", 3, 15, 5, 19, 1}};

constexpr const RnnCellFacts& facts(RnnCell cell) { return kRnnCells[static_cast<std::size_t>(cell)]; }

/// The part of a recurrent layer that runs serially over time: in each of `timesteps` steps, gates[batch, gates hidden]
/// += h W with W[output, gates hidden], then the cell, then (with `projection` p > 0, LSTMP; Sak et al., arXiv
/// 1402.1128) h W_p with W_p[hidden, p]; output = p, or hidden without it. What the layer's input adds to the gates was
/// multiplied before, for all steps at once. The weights count once: kernels that keep them on chip read them once.
/// wgrad is not serial: it reduces over batch and time.
struct Recurrent {
  RnnCell cell = RnnCell::kLstm;
  std::int64_t batch = 1;
  std::int64_t hidden = 1;
  std::int64_t timesteps = 1;
  std::int64_t projection = 0;
  std::int64_t directions = 1;  ///< 2 runs both ways at the same time, each with weights of its own
  Pass pass = Pass::kFprop;
  bool keeps_gates = false;  ///< fprop of training writes the gates for the backward pass
  DType activations = DType::kFp32;
  DType weights = DType::kFp32;
  DType math = DType::kFp32;

  [[nodiscard]] auto key() const {
    return std::tuple(cell, batch, hidden, timesteps, projection, directions, pass, keeps_gates, activations, weights,
                      math);
  }
  [[nodiscard]] std::int64_t output() const { return projection > 0 ? projection : hidden; }
  /// Values of the recurrent weights of one direction, the projection's included.
  [[nodiscard]] double weight_count() const {
    const auto h = static_cast<double>(hidden);
    return static_cast<double>(facts(cell).gates) * h * static_cast<double>(output()) +
           h * static_cast<double>(projection);
  }
  [[nodiscard]] Work work() const;
  void explain(Derivation& derivation) const;
};

inline Work Recurrent::work() const {
  const auto steps = static_cast<double>(timesteps);
  const auto ways = static_cast<double>(directions);
  const double rows = static_cast<double>(batch) * steps * ways;
  const RnnCellFacts& c = facts(cell);
  const double units = rows * static_cast<double>(hidden);
  const Bytes gates = bytes_of(units * static_cast<double>(c.gates), activations);
  const Bytes states = bytes_of(units * static_cast<double>(c.states - 1), activations);  // the cell states
  const Bytes outputs = bytes_of(rows * static_cast<double>(output()), activations);
  const Bytes matrix = bytes_of(weight_count() * ways, weights);

  Work work{.macs = rows * weight_count(), .math = math};
  work.matrix = Flops{2 * work.macs};
  switch (pass) {
    case Pass::kFprop:
    case Pass::kOptimizer:
      work.vector = Flops{units * c.flops};
      work.special = Flops{units * c.special};
      work.read = gates + matrix;
      work.written = outputs + (keeps_gates ? gates + states : Bytes{});
      break;
    case Pass::kDgrad:  // reads the gates, the states and dY, writes the gradients of the gates
      work.vector = Flops{units * c.backward_flops};
      work.read = gates + states + outputs + matrix;
      work.written = gates;
      break;
    case Pass::kWgrad:
      work.read = gates + outputs;
      work.written = matrix;
      break;
  }
  work.l2 = work.bytes() + (pass == Pass::kWgrad ? Bytes{} : matrix * (steps - 1));
  return work;
}

}  // namespace ridgepoint
