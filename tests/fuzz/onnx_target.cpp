// What any bytes must leave standing: reading them as an ONNX model gives a network or one message. The entry point is
// libFuzzer's, so that it can drive it (docs/import.md); driver.cpp does where there is none.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "importers/onnx/import.hpp"
#include "network/instantiate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ridgepoint;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT
  try {
    const bool patterns = size % 2 == 0;
    const Description description = onnx::import_model(bytes, "fuzz", {}, patterns);
    const Network network = instantiate(description, {});
    for (const Layer& layer : network.layers) {
      if (!std::isfinite(parameter_count(layer))) std::abort();
    }
  } catch (const InputError&) {
  }
  return 0;
}
