#include "kernels/kernel.hpp"

#include <bit>
#include <type_traits>

namespace ridgepoint {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  constexpr std::size_t kGolden = 0x9e3779b97f4a7c15ULL;
  return (seed ^ (value + kGolden + (seed << 6) + (seed >> 2))) * 0xff51afd7ed558ccdULL;
}

template <class T>
std::size_t hash_value(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<std::size_t>(value);
  } else if constexpr (requires {
                         value.begin();
                         value.size();
                       } &&
                       !std::is_convertible_v<T, std::string_view>) {
    std::size_t seed = value.size();
    for (const auto& item : value) seed = mix(seed, hash_value(item));
    return seed;
  } else {
    return std::hash<T>{}(value);
  }
}

}  // namespace

std::string_view kind_name(const Kernel& kernel) {
  struct Visitor {
    std::string_view operator()(const Gemm&) const { return "gemm"; }
    std::string_view operator()(const Conv&) const { return "conv"; }
    std::string_view operator()(const Attention&) const { return "attention"; }
    std::string_view operator()(const Stream& s) const { return name(s.kind); }
    std::string_view operator()(const Gather&) const { return "embedding"; }
    std::string_view operator()(const Spmm&) const { return "spmm"; }
    std::string_view operator()(const Recurrent&) const { return "recurrent"; }
    std::string_view operator()(const GroupedGemm&) const { return "moe"; }
    std::string_view operator()(const Collective&) const { return "collective"; }
  };
  return std::visit(Visitor{}, kernel);
}

std::size_t hash_of(const Kernel& kernel) {
  const auto hash_key = [&](const auto& k) {
    return std::apply(
        [&](const auto&... part) {
          std::size_t seed = kernel.index();
          ((seed = mix(seed, hash_value(part))), ...);
          return seed;
        },
        k.key());
  };
  return std::visit(hash_key, kernel);
}

}  // namespace ridgepoint
