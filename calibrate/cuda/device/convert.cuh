#pragma once
// Elements of every format, to and from fp32.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <cstdint>

#include "calibrate/cuda/device/format.hpp"

namespace ridgepoint::cuda {

template <class T>
struct Convert {
  static __device__ float up(T value) { return static_cast<float>(value); }
  static __device__ T down(float value) { return static_cast<T>(value); }
};
template <>
struct Convert<__half> {
  static __device__ float up(__half value) { return __half2float(value); }
  static __device__ __half down(float value) { return __float2half_rn(value); }
};
template <>
struct Convert<__nv_bfloat16> {
  static __device__ float up(__nv_bfloat16 value) { return __bfloat162float(value); }
  static __device__ __nv_bfloat16 down(float value) { return __float2bfloat16_rn(value); }
};

/// Calls body(T{}) with the C++ type of a format.
template <class Body>
void with_type(Format format, Body body) {
  switch (format) {
    case Format::kFp64: return body(double{});
    case Format::kFp32:
    case Format::kTf32: return body(float{});
    case Format::kFp16: return body(__half{});
    case Format::kBf16: return body(__nv_bfloat16{});
    case Format::kE4m3: return body(__nv_fp8_e4m3{});
    case Format::kE5m2: return body(__nv_fp8_e5m2{});
    case Format::kInt8: return body(std::int8_t{});
    case Format::kInt32: return body(std::int32_t{});
  }
}

}  // namespace ridgepoint::cuda
