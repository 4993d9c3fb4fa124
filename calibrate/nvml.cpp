#include "calibrate/nvml.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace ridgepoint {
namespace {

// Of the management library's binary interface.
constexpr int kSuccess = 0;
constexpr int kClockSm = 1;
constexpr int kClockMemory = 2;
constexpr int kTemperatureOfGpu = 0;
constexpr int kUncorrected = 1;
constexpr int kVolatile = 0;

/// nvmlProcessInfo_t of the second and third version of the call.
struct ProcessInfo {
  unsigned pid;
  unsigned long long bytes;
  unsigned gpu_instance;
  unsigned compute_instance;
};

struct ReasonName {
  std::uint64_t bit;
  const char* name;
};
constexpr std::array kReasonNames{
    ReasonName{throttle::kPowerCap, "power cap"},          ReasonName{throttle::kHardware, "hardware slowdown"},
    ReasonName{throttle::kThermalSoftware, "temperature"}, ReasonName{throttle::kThermalHardware, "overheating"},
    ReasonName{throttle::kPowerBrake, "power brake"},      ReasonName{0x2, "clocks set by an application"},
    ReasonName{0x10, "clocks tied to another GPU's"},      ReasonName{0x100, "clocks of the display"},
};

}  // namespace

Nvml::Nvml(const std::string& library) : library_(library) {
  if (!library_.loaded()) {
    problem_ = library_.problem();
    return;
  }
  started_ = call("nvmlInit_v2");
  if (!started_) problem_ = "the management library does not start";
}

Nvml::~Nvml() {
  if (started_) call("nvmlShutdown");
}

template <class... Arguments>
bool Nvml::call(const char* symbol, Arguments... arguments) const {
  int (*function)(Arguments...) = nullptr;
  return library_.find(symbol, function) && function(arguments...) == kSuccess;
}

template <class Value, class... Before>
std::optional<Value> Nvml::get(const char* symbol, Before... before) const {
  Value value{};
  if (device_ == nullptr || !call(symbol, device_, before..., &value)) return std::nullopt;
  return value;
}

bool Nvml::choose(const std::string& bus_id) {
  if (!started_) return false;
  if (call("nvmlDeviceGetHandleByPciBusId_v2", bus_id.c_str(), &device_)) return true;
  device_ = nullptr;
  problem_ = fmt::format("the management library does not know the GPU at {}", bus_id);
  return false;
}

GpuState Nvml::state() const {
  GpuState state;
  state.sm_mhz = get<unsigned>("nvmlDeviceGetClockInfo", kClockSm);
  state.memory_mhz = get<unsigned>("nvmlDeviceGetClockInfo", kClockMemory);
  if (const auto milliwatts = get<unsigned>("nvmlDeviceGetPowerUsage")) state.watts = *milliwatts / 1e3;
  state.celsius = get<unsigned>("nvmlDeviceGetTemperature", kTemperatureOfGpu);
  auto reasons = get<unsigned long long>("nvmlDeviceGetCurrentClocksEventReasons");
  if (!reasons) reasons = get<unsigned long long>("nvmlDeviceGetCurrentClocksThrottleReasons");
  if (reasons) state.throttle = *reasons;
  return state;
}

GpuCard Nvml::card() const {
  GpuCard card;
  std::array<char, 96> driver{};
  if (started_ && call("nvmlSystemGetDriverVersion", driver.data(), static_cast<unsigned>(driver.size()) - 1))
    card.driver = driver.data();
  unsigned current = 0;
  unsigned pending = 0;
  if (device_ != nullptr && call("nvmlDeviceGetEccMode", device_, &current, &pending)) card.ecc = current != 0;
  if (device_ != nullptr && call("nvmlDeviceGetMigMode", device_, &current, &pending)) card.mig = current != 0;
  if (const auto milliwatts = get<unsigned>("nvmlDeviceGetEnforcedPowerLimit")) card.watt_limit = *milliwatts / 1e3;
  card.most_sm_mhz = get<unsigned>("nvmlDeviceGetMaxClockInfo", kClockSm);
  card.most_memory_mhz = get<unsigned>("nvmlDeviceGetMaxClockInfo", kClockMemory);
  card.memory_bus_bits = get<unsigned>("nvmlDeviceGetMemoryBusWidth");
  return card;
}

std::optional<std::uint64_t> Nvml::memory_of_others() const {
  constexpr unsigned kMost = 64;
  std::array<ProcessInfo, kMost> processes{};
  unsigned count = kMost;
  if (device_ == nullptr) return std::nullopt;
  if (!call("nvmlDeviceGetComputeRunningProcesses_v3", device_, &count, processes.data()) &&
      !call("nvmlDeviceGetComputeRunningProcesses_v2", device_, &count, processes.data())) {
    return std::nullopt;
  }
  std::uint64_t bytes = 0;
  for (unsigned i = 0; i < count && i < kMost; ++i) {
    // In a container the numbers of processes may be those of the host, and the amount may be "not available" (-1).
    const bool ours = processes[i].pid == static_cast<unsigned>(::getpid());
    if (!ours && processes[i].bytes != ~0ULL) bytes += processes[i].bytes;
  }
  return bytes;
}

std::optional<std::uint64_t> Nvml::uncorrected_errors() const {
  return get<unsigned long long>("nvmlDeviceGetTotalEccErrors", kUncorrected, kVolatile);
}

std::string throttle_text(std::uint64_t reasons) {
  std::string text;
  for (const ReasonName& reason : kReasonNames) {
    if ((reasons & reason.bit) != 0) text += fmt::format("{}{}", text.empty() ? "" : ", ", reason.name);
  }
  return text.empty() ? "none" : text;
}

}  // namespace ridgepoint
