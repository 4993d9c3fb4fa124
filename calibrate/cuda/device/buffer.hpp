#pragma once
// Memory on the GPU.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "calibrate/cuda/device/check.hpp"

namespace ridgepoint::cuda {

/// Plain device memory, aligned to 256 bytes. Poisoned, so that what no kernel wrote is seen.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(std::int64_t bytes, const SourceLocation& place = SourceLocation::current()) : bytes_(bytes) {
    check(cudaMalloc(&data_, static_cast<std::size_t>(bytes > 0 ? bytes : 1)), "cudaMalloc", place);
    const cudaError_t code = cudaMemset(data_, 0xff, static_cast<std::size_t>(bytes));
    if (code != cudaSuccess) {
      static_cast<void>(cudaFree(data_));
      check(code, "cudaMemset", place);
    }
  }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~DeviceBuffer() {
    // A lost device cannot free anything; its end frees all.
    if (data_ != nullptr) static_cast<void>(cudaFree(data_));
  }

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  [[nodiscard]] void* data() const { return data_; }
  template <class T>
  [[nodiscard]] T* as() const {
    return static_cast<T*>(data_);
  }
  /// The place `bytes` after the start.
  [[nodiscard]] void* at(std::int64_t bytes) const { return static_cast<std::byte*>(data_) + bytes; }

 private:
  void swap(DeviceBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }
  void* data_ = nullptr;
  std::int64_t bytes_ = 0;
};

/// `values` on the GPU.
template <class Values>
DeviceBuffer to_device(const Values& values) {
  DeviceBuffer buffer(static_cast<std::int64_t>(values.size() * sizeof(*values.data())));
  check(cudaMemcpy(buffer.data(), values.data(), values.size() * sizeof(*values.data()), cudaMemcpyHostToDevice),
        "cudaMemcpy");
  return buffer;
}

/// One value from the GPU.
template <class Value>
Value from_device(const void* place) {
  Value value{};
  check(cudaMemcpy(&value, place, sizeof(Value), cudaMemcpyDeviceToHost), "cudaMemcpy");
  return value;
}

}  // namespace ridgepoint::cuda
