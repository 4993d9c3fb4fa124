#pragma once
// Fused attention: many queries against keys (prefill), and one query against a cache (decode).

#include "cost/model.hpp"

namespace ridgepoint {

/// Prices attention with more than one query: tiles of queries over compute units, each of which walks over the keys
/// that it sees.
extern const CostModel kAttentionPrefill;

/// Prices attention with one query: the cache streams from dram or l2, in units of one KV head of one sequence, or of a
/// part of its length.
extern const CostModel kAttentionDecode;

}  // namespace ridgepoint
