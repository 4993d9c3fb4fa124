#pragma once
// From groups of layers to launches of kernels.

#include <array>
#include <vector>

#include "cost/price.hpp"
#include "roofline/fusion.hpp"

namespace ridgepoint {

/// The weight update of training: plain, with momentum, or Adam.
enum class Optimizer : std::uint8_t { kSgd, kMomentum, kAdam };

inline constexpr std::array<std::string_view, 3> kOptimizerNames{"sgd", "momentum", "adam"};

/// The state that an optimizer keeps per parameter, fp32 copies of narrower weights included.
Bytes optimizer_state(double parameters, Optimizer optimizer, DType weights);

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
