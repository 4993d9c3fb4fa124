#pragma once
// The common law: it prices the kinds of kernels that have no model of their own.

#include "cost/model.hpp"

namespace ridgepoint {

/// Parameters of the law, in the order of its table.
enum LawParameter : std::size_t {
  kComputeEfficiency,
  kVectorEfficiency,
  kMemoryEfficiency,
  kLatency,
  kSmoothness,
  kCacheBandwidthRatio,
};

/// latency + (sum over units and dram of need^smoothness)^(1 / smoothness): the maximum where one dominates, somewhat
/// more where several are close. Special functions and the l2, which no fit saw, are ceilings and no more.
extern const CostModel kLaw;

}  // namespace ridgepoint
