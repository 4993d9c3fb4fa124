#include <bit>
#include <cmath>
#include <cstring>
#include <protozero/varint.hpp>

#include "importers/onnx/graph.hpp"

namespace ridgepoint::onnx {
namespace {

// float16 and bfloat16 by their fields (IEEE 754; the upper half of a float32).
double half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return mantissa != 0 ? std::nan("") : sign * HUGE_VAL;
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25));
}

double brain(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

template <class T>
std::vector<Scalar> cut(std::string_view bytes, std::size_t count, Scalar (*make)(T)) {
  std::vector<Scalar> list;
  for (std::size_t i = 0; i < count; ++i) {
    T value{};
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    list.push_back(make(value));
  }
  return list;
}

template <class T>
std::optional<std::vector<Scalar>> whole_numbers(std::string_view bytes, std::size_t count) {
  if (bytes.size() != count * sizeof(T)) return std::nullopt;
  return cut<T>(bytes, count, [](T value) { return Scalar(Dim(static_cast<std::int64_t>(value))); });
}

template <class T>
std::optional<std::vector<Scalar>> reals(std::string_view bytes, std::size_t count, double (*convert)(T)) {
  if (bytes.size() != count * sizeof(T)) return std::nullopt;
  std::vector<Scalar> list;
  for (std::size_t i = 0; i < count; ++i) {
    T value{};
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    list.push_back(Scalar::of(convert(value)));
  }
  return list;
}

std::optional<std::vector<Scalar>> from_raw(const TensorView& tensor, std::size_t count) {
  const std::string_view raw = tensor.raw;
  switch (tensor.elem) {
    case Elem::kFloat: return reals<float>(raw, count, [](float x) { return static_cast<double>(x); });
    case Elem::kDouble: return reals<double>(raw, count, [](double x) { return x; });
    case Elem::kFloat16: return reals<std::uint16_t>(raw, count, half);
    case Elem::kBfloat16: return reals<std::uint16_t>(raw, count, brain);
    case Elem::kInt64: return whole_numbers<std::int64_t>(raw, count);
    case Elem::kUint64: return whole_numbers<std::uint64_t>(raw, count);
    case Elem::kInt32: return whole_numbers<std::int32_t>(raw, count);
    case Elem::kUint32: return whole_numbers<std::uint32_t>(raw, count);
    case Elem::kInt16: return whole_numbers<std::int16_t>(raw, count);
    case Elem::kUint16: return whole_numbers<std::uint16_t>(raw, count);
    case Elem::kInt8: return whole_numbers<std::int8_t>(raw, count);
    case Elem::kUint8:
    case Elem::kBool: return whole_numbers<std::uint8_t>(raw, count);
    default: return std::nullopt;
  }
}

// The bits of a typed field in its wire format: fixed for floats and doubles, varints for the rest.
std::vector<std::uint64_t> bits_of(const TensorView& tensor, std::size_t count) {
  if (tensor.packed.empty()) return tensor.singles;
  std::vector<std::uint64_t> bits;
  const char* data = tensor.packed.data();
  const char* const end = data + tensor.packed.size();
  const std::size_t width = tensor.field == 4 ? 4 : tensor.field == 10 ? 8 : 0;
  while (data < end && bits.size() <= count) {
    std::uint64_t value = 0;
    if (width == 0) {
      value = protozero::decode_varint(&data, end);
    } else {
      if (static_cast<std::size_t>(end - data) < width) break;
      std::memcpy(&value, data, width);
      data += width;
    }
    bits.push_back(value);
  }
  return bits;
}

Scalar from_bits(Elem elem, std::int32_t field, std::uint64_t bits) {
  if (field == 4) return Scalar::of(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  if (field == 10) return Scalar::of(std::bit_cast<double>(bits));
  if (elem == Elem::kFloat16) return Scalar::of(half(static_cast<std::uint16_t>(bits)));
  if (elem == Elem::kBfloat16) return Scalar::of(brain(static_cast<std::uint16_t>(bits)));
  return Scalar(Dim(static_cast<std::int64_t>(bits)));
}

}  // namespace

Scalar Scalar::of(double value) {
  Scalar scalar;
  scalar.real = value;
  scalar.whole = std::isfinite(value) && std::abs(value) < 9e15 && value == std::floor(value);
  if (scalar.whole) scalar.size = Dim(static_cast<std::int64_t>(value));
  return scalar;
}

bool is_integer(Elem elem) {
  switch (elem) {
    case Elem::kUint8:
    case Elem::kInt8:
    case Elem::kUint16:
    case Elem::kInt16:
    case Elem::kInt32:
    case Elem::kInt64:
    case Elem::kUint32:
    case Elem::kUint64:
    case Elem::kBool:
    case Elem::kUint4:
    case Elem::kInt4:
    case Elem::kUint2:
    case Elem::kInt2: return true;
    default: return false;
  }
}

bool is_real(Elem elem) {
  switch (elem) {
    case Elem::kFloat:
    case Elem::kFloat16:
    case Elem::kDouble:
    case Elem::kBfloat16:
    case Elem::kFloat8E4m3fn:
    case Elem::kFloat8E4m3fnuz:
    case Elem::kFloat8E5m2:
    case Elem::kFloat8E5m2fnuz:
    case Elem::kFloat4E2m1:
    case Elem::kFloat8E8m0: return true;
    default: return false;
  }
}

DType format_of(Elem elem) {
  switch (elem) {
    case Elem::kFloat16: return DType::kFp16;
    case Elem::kBfloat16: return DType::kBf16;
    case Elem::kDouble: return DType::kFp64;
    case Elem::kFloat8E4m3fn:
    case Elem::kFloat8E4m3fnuz:
    case Elem::kFloat8E8m0: return DType::kFp8E4m3;
    case Elem::kFloat8E5m2:
    case Elem::kFloat8E5m2fnuz: return DType::kFp8E5m2;
    case Elem::kFloat4E2m1: return DType::kFp4;
    case Elem::kUint8:
    case Elem::kInt8:
    case Elem::kBool: return DType::kInt8;
    case Elem::kUint4:
    case Elem::kInt4:
    case Elem::kUint2:
    case Elem::kInt2: return DType::kInt4;
    case Elem::kInt32:
    case Elem::kUint32:
    case Elem::kInt16:
    case Elem::kUint16: return DType::kInt32;
    case Elem::kInt64:
    case Elem::kUint64: return DType::kInt64;
    default: return DType::kFp32;
  }
}

int root_of(const Graph& graph, int id) {
  const ValueInfo& value = graph.value(id);
  if (value.is_initializer || !value.shape) return id;
  const Dim count = product(*value.shape);
  for (const int root : value.roots) {
    const ValueInfo& candidate = graph.value(root);
    if (candidate.shape && product(*candidate.shape) == count) return root;
  }
  return id;
}

std::optional<std::vector<Scalar>> decode(const TensorView& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t dim : tensor.dims) {
    if (dim < 0 || dim > kMostKnown) return std::nullopt;
    count *= dim;
    if (count > kMostKnown) return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(count);
  if (tensor.external) return std::nullopt;
  if (!tensor.raw.empty()) return from_raw(tensor, size);
  std::vector<Scalar> list;
  try {
    for (const std::uint64_t bits : bits_of(tensor, size)) list.push_back(from_bits(tensor.elem, tensor.field, bits));
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
  if (list.size() != size) return std::nullopt;
  return list;
}

}  // namespace ridgepoint::onnx
