#include "calibrate/cuda/device/bench.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/human.hpp"

namespace ridgepoint::cuda {
namespace {

struct FormatName {
  std::string_view name;
  Format format;
};
constexpr std::array kFormatNames{
    FormatName{"fp64", Format::kFp64},     FormatName{"fp32", Format::kFp32}, FormatName{"tf32", Format::kTf32},
    FormatName{"fp16", Format::kFp16},     FormatName{"bf16", Format::kBf16}, FormatName{"fp8_e4m3", Format::kE4m3},
    FormatName{"fp8_e5m2", Format::kE5m2}, FormatName{"int8", Format::kInt8}, FormatName{"int32", Format::kInt32},
};

}  // namespace

std::optional<Format> find_format(std::string_view name) {
  const auto* const found =
      std::find_if(kFormatNames.begin(), kFormatNames.end(), [&](const FormatName& f) { return f.name == name; });
  return found == kFormatNames.end() ? std::nullopt : std::optional(found->format);
}

void fail_result(const std::string& what) { throw std::runtime_error("wrong result: " + what); }

bool Bench::fits(double bytes) const {
  constexpr double kUsable = 0.85;
  const auto free = static_cast<double>(device.free_memory());
  if (bytes <= kUsable * free) return true;
  why = fmt::format("it needs {}, and {} of the GPU's memory are free", human_capacity(bytes), human_capacity(free));
  return false;
}

void Bench::expect_equal(const void* got, Format format, const float* want, std::int64_t count, double tolerance,
                         double floor, std::string_view what) const {
  const DeviceBuffer result(sizeof(Difference));
  check(cudaMemsetAsync(result.data(), 0, sizeof(Difference), stream()), "cudaMemsetAsync");
  compare(got, format, want, count, static_cast<float>(floor), result.as<Difference>(), stream());
  check_finished(stream(), "compare");
  const auto difference = from_device<Difference>(result.data());
  if (difference.not_numbers > 0)
    fail_result(fmt::format("{} has {} that are no numbers", what, difference.not_numbers));
  if (!(difference.worst <= tolerance)) {
    fail_result(fmt::format("{} is off by {:.3g} of the reference; {:.3g} would be rounding", what, difference.worst,
                            tolerance));
  }
}

std::uint32_t Bench::checksum(const void* data, std::int64_t words) const {
  const DeviceBuffer word(sizeof(std::uint32_t));
  check(cudaMemsetAsync(word.data(), 0, sizeof(std::uint32_t), stream()), "cudaMemsetAsync");
  cuda::checksum(data, words, word.as<std::uint32_t>(), stream());
  check_finished(stream(), "checksum");
  return from_device<std::uint32_t>(word.data());
}

void Bench::fill(const DeviceBuffer& buffer, Format format, Values values, std::uint64_t seed) const {
  cuda::fill(buffer.data(), format, buffer.bytes() / bytes_of(format), values, seed, stream());
  check_launch("fill");
}

}  // namespace ridgepoint::cuda
