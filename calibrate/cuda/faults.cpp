#include "calibrate/cuda/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ridgepoint::cuda {
namespace {

/// A code of cudaError_t, whose numbers are part of the runtime's binary interface.
struct Code {
  int code;
  Fault fault;
  std::string_view meaning;
};
constexpr std::array kCodes{
    Code{2, Fault::kMemory, "not enough memory on the GPU"},
    Code{46, Fault::kLost, "another process holds the GPU alone"},
    Code{100, Fault::kLost, "no device"},
    Code{101, Fault::kLost, "there is no device of this number"},
    Code{209, Fault::kLost, "the module was not compiled for this GPU"},
    Code{214, Fault::kLost, "an ECC error that could not be corrected: the GPU's memory is damaged"},
    Code{222, Fault::kLost, "the driver is older than the toolkit of the module, and cannot compile its code"},
    Code{226, Fault::kLost, "an error that could not be corrected on the link between GPUs"},
    Code{700, Fault::kLost, "a kernel touched memory that is not its own"},
    Code{702, Fault::kLost, "a kernel took too long, and the system ended it"},
    Code{709, Fault::kLost, "the context was destroyed"},
    Code{710, Fault::kLost, "a check in a kernel failed"},
    Code{714, Fault::kLost, "the hardware's stack of a kernel broke"},
    Code{715, Fault::kLost, "a kernel holds an instruction that this GPU has not"},
    Code{716, Fault::kLost, "a kernel touched memory at an odd address"},
    Code{717, Fault::kLost, "a kernel used an address of the wrong space"},
    Code{718, Fault::kLost, "a kernel's program counter broke"},
    Code{719, Fault::kLost, "a kernel failed on the GPU"},
    Code{721, Fault::kLost, "the GPU fell off the bus or was reset"},
    Code{802, Fault::kLost, "the system of GPUs is not ready"},
    Code{999, Fault::kLost, "an unknown error of the driver"},
};

const Code* find(int code) {
  const auto* const found = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& c) { return c.code == code; });
  return found == kCodes.end() ? nullptr : found;
}

}  // namespace

Fault fault_of(int code) {
  const Code* const known = find(code);
  return known == nullptr ? Fault::kOther : known->fault;
}

std::string fault_text(int code, std::string_view name, std::string_view call, std::string_view place) {
  const Code* const known = find(code);
  const std::string what = known == nullptr ? "" : fmt::format("{}: ", known->meaning);
  return fmt::format("{}{} returned {} ({}) at {}", what, call, name, code, place);
}

}  // namespace ridgepoint::cuda
