#pragma once
// Every kernel of a network one by one, for those who measure them.

#include <string>
#include <vector>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// One kernel of one row: what it is, how often it runs, and its price in the network.
struct ListedKernel {
  std::size_t row = 0;  ///< of the estimate
  std::string layer;
  std::string op;
  Pass pass = Pass::kFprop;
  double repeat = 1;
  Launch launch;
  Price price;
};

/// A network's kernels in execution order, the same that `estimate` adds up, and the bytes that one run of it touches.
struct KernelListing {
  std::vector<ListedKernel> kernels;
  Bytes footprint{};
};

/// Throws InputError when the device lacks a format that the network needs.
KernelListing list_kernels(const Network& network, const Device& device, const EngineOptions& options);

}  // namespace ridgepoint
