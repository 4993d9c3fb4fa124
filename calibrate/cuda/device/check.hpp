#pragma once
// No return code of CUDA goes unread.

#include <cuda_runtime_api.h>

#include <experimental/source_location>
#include <string>
#include <string_view>

#include "calibrate/cuda/faults.hpp"

namespace ridgepoint::cuda {

using SourceLocation = std::experimental::source_location;

/// "gemm.cpp:88".
std::string place_text(const SourceLocation& place);

/// Throws CudaError, with the call's name and place, when the runtime's call failed.
void check(cudaError_t code, std::string_view call, const SourceLocation& place = SourceLocation::current());

/// After kernels were launched: whether that worked, and, waiting for them, whether they did.
void check_launch(std::string_view kernel, const SourceLocation& place = SourceLocation::current());
void check_finished(cudaStream_t stream, std::string_view kernel,
                    const SourceLocation& place = SourceLocation::current());

/// Throws when a call of a library (cuBLASLt, cuDNN, cuSPARSE) did not return 0, which all of them return on success.
/// `text` is what the library calls the code.
void check_library(int status, std::string_view text, std::string_view call,
                   const SourceLocation& place = SourceLocation::current());

}  // namespace ridgepoint::cuda
