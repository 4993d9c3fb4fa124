#include "calibrate/cpu/points.hpp"

#include <algorithm>
#include <cmath>

namespace ridgepoint::cpu {

std::int64_t cold_copies(const Machine& machine, double bytes) {
  constexpr double kMostCopies = 64;
  const auto cache =
      static_cast<double>(machine.cache_bytes(machine.last_level(), static_cast<int>(machine.cores.size())));
  const double copies = std::ceil(2 * cache / bytes);
  return copies > kMostCopies ? 1 : std::max<std::int64_t>(1, static_cast<std::int64_t>(copies));
}

double guessed_flops_per_s(const Machine& machine) {
  const double lanes = has_flag(machine, "avx512f") ? 16 : has_flag(machine, "avx2") ? 8 : 4;
  return static_cast<double>(machine.cores.size()) * 2.5e9 * 2 * lanes * 1.5;
}

bool has_flag(const Machine& machine, std::string_view flag) {
  return std::find(machine.flags.begin(), machine.flags.end(), flag) != machine.flags.end();
}

}  // namespace ridgepoint::cpu
