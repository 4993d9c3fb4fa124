#include "calibrate/cuda/device/check.hpp"

#include <fmt/format.h>

namespace ridgepoint::cuda {

std::string place_text(const SourceLocation& place) {
  const std::string_view path = place.file_name();
  const std::size_t slash = path.rfind('/');
  return fmt::format("{}:{}", slash == std::string_view::npos ? path : path.substr(slash + 1), place.line());
}

void check(cudaError_t code, std::string_view call, const SourceLocation& place) {
  if (code == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // an error that is not sticky is not to be found by the next call
  throw CudaError(fault_of(code), fault_text(code, cudaGetErrorName(code), call, place_text(place)));
}

void check_launch(std::string_view kernel, const SourceLocation& place) { check(cudaGetLastError(), kernel, place); }

void check_finished(cudaStream_t stream, std::string_view kernel, const SourceLocation& place) {
  check(cudaGetLastError(), kernel, place);
  check(cudaStreamSynchronize(stream), kernel, place);
}

void check_library(int status, std::string_view text, std::string_view call, const SourceLocation& place) {
  if (status == 0) return;
  throw CudaError(Fault::kOther, fmt::format("{} returned {} ({}) at {}", call, text, status, place_text(place)));
}

}  // namespace ridgepoint::cuda
