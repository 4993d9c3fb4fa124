#pragma once
#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// Bytes of a real as a file stores it; 0 for what this tool does not look into.
std::size_t width_of(Elem elem);

/// The extents of the table that a bias of scores, [heads, n, n] or [n, n], was looked up in before the run; none at
/// all where no parameter is behind it (a mask, distances times a slope); nothing where that cannot be told. Values of
/// equal distances are equal. Over a window of side x side places, perhaps with a class token, there are (2 side -
/// 1)^2, and 3 more for the token (Liu et al., arXiv 2103.14030; Bao et al., 2106.08254), or side^2 without regard to
/// the direction (Graham et al., 2104.01136); along a line there are those that are used.
std::optional<Dims> table_behind(const Graph& graph, int value);

/// The same of rows, [..., n, width], that are added to activations: one where all are alike (the kind of a token that
/// is the same for all); none where they are sines and cosines of positions (Vaswani et al., arXiv 1706.03762).
std::optional<Dims> rows_behind(const Graph& graph, int value);

}  // namespace ridgepoint::onnx
