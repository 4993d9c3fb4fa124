#include "calibrate/cpu/buffer.hpp"

#include <sys/mman.h>

#include <new>

namespace ridgepoint::cpu {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

Buffer::Buffer(std::int64_t bytes, Pages pages) : bytes_(bytes) {
  if (bytes <= 0) return;
  const auto wanted = static_cast<std::size_t>(bytes);
  const std::size_t slack = wanted >= kHugePage ? kHugePage : 0;
  mapped_ = wanted + slack;
  mapping_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping_ == MAP_FAILED) {
    mapping_ = nullptr;
    throw std::bad_alloc();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(mapping_);
  const std::uintptr_t aligned = slack > 0 ? (address + kHugePage - 1) / kHugePage * kHugePage : address;
  data_ = static_cast<std::byte*>(mapping_) + (aligned - address);
  // Advice only: without it the pages are what they are.
  if (pages == Pages::kHuge) static_cast<void>(::madvise(mapping_, mapped_, MADV_HUGEPAGE));
  if (pages == Pages::kSmall) static_cast<void>(::madvise(mapping_, mapped_, MADV_NOHUGEPAGE));
}

Buffer::~Buffer() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapped_);
}

void fill_random(const Team& team, std::span<float> values, std::uint64_t seed) {
  constexpr std::int64_t kGrain = 1 << 16;
  team.split(std::ssize(values), 1024, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      values[static_cast<std::size_t>(i)] = random_value((seed << 40) + static_cast<std::uint64_t>(i));
    }
  });
}

}  // namespace ridgepoint::cpu
