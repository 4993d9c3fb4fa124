#pragma once
// Element types as the kernels of this backend know them; also read by .cu files, so C++17 and nothing of ours.

#include <cstdint>

namespace ridgepoint::cuda {

enum class Format : std::uint8_t { kFp64, kFp32, kTf32, kFp16, kBf16, kE4m3, kE5m2, kInt8, kInt32 };

constexpr int bytes_of(Format format) {
  switch (format) {
    case Format::kFp64: return 8;
    case Format::kFp32:
    case Format::kTf32:
    case Format::kInt32: return 4;
    case Format::kFp16:
    case Format::kBf16: return 2;
    case Format::kE4m3:
    case Format::kE5m2:
    case Format::kInt8: break;
  }
  return 1;
}

}  // namespace ridgepoint::cuda
