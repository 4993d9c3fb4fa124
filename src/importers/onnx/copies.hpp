#pragma once
#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// Exporters store a tied head a second time, transposed. Where the file holds the values of both, some of them are
/// compared, and equal matrices become one parameter.
void merge_copies(Graph& graph);

}  // namespace ridgepoint::onnx
