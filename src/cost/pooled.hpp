#pragma once
// The parameters pooled over GPUs that were measured: what prices a GPU that nobody measured, and the prior of a fit.

#include <string_view>

#include "cost/model.hpp"

namespace ridgepoint {

/// Formats whose parameters are pooled: by the width of their products; kNone for passes over memory.
enum class Width : std::uint8_t { kNone, k32, k16, k8 };
inline constexpr std::array<std::string_view, 4> kWidthNames{"any", "32", "16", "8"};

Width width_of(std::optional<DType> format);

/// Parameters of one kind of kernel, width of format and clock (calls are timed by the clocks op and wall), with the
/// standard deviation of their logarithms from device to device, and the P10 and P90 of measured / predicted on chips
/// that were left out of the fit.
struct PooledParameters {
  const CostKind* kind = nullptr;
  Width width = Width::kNone;
  bool calls = false;
  const CostModel* model = nullptr;
  ParameterValues values{};
  ParameterValues spreads{};
  double p10 = 1;
  double p90 = 1;
};

/// All rows, in the order of src/cost/pooled.inc.
std::span<const PooledParameters> pooled_rows();

/// The pooled parameters for a kernel like this one as that clock sees it. What nobody measured takes the row of the
/// nearest: the other clock, the next wider format, the kind's kin (copies those of element-wise ops, reductions those
/// of norms, sparse products those of embeddings).
const PooledParameters& pooled_parameters(const Kernel& kernel, Clock clock = Clock::kKernel);

}  // namespace ridgepoint
