#pragma once
// Element-wise passes, copies and optimizer steps: bytes through dram or the last cache, against instructions.

#include "cost/model.hpp"

namespace ridgepoint {

/// latency + smooth max(t_memory, t_units) where
///   t_memory = (read + write_cost written) / (memory_efficiency bandwidth) (1 - h + h / cache_bandwidth_ratio),
///   h = the share of the bytes that the last cache holds,
///   t_units = elements x slots / vector rate; slots are the FLOPs, or more for functions that take many instructions.
/// A smooth maximum of dram and units, the ramp as a constant (b / B + latency is a bandwidth that rises with b):
/// roofline with the latency of Hockney's n_1/2 (Parallel Computing 20(3), 1994). Fits: docs/validation.md.
extern const CostModel kElementwiseModel;

}  // namespace ridgepoint
