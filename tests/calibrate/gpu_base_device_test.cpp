// The data sheet of a GPU as its driver tells it.

#include "calibrate/cuda/base_device.hpp"

#include "core/error.hpp"
#include "cost/device_file.hpp"
#include "hardware/device.hpp"
#include "tests/support.hpp"

namespace ridgepoint::cuda {
namespace {

// What the driver tells of an H100 SXM5.
DeviceFacts hopper() {
  DeviceFacts facts;
  facts.name = "NVIDIA H100 80GB HBM3";
  facts.compute_major = 9;
  facts.sms = 132;
  facts.sm_mhz = 1980;
  facts.memory_mhz = 2619;
  facts.memory_bus_bits = 5120;
  facts.memory = 85'000'000'000;
  facts.l2 = 50 << 20;
  facts.shared_per_sm = 233472;
  return facts;
}

Device device_of(const DeviceFacts& facts) {
  const GpuCard card{.watt_limit = 700};
  return read_device(Document::parse("test", base_device(facts, card, describe(facts, card, {.clock = "none"}))));
}

TEST_CASE("a data sheet from the driver is one that the tool reads and finds sound", "[cuda]") {
  const Device device = device_of(hopper());
  CHECK(device.kind == "gpu");
  CHECK(device.compute_units == 132);
  CHECK(device.dram_bandwidth().value() == Approx(3.352e12).epsilon(0.001));
  CHECK(device.vector_rate()->value() == Approx(66.9e12).epsilon(0.001));
  CHECK(device.product_rate(DType::kBf16)->value() == Approx(1070e12).epsilon(0.001));
  CHECK(device.tdp_w == 700);
  CHECK(contradictions(device).empty());
}

TEST_CASE("an unknown GPU takes the rates of the newest before it, one that is too old is refused", "[cuda]") {
  DeviceFacts later = hopper();
  later.compute_major = 12;
  CHECK(device_of(later).architecture == "Blackwell");
  DeviceFacts old = hopper();
  old.compute_major = 7;
  CHECK_THROWS_AS(device_of(old), InputError);
  DeviceFacts mute = hopper();
  mute.sm_mhz = 0;
  CHECK_THROWS_AS(device_of(mute), InputError);
}

}  // namespace
}  // namespace ridgepoint::cuda
