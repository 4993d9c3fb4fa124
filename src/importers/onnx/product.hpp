#pragma once
#include "importers/onnx/lowering.hpp"

namespace ridgepoint::onnx {

/// How a node multiplies its first two inputs: which are transposed, and the input that is added (-1: none).
struct ProductForm {
  bool transpose_a = false;
  bool transpose_b = false;
  int bias = -1;
};

/// A product of two activations, or with a constant matrix a layer with weights.
void lower_product(Lowering& n, const ProductForm& form);

}  // namespace ridgepoint::onnx
