#pragma once
// Number formats: what a tensor is stored in and what a unit computes in.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/units.hpp"

namespace ridgepoint {

/// Storage and math formats. tf32 is a math format whose values are stored in 32 bits. The int32 and int64 formats hold
/// indices only.
enum class DType : std::uint8_t {
  kFp64,
  kFp32,
  kTf32,
  kBf16,
  kFp16,
  kFp8E4m3,
  kFp8E5m2,
  kFp4,
  kInt8,
  kInt4,
  kInt32,
  kInt64
};

/// The name and storage width of one format.
struct DTypeFacts {
  DType dtype;
  std::string_view name;
  int bits;
  bool arithmetic;  ///< false for formats that only hold indices
};

inline constexpr std::array kDTypes{
    DTypeFacts{DType::kFp64, "fp64", 64, true},       DTypeFacts{DType::kFp32, "fp32", 32, true},
    DTypeFacts{DType::kTf32, "tf32", 32, true},       DTypeFacts{DType::kBf16, "bf16", 16, true},
    DTypeFacts{DType::kFp16, "fp16", 16, true},       DTypeFacts{DType::kFp8E4m3, "fp8_e4m3", 8, true},
    DTypeFacts{DType::kFp8E5m2, "fp8_e5m2", 8, true}, DTypeFacts{DType::kFp4, "fp4", 4, true},
    DTypeFacts{DType::kInt8, "int8", 8, true},        DTypeFacts{DType::kInt4, "int4", 4, true},
    DTypeFacts{DType::kInt32, "int32", 32, false},    DTypeFacts{DType::kInt64, "int64", 64, false},
};
inline constexpr std::size_t kDTypeCount = kDTypes.size();

constexpr const DTypeFacts& facts(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)]; }
constexpr std::string_view name(DType dtype) { return facts(dtype).name; }
constexpr int bits(DType dtype) { return facts(dtype).bits; }

/// The bytes that `count` elements take, packed: four-bit formats take half a byte each.
constexpr Bytes bytes_of(double count, DType dtype) { return Bytes{count * bits(dtype) / 8.0}; }

/// The format with this exact name, or nothing.
constexpr std::optional<DType> find_dtype(std::string_view name) {
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.name == name) return facts.dtype;
  }
  return std::nullopt;
}

}  // namespace ridgepoint
