#pragma once
// Recurrent layers: steps that wait for each other.

#include "cost/model.hpp"

namespace ridgepoint {

/// fprop and dgrad: start + timesteps (step + smooth max(t_weights, t_units, t_serial)).
///   t_weights  the recurrent matrix through memory, once per step and once more for every few rows of a small batch
///   t_units    the product of a step, of a batch padded to tiles of 64 rows
///   t_serial   the reduction of a step in one tile, element after element
/// wgrad is one product over batch and time. Fits (cuDNN 6, DeepBench): docs/validation.md.
extern const CostModel kRecurrenceModel;

}  // namespace ridgepoint
