#pragma once
#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {

/// Exporters store a tied head a second time, transposed. Where the file holds the values of both, some of them are
/// compared, and equal matrices become one parameter.
void merge_copies(Graph& graph);

/// A module that runs several times has what was folded out of its parameters several times, which an exporter then
/// merges by copies: they are one parameter again. Equal ones of different modules stay apart.
void merge_reused(Graph& graph);

/// The same of torch.export, which transposes the matrix of a layer anew for every run of its module.
void merge_transposed(Graph& graph);

}  // namespace ridgepoint::onnx
