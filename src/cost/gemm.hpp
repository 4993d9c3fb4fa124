#pragma once
// Matrix products, one or many in a launch: tiles over compute units.

#include "cost/model.hpp"

namespace ridgepoint {

/// Prices gemm and grouped_gemm: the best of sixteen tile shapes, with and without a split of the reduction. For each,
/// the units compute in waves while operands stream through the l2 and from dram; the smooth maximum of the three
/// counts.
extern const CostModel kGemm;

}  // namespace ridgepoint
