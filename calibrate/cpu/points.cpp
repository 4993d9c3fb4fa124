#include "calibrate/cpu/points.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint::cpu {

std::int64_t rotation(const Machine& machine, double bytes, std::int64_t index) {
  constexpr double kMostCopies = 64;
  constexpr double kMostBytes = 512.0 * (1 << 20);  // filling more takes longer than measuring
  if (index % 3 == 0) return 1;
  const int threads = static_cast<int>(machine.cores.size());
  const auto outer = static_cast<double>(machine.cache_bytes(machine.last_level(), threads));
  const auto inner = static_cast<double>(machine.cache_bytes(1, threads));
  const double cold = std::ceil(2 * outer / bytes);
  const double most =
      std::min(kMostCopies, std::max(1.0, std::min(kMostBytes, machine.available.value() / 16) / bytes));
  if (index % 3 == 2 && cold <= most) return std::max<std::int64_t>(1, static_cast<std::int64_t>(cold));
  const double between = log_between(inner, outer, halton(index, 11)) / bytes;
  return static_cast<std::int64_t>(std::ceil(std::clamp(between, 1.0, most)));
}

int ceiling_rounds(const Design& design, double bytes) {
  constexpr double kQuickToFill = 64.0 * (1 << 20);
  if (design.effort == Effort::kQuick) return 1;
  return bytes <= kQuickToFill ? kCeilingRounds : 2;
}

double guessed_flops_per_s(const Machine& machine) {
  const double lanes = has_flag(machine, "avx512f") ? 16 : has_flag(machine, "avx2") ? 8 : 4;
  return static_cast<double>(machine.cores.size()) * 2.5e9 * 2 * lanes * 1.5;
}

bool has_flag(const Machine& machine, std::string_view flag) {
  return std::find(machine.flags.begin(), machine.flags.end(), flag) != machine.flags.end();
}

}  // namespace ridgepoint::cpu
