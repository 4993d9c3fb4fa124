#pragma once
#include <unordered_map>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// The clock that sees kernels as this execution runs them.
constexpr Clock clock_of(Execution execution) { return execution == Execution::kEager ? Clock::kOp : Clock::kKernel; }

/// The bytes between two visits of a network's run to the operands of a kernel, of a run that touches `footprint` in
/// all: what a pass over activations reads was written by the layer before, and lies as near as its own tensors are
/// large.
Bytes distance_in(const Launch& launch, Bytes footprint);

/// Prices launches on one device; equal launches are priced once.
class Pricer {
 public:
  /// `footprint` are the bytes that one run of the network touches, which lie between two visits to the same operand.
  Pricer(const Device& device, Mode mode, Execution execution, Bytes footprint = {})
      : device_(device), mode_(mode), execution_(execution), footprint_(footprint) {}

  /// From here on prices are for a run that touches so many bytes: known ones are forgotten where that changes them.
  void start(Bytes footprint);

  /// The price in this execution: issued eagerly, a kernel takes at least the host's time to issue it.
  const Price& price_of(const Launch& launch);

 private:
  struct Key {
    Launch launch;
    bool operator==(const Key& other) const;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const { return hash_of(key.launch.kernel); }
  };

  const Device& device_;
  Mode mode_;
  Execution execution_;
  Bytes footprint_;
  std::unordered_map<Key, Price, Hash> known_;
};

/// estimate() with a pricer of this device, mode and execution, which may know prices from other networks.
Estimate estimate(const Network& network, const Device& device, const EngineOptions& options, Pricer& pricer);

}  // namespace ridgepoint
