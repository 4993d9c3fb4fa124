#pragma once
// Memory for operands.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "calibrate/cpu/threads.hpp"

namespace ridgepoint::cpu {

/// What pages a buffer asks for: what programs get without asking, transparent huge ones, or small ones.
enum class Pages : std::uint8_t { kDefault, kHuge, kSmall };

/// Untouched memory straight from the system, aligned to a huge page when it is large enough to hold some.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t bytes, Pages pages = Pages::kDefault);
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer();

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  [[nodiscard]] std::byte* data() const { return data_; }
  template <class T>
  [[nodiscard]] std::span<T> as() const {
    return {reinterpret_cast<T*>(data_), static_cast<std::size_t>(bytes_) / sizeof(T)};
  }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(mapping_, other.mapping_);
    std::swap(mapped_, other.mapped_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }
  void* mapping_ = nullptr;
  std::size_t mapped_ = 0;
  std::byte* data_ = nullptr;
  std::int64_t bytes_ = 0;
};

/// A random number that depends on its position only, so that the threads do not matter.
constexpr std::uint32_t random_bits(std::uint64_t position) {
  std::uint64_t x = position + 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<std::uint32_t>((x ^ (x >> 31)) >> 16);
}
/// In [-1, 1).
constexpr float random_value(std::uint64_t position) {
  return static_cast<float>(static_cast<std::int32_t>(random_bits(position))) * 0x1p-31F;
}

/// Fills with random_value in parallel, which also places the pages near the threads.
void fill_random(const Team& team, std::span<float> values, std::uint64_t seed = 0);

}  // namespace ridgepoint::cpu
