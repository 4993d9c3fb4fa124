#pragma once
#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {

/// A sliding window over the axes behind [n, c, ...], by the attributes of a node.
struct WindowForm {
  Dims kernel;
  std::vector<std::int64_t> stride;
  std::vector<std::int64_t> dilation;
  Dims before;
  Dims behind;
  bool ceil_mode = false;
};

/// The extent of the window along an axis, its holes included.
Dim reach(const WindowForm& w, std::size_t axis);

/// The window of a node over `x`; its kernel from the weight, or of none from the attributes.
WindowForm window_of(const NodeContext& n, const Dims& x, Dims kernel);

/// [n, channels, ...] behind it.
Dims window_shape(const NodeContext& n, const Dims& x, const WindowForm& w, const Dim& channels);

/// kernel, stride, dilation and padding as attributes of a layer.
Attributes window_attributes(const WindowForm& w);

/// A convolution whose weight and bias are these inputs (-1: no bias).
void infer_convolution(Inference& n, std::size_t weight, Elem elem);
void lower_convolution(Lowering& n, std::size_t weight, int bias);

}  // namespace ridgepoint::onnx
