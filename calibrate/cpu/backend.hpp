#pragma once
#include <memory>

#include "calibrate/backend.hpp"
#include "calibrate/cpu/machine.hpp"
#include "calibrate/measure/timing.hpp"

namespace ridgepoint::cpu {

/// The backend for the processor that this program runs on.
std::unique_ptr<Backend> make_backend(Machine machine, std::unique_ptr<TimeSource> clock);

}  // namespace ridgepoint::cpu
