#pragma once
// What stands between the two products of an attention: scales, masks and guards around its softmax.

#include <vector>

#include "importers/onnx/patterns/matcher.hpp"

namespace ridgepoint::onnx {

/// From the softmax back to the product of queries and keys.
struct Scores {
  Node* product = nullptr;  ///< null where there is none
  std::vector<int> masks;   ///< tensors that are added, or that choose
  int scale = -1;           ///< a constant that scales each head, or -1
  bool softcap = false;
};
Scores scores_of(const Matcher& m, int value);

/// From the softmax on to the product with the values: which of its inputs the weights are, and the order in which it
/// reads their axes (empty: as they are).
struct WeightedSum {
  Node* product = nullptr;
  std::size_t weights = 0;
  std::vector<std::int64_t> order;
};
WeightedSum weighted_sum(const Matcher& m, int value);

}  // namespace ridgepoint::onnx
