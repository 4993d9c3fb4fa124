#include "calibrate/cuda/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/human.hpp"

namespace ridgepoint::cuda {
namespace {

std::string version_text(int number) { return fmt::format("{}.{}", number / 1000, number % 1000 / 10); }

template <class Value>
void add(std::vector<Fact>& facts, const char* key, const std::optional<Value>& value) {
  if (value) facts.push_back({key, fmt::format("{}", *value)});
}

}  // namespace

MachineFacts describe(const DeviceFacts& device, const GpuCard& card, const SessionFacts& session) {
  MachineFacts machine{.name = device.name};
  machine.summary = fmt::format("{}, compute capability {}.{}, {} SMs, {}", device.name, device.compute_major,
                                device.compute_minor, device.sms, human_capacity(static_cast<double>(device.memory)));
  auto& facts = machine.facts;
  facts.push_back({"compute_capability", fmt::format("{}.{}", device.compute_major, device.compute_minor)});
  facts.push_back({"sms", fmt::format("{}", device.sms)});
  facts.push_back({"memory_bytes", fmt::format("{}", device.memory)});
  facts.push_back({"l2_bytes", fmt::format("{}", device.l2)});
  facts.push_back({"cuda_driver", version_text(device.driver_cuda)});
  facts.push_back({"cuda_runtime", version_text(device.runtime_cuda)});
  add(facts, "driver", card.driver);
  facts.push_back({"ecc", device.ecc ? "on" : "off"});
  if (card.mig) facts.push_back({"mig", *card.mig ? "on" : "off"});
  add(facts, "power_limit_w", card.watt_limit);
  add(facts, "most_sm_mhz", card.most_sm_mhz);
  add(facts, "most_memory_mhz", card.most_memory_mhz);
  facts.push_back({"clock", session.clock});
  facts.insert(facts.end(), session.libraries.begin(), session.libraries.end());
  return machine;
}

std::int64_t cold_copies(const DeviceFacts& device, double bytes) {
  constexpr double kMostCopies = 128;
  const double copies = std::ceil(2 * static_cast<double>(device.l2) / bytes) + 1;
  if (copies > kMostCopies || copies * bytes > 0.4 * static_cast<double>(device.free_memory)) return 1;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(copies));
}

}  // namespace ridgepoint::cuda
