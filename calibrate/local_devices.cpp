#include "calibrate/local_devices.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <memory>

#include "calibrate/backend.hpp"
#include "calibrate/module.hpp"
#include "core/error.hpp"
#include "core/human.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kBackends{"cpu", "cuda"};

LocalDevice local_cpu() {
  try {
    const Module module("cpu");
    const std::unique_ptr<Backend> backend(module.function<BackendEntry>(kBackendEntry)(0));
    return {"cpu", backend->machine().summary};
  } catch (const InputError& error) {
    return {"cpu", fmt::format("not usable: {}", error.problem().what)};
  }
}

CudaModule read_cuda_module() {
  try {
    const Module module("cuda");
    return {"", CudaVersion{module.function<ToolkitEntry>(kToolkitEntry)()}};
  } catch (const InputError& error) {
    return {error.problem().what};
  }
}

std::string describe(const LocalGpu& gpu) {
  return fmt::format("{}, compute capability {}.{}, {} SMs, {}", gpu.name, gpu.compute_major, gpu.compute_minor,
                     gpu.compute_units, human_capacity(gpu.memory.value()));
}

}  // namespace

std::vector<LocalDevice> describe(const LocalCuda& local, const CudaModule& module) {
  std::vector<std::string> problems;
  if (!local.problem.empty()) problems.push_back(local.problem);
  if (!module.problem.empty()) problems.push_back(module.problem);
  if (local.supports && module.problem.empty()) {
    if (std::string why = explain_versions(*local.supports, module.toolkit); !why.empty())
      problems.push_back(std::move(why));
  }
  const std::string not_usable = problems.empty() ? "" : fmt::format("not usable: {}", fmt::join(problems, "; and "));
  if (local.gpus.empty()) return {{"cuda", not_usable}};
  std::vector<LocalDevice> devices;
  for (const LocalGpu& gpu : local.gpus) {
    const std::string what = describe(gpu);
    const std::string why = !not_usable.empty() ? not_usable
                            : gpu.prohibited    ? "not usable: its compute mode is prohibited"
                                                : "";
    devices.push_back({fmt::format("cuda:{}", gpu.index), why.empty() ? what : fmt::format("{}; {}", what, why)});
  }
  return devices;
}

std::vector<LocalDevice> local_devices() {
  std::vector<LocalDevice> devices{local_cpu()};
  for (LocalDevice& device : describe(read_local_cuda(), read_cuda_module())) devices.push_back(std::move(device));
  return devices;
}

DeviceName parse_device_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  const std::string_view backend = name.substr(0, colon);
  int index = 0;
  bool good = backend == kBackends[0] || backend == kBackends[1];
  if (colon != std::string_view::npos) {
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + colon + 1, end, index);
    good = good && backend != "cpu" && error == std::errc{} && stop == end && index >= 0;
  }
  if (good) return {std::string(backend), index};
  throw InputError({fmt::format("unknown device {}", in_quotes(name)),
                    "cpu, cuda or cuda:N; `ridgepoint list devices --local` names those that are here",
                    std::string(nearest(backend, kBackends))});
}

}  // namespace ridgepoint
