#pragma once
// What an error of the GPU means for a measurement.

#include <stdexcept>
#include <string>
#include <string_view>

namespace ridgepoint::cuda {

/// Not enough memory: this point cannot run. The device is lost: nothing more will run in this process. Anything else:
/// this point failed.
enum class Fault : std::uint8_t { kMemory, kLost, kOther };

/// What a code of the CUDA runtime (cudaError_t) means.
Fault fault_of(int code);

/// What to say of a fault: the call, the code's name, and for those that people can do something about, what it is.
std::string fault_text(int code, std::string_view name, std::string_view call, std::string_view place);

/// A call of the CUDA runtime that failed.
class CudaError : public std::runtime_error {
 public:
  CudaError(Fault fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
  [[nodiscard]] Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

}  // namespace ridgepoint::cuda
