#include "hardware/device.hpp"

namespace ridgepoint {

std::optional<FlopRate> Device::product_rate(DType math) const {
  const auto index = static_cast<std::size_t>(math);
  if (matrix[index]) return matrix[index]->rate;
  if (vector[index]) return vector[index]->rate;
  return std::nullopt;
}

std::optional<FlopRate> Device::vector_rate() const {
  const auto& fp32 = vector[static_cast<std::size_t>(DType::kFp32)];
  if (fp32) return fp32->rate;
  return std::nullopt;
}

}  // namespace ridgepoint
