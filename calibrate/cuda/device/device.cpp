#include "calibrate/cuda/device/device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "calibrate/cuda/device/buffer.hpp"
#include "calibrate/cuda/device/check.hpp"
#include "calibrate/cuda/device/sources.hpp"
#include "calibrate/cuda/device/values.hpp"
#include "calibrate/cuda_driver.hpp"
#include "core/error.hpp"

namespace ridgepoint::cuda {
namespace {

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

DeviceFacts read_facts(int index, int devices) {
  DeviceFacts facts{.index = index, .devices = devices};
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  facts.name = properties.name;
  std::array<char, 32> bus{};
  check(cudaDeviceGetPCIBusId(bus.data(), static_cast<int>(bus.size()), index), "cudaDeviceGetPCIBusId");
  facts.bus_id = bus.data();
  facts.compute_major = properties.major;
  facts.compute_minor = properties.minor;
  facts.sms = properties.multiProcessorCount;
  facts.memory = static_cast<std::int64_t>(properties.totalGlobalMem);
  facts.l2 = properties.l2CacheSize;
  facts.shared_per_sm = static_cast<std::int64_t>(properties.sharedMemPerMultiprocessor);
  facts.shared_per_block = static_cast<std::int64_t>(properties.sharedMemPerBlockOptin);
  facts.ecc = properties.ECCEnabled != 0;
  // As attributes these exist in every toolkit; as members they went away in 13.
  facts.sm_mhz = attribute(cudaDevAttrClockRate, index) / 1000;
  facts.memory_mhz = attribute(cudaDevAttrMemoryClockRate, index) / 1000;
  facts.memory_bus_bits = attribute(cudaDevAttrGlobalMemoryBusWidth, index);
  check(cudaDriverGetVersion(&facts.driver_cuda), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&facts.runtime_cuda), "cudaRuntimeGetVersion");
  return facts;
}

// The reasons in the driver's own words come before the runtime's.
int expect_devices(int index) {
  const LocalCuda local = read_local_cuda();
  if (!local.problem.empty()) throw InputError({fmt::format("no GPU can be used: {}", local.problem), ""});
  if (local.supports) {
    if (const std::string why = explain_versions(*local.supports, CudaVersion{CUDART_VERSION}); !why.empty())
      throw InputError({fmt::format("no GPU can be used: {}", why), "a newer driver, or a build with its toolkit"});
  }
  const int count = static_cast<int>(local.gpus.size());
  if (index < 0 || index >= count) {
    throw InputError({fmt::format("there is no device cuda:{}", index),
                      count == 1 ? "cuda:0, the only one here" : fmt::format("cuda:0 to cuda:{}", count - 1)});
  }
  if (local.gpus[static_cast<std::size_t>(index)].prohibited)
    throw InputError({fmt::format("the compute mode of cuda:{} is prohibited", index), "its administrator's leave"});
  return count;
}

// One tiny kernel, which also makes the context.
void probe(cudaStream_t stream) {
  const DeviceBuffer buffer(1024);
  fill(buffer.data(), Format::kFp32, 256, Values::kRandom, 1, stream);
  check_finished(stream, "the first kernel");
}

}  // namespace

Device::Device(int index) {
  const int count = expect_devices(index);
  try {
    check(cudaSetDevice(index), "cudaSetDevice");
    facts_ = read_facts(index, count);
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    probe(stream_);
    facts_.free_memory = free_memory();
    std::string why;
    recorder_ = ActivityRecorder::start([&] { probe(stream_); }, why);
    clock_ = recorder_ != nullptr ? fmt::format("CUPTI activity records ({})", recorder_->version())
                                  : fmt::format("graph replay between events: {}", why);
  } catch (const CudaError& error) {
    throw InputError({fmt::format("cuda:{} cannot be used: {}", index, error.what()), ""});
  }
  nvml_.choose(facts_.bus_id);
}

Device::~Device() {
  if (stream_ != nullptr) static_cast<void>(cudaStreamDestroy(stream_));
}

std::int64_t Device::free_memory() const {
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return static_cast<std::int64_t>(free);
}

Measurement Device::take(SampleSource& source, Seconds budget) {
  const Sampled sampled = sample(source, {.budget = budget});
  const GpuState state = nvml_.state();
  tally_.reasons |= sampled.reasons;
  tally_.power_capped += (sampled.reasons & throttle::kPowerCap) != 0 ? 1 : 0;
  tally_.throttled += sampled.throttled;
  if (state.sm_mhz) {
    tally_.least_mhz = tally_.least_mhz == 0 ? *state.sm_mhz : std::min(tally_.least_mhz, *state.sm_mhz);
    tally_.most_mhz = std::max(tally_.most_mhz, *state.sm_mhz);
  }
  tally_.most_celsius = std::max(tally_.most_celsius, state.celsius.value_or(0));
  tally_.most_watts = std::max(tally_.most_watts, state.watts.value_or(0));
  return sampled.measurement;
}

Measurement Device::time(const Launch& launch, std::int64_t copies, Seconds budget) {
  if (recorder_ == nullptr) return time_graph(launch, copies, budget);
  RecordedSource source(nvml_, *recorder_, stream_, [&](std::int64_t run) { launch(run % copies); });
  return take(source, budget);
}

Measurement Device::time_graph(const Launch& launch, std::int64_t copies, Seconds budget) {
  ReplayedSource source(nvml_, stream_, [&](std::int64_t run) { launch(run % copies); });
  const Measurement measurement = take(source, budget);
  tally_.uncapturable += source.captured() ? 0 : 1;
  return measurement;
}

Measurement Device::time_host(const std::function<void(std::int64_t runs)>& work, Seconds budget) {
  HostSource source(nvml_, work);
  return take(source, budget);
}

}  // namespace ridgepoint::cuda
