#pragma once
// From groups of layers to launches of kernels.

#include <array>
#include <vector>

#include "cost/price.hpp"
#include "roofline/fusion.hpp"

namespace ridgepoint {

/// The weight update of training: plain, with momentum, Adam, Adagrad, or Adagrad whose tables keep one number for a
/// whole row (and whose other parameters are Adagrad's).
enum class Optimizer : std::uint8_t { kSgd, kMomentum, kAdam, kAdagrad, kRowwiseAdagrad };

inline constexpr std::array<std::string_view, 5> kOptimizerNames{"sgd", "momentum", "adam", "adagrad",
                                                                 "rowwise_adagrad"};

/// The state that an optimizer keeps for so many parameters, fp32 copies of narrower weights included. `row` is the
/// width of a row where they are those of a table, else 0.
Bytes optimizer_state(double parameters, double row, Optimizer optimizer, DType weights);

/// One step over so many parameters: reads gradient, state and weight, writes state and weight.
Stream optimizer_step(double parameters, double row, Optimizer optimizer, DType weights);

/// The width of a row of the layer's table; 0 where its parameters are none.
double table_width(const Layer& layer);

/// The launches of one group, by pass. Only fprop outside training.
struct GroupLaunches {
  std::array<std::vector<Launch>, kPasses.size()> passes;
  double updated_parameters = 0;  ///< parameters that the optimizer launch works on
};

/// Lowers groups of one network.
class Lowering {
 public:
  Lowering(const Network& network, Optimizer optimizer)
      : network_(network), optimizer_(optimizer), consumers_(consumers_of(network)) {}

  [[nodiscard]] GroupLaunches lower(const Group& group) const;

 private:
  [[nodiscard]] std::vector<Launch> forward(const Group& group) const;
  void backward(const Group& group, GroupLaunches& launches) const;
  void update(const Layer& layer, const Site& site, GroupLaunches& launches) const;
  [[nodiscard]] bool must_be_written(int tensor, const Group& group) const;
  [[nodiscard]] const Layer& layer_at(int index) const { return network_.layers[static_cast<std::size_t>(index)]; }

  const Network& network_;
  Optimizer optimizer_;
  std::vector<std::vector<int>> consumers_;
};

}  // namespace ridgepoint
