#include "calibrate/cuda/device/libraries.hpp"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <cstdlib>

namespace ridgepoint::cuda {

std::string toolkit_major() { return std::to_string(CUDART_VERSION / 1000); }

SharedLibrary toolkit_library(std::string_view name, std::string_view version) {
  const std::string file = fmt::format("lib{}.so.{}", name, version);
  std::vector<std::string> names;
  if (const char* const given = std::getenv("RIDGEPOINT_CUDA_LIBRARIES")) {
    const std::string_view folders = given;
    for (std::size_t start = 0; start < folders.size();) {
      const std::size_t end = std::min(folders.find(':', start), folders.size());
      if (end > start) names.push_back(fmt::format("{}/{}", folders.substr(start, end - start), file));
      start = end + 1;
    }
  }
  names.push_back(file);
  for (const char* const folder : {"/usr/local/cuda/lib64", "/usr/local/cuda/extras/CUPTI/lib64"}) {
    names.push_back(fmt::format("{}/{}", folder, file));
  }
  return SharedLibrary(names);
}

std::string missing_library(std::string_view name, const SharedLibrary& library) {
  return fmt::format("{} cannot be loaded: {} (its folder may be given in RIDGEPOINT_CUDA_LIBRARIES)", name,
                     library.problem());
}

}  // namespace ridgepoint::cuda
