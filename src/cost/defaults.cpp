#include "cost/defaults.hpp"

#include <algorithm>

#include "kernels/cost_kind.hpp"

namespace ridgepoint {
namespace {

// The clocks whose entries may price a kernel that is seen by this clock, best first. A call takes at least its
// kernel's time, so that entries of the kernel clock price calls too, with the host's time beside them; entries of
// calls price kernels where there is nothing better, at a start of a few microseconds.
constexpr std::array<std::array<Clock, 3>, 3> kClocksFor{{
    {Clock::kKernel, Clock::kWall, Clock::kOp},
    {Clock::kOp, Clock::kKernel, Clock::kWall},
    {Clock::kWall, Clock::kKernel, Clock::kKernel},
}};

const CalibrationEntry* find_entry(const Calibration& calibration, const CostKind* kind, std::optional<DType> format,
                                   Clock clock) {
  const auto matches = [&](const CalibrationEntry& entry) {
    return entry.kind == kind && entry.format == format && entry.clock == clock;
  };
  const auto found = std::find_if(calibration.entries.begin(), calibration.entries.end(), matches);
  return found == calibration.entries.end() ? nullptr : &*found;
}

const CalibrationEntry* find_kind(const Calibration& calibration, const CostKind* kind, std::optional<DType> format,
                                  Clock clock) {
  for (const Clock candidate : kClocksFor[static_cast<std::size_t>(clock)]) {
    if (const auto* entry = find_entry(calibration, kind, format, candidate)) return entry;
  }
  return nullptr;
}

// Whether a kernel of this kind can be priced by the model: a kin may have one that does not know the kernel.
bool may_price(const CalibrationEntry& entry, const CostKind& kind) {
  const auto models = models_for(kind);
  return std::find(models.begin(), models.end(), entry.model) != models.end();
}

const CalibrationEntry* find_priced(const Calibration& calibration, const CostKind* candidate, const CostKind& kind,
                                    std::optional<DType> format, Clock clock) {
  const CalibrationEntry* entry = find_kind(calibration, candidate, format, clock);
  return entry != nullptr && may_price(*entry, kind) ? entry : nullptr;
}

}  // namespace

const CalibrationEntry* own_parameters(const Kernel& kernel, const Calibration& calibration, Clock clock) {
  const CostKind& kind = cost_kind(kernel);
  const std::optional<DType> format = cost_format(kernel);
  for (const CostKind* candidate : {&kind, kin_of(kind)}) {
    if (candidate == nullptr) continue;
    if (const auto* entry = find_priced(calibration, candidate, kind, format, clock)) return entry;
    const std::optional<DType> like = format ? twin(*format) : std::nullopt;
    if (!like) continue;
    if (const auto* entry = find_priced(calibration, candidate, kind, like, clock)) return entry;
  }
  return nullptr;
}

}  // namespace ridgepoint
