#include "calibrate/cpu/microkernel.hpp"

#include "core/human.hpp"

namespace ridgepoint::cpu {

std::span<const float> Arena::random(const Team& team, std::int64_t count) {
  const auto bytes = count * static_cast<std::int64_t>(sizeof(float));
  if (buffer_.bytes() < bytes) {
    buffer_ = {};
    buffer_ = Buffer(bytes);
    fill_random(team, buffer_.as<float>());
  }
  return buffer_.as<float>().first(static_cast<std::size_t>(count));
}

bool Bench::fits(double bytes) const {
  constexpr double kUsable = 0.6;
  if (bytes <= kUsable * machine.available.value()) return true;
  why = fmt::format("it needs {}, and {} are available", human_capacity(bytes),
                    human_capacity(machine.available.value()));
  return false;
}

std::vector<std::int64_t> probes(std::int64_t size, std::int64_t count) {
  std::vector<std::int64_t> places;
  const std::int64_t most = size < count ? size : count;
  for (std::int64_t i = 0; i < most; ++i) {
    places.push_back(most == 1 ? 0
                               : static_cast<std::int64_t>(static_cast<double>(i) * static_cast<double>(size - 1) /
                                                           static_cast<double>(most - 1)));
  }
  return places;
}

}  // namespace ridgepoint::cpu
