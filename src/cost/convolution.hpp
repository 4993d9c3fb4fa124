#pragma once
// Convolutions: the fastest of the algorithms that libraries have.

#include "cost/model.hpp"

namespace ridgepoint {

/// latency + the least over algorithms of smooth max(t_units, t_dram):
///   implicit GEMM    a product of n p q x k over c r s (fprop), n h w x c over k r s (dgrad), k x c r s over n p q
///                    (wgrad, split over the reduction), in tiles on the compute units, in waves
///   col2im           dgrad as a product of n p q x c r s over k whose result is scattered
///   Winograd         F(2x2, 3x3) and F(4x4, 3x3): 16 or 36 products per tile of 4 or 16 outputs, with transforms of
///                    input and output through memory (Lavin and Gray, arXiv 1509.09308); 3x3, stride 1, vector units
/// A depthwise convolution has no reduction over channels and is a pass over memory. Fits: docs/validation.md.
extern const CostModel kConvolutionModel;

}  // namespace ridgepoint
