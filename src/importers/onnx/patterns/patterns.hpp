#pragma once
// Groups of nodes that exporters write for one op, recognised and replaced by one node.

#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {

/// Takes out nodes that change nothing: copies, dropout, casts between formats of reals. Values that they gave are
/// those that they took.
void simplify(Graph& graph);

/// Replaces what the patterns match.
void recognise(Graph& graph);

/// The layers of a node that a pattern made.
void lower_pattern(Lowering& n);

}  // namespace ridgepoint::onnx
