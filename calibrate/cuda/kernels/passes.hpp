#pragma once
// Kernels that pass over tensors of rows x cols: element-wise, normalizations, reductions; also read by .cu files.

#include <cuda_runtime_api.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

/// Tensors of rows x cols; a pass reads those that its op has. vectors: two of cols (weight, bias).
struct PassTensors {
  const void* a;
  const void* b;
  const void* weight;
  const void* bias;
  void* out;
  void* out2;
  std::int64_t rows;
  std::int64_t cols;
};

enum class ElementOp : std::uint8_t { kAdd, kMul, kRelu, kGelu, kSiluAndMul, kAddScalar, kSigmoid, kTanh, kRope };
enum class RowOp : std::uint8_t { kSoftmax, kLayerNorm, kRmsNorm, kRmsNormAdd, kSum, kMax };

/// 16 bytes a thread and step. silu_and_mul reads the halves of rows of 2 x cols; rope turns neighbours by an angle
/// that depends on row and column. Format: fp32, fp16 or bf16.
void launch_elements(ElementOp op, Format format, const PassTensors& t, cudaStream_t stream);
/// A warp or a block for a row, whatever is left in registers or read again from the cache.
void launch_rows(RowOp op, Format format, const PassTensors& t, cudaStream_t stream);

/// The same, by the definition in double precision, at evenly spread places of the output.
void launch_elements_reference(ElementOp op, Format format, const PassTensors& t, std::int64_t probes, float* want,
                               cudaStream_t stream);
void launch_rows_reference(RowOp op, Format format, const PassTensors& t, std::int64_t probes, float* want,
                           cudaStream_t stream);

}  // namespace ridgepoint::cuda
