#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "core/traffic.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// How a stream walks its data; each kind has its own cost model.
enum class StreamKind : std::uint8_t { kElementwise, kNormalization, kReduction, kCopy };

constexpr std::string_view name(StreamKind kind) {
  constexpr std::string_view kNames[] = {"elementwise", "normalization", "reduction", "copy"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// A pass over tensors without reuse: element-wise ops, norms, softmax, reductions, copies, optimizer steps. `rows` x
/// `cols` are the elements that it works on (a row is what a reduction runs over); the FLOPs are per element.
struct Stream {
  StreamKind kind = StreamKind::kElementwise;
  std::string_view op;  ///< what it computes, from a static table
  double rows = 1;
  double cols = 1;
  Traffic read{};
  Traffic written{};
  double flops_per_element = 0;  ///< special operations included
  double special_per_element = 0;
  double steps = 1;  ///< serial passes that wait for each other; what is read comes from the caches again in each

  [[nodiscard]] auto key() const {
    return std::tuple(kind, op, rows, cols, read.value(), written.value(), flops_per_element, special_per_element,
                      steps);
  }
  [[nodiscard]] Work work() const {
    const double elements = rows * cols;
    return {.vector = Flops{elements * flops_per_element},
            .special = Flops{elements * special_per_element},
            .read = read.total(),
            .written = written.total(),
            .l2 = read.total() * steps + written.total()};
  }
  void explain(Derivation& derivation) const;
};

}  // namespace ridgepoint
