#pragma once
// Norms, softmax and reductions: passes over memory that walk along rows.

#include "cost/model.hpp"

namespace ridgepoint {

/// latency + smooth max(t_memory, t_units). A row that does not fit into registers is read again: `reread` times more,
/// from the last cache, or from dram once the rows in flight outgrow it. Softmax of up to 1024 columns keeps a row in
/// one warp's registers, padded to a power of two (the kernels of PyTorch's softmax do; so it takes one pass); longer
/// rows and norms take a block of threads each and a fixed number of clocks besides. Fits: docs/validation.md.
extern const CostModel kRowsModel;

}  // namespace ridgepoint
