// A device with another property: what follows from it follows, and nothing else.

#include "hardware/what_if.hpp"

#include "cost/price.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

Device with(const std::string& name, const std::string& change) {
  const std::array changes{parse_change(change)};
  return changed(device_named(name), changes);
}

double peak_of(const Peaks& peaks, DType format) { return peaks[static_cast<std::size_t>(format)]->rate.value(); }

Estimate decode_on(const Device& device) {
  const DType format = device.kind == "cpu" ? DType::kFp32 : DType::kBf16;
  return estimate_of({.model = "llama-3.1-8b", .phase = Phase::kDecode, .precision = {.activations = format}}, device);
}

TEST_CASE("what --what-if can say", "[what-if]") {
  CHECK(text_of(parse_change("dram.bandwidth=x2")) == "dram.bandwidth x2");
  CHECK(parse_change("dram.capacity=80GB").amount == 80e9);
  CHECK(parse_change("dram.capacity=80GiB").amount == 80.0 * 1024 * 1024 * 1024);
  CHECK(parse_change("dram.bandwidth=4.8 TB/s").amount == 4.8e12);
  CHECK(parse_change("matrix.bf16=1e15").amount == 1e15);
  CHECK(text_of(parse_change("dram.capacity=141GB")) == "dram.capacity 141 GB");
  CHECK(parse_change("launch=x0").amount == 0);
  const auto message = [](const char* text) { return message_of([&] { return parse_change(text); }); };
  CHECK(message("dram.bandwith=x2").find("did you mean \"dram.bandwidth\"?") != std::string::npos);
  CHECK(message("dram.bandwidth").find("KEY=xFACTOR or KEY=VALUE") != std::string::npos);
  CHECK(message("matrix.bf17=x2").find("unknown property") != std::string::npos);
  for (const char* wrong :
       {"dram.bandwidth=2x", "dram.bandwidth=x", "dram.bandwidth=x-1", "dram.bandwidth=xnan", "dram.bandwidth=x0",
        "dram.bandwidth=x2GB", "matrix=1e15", "launch=1e-6", "clock=1GB", "dram.capacity=xinf"}) {
    INFO(wrong);
    CHECK(message(wrong).find("is no value") != std::string::npos);
  }
  CHECK(message_of([] { return with("tpu-v4", "l2.bandwidth=x2"); }).find("tpu-v4 has no l2.bandwidth") !=
        std::string::npos);
}

TEST_CASE("peaks follow the clock and the units", "[what-if]") {
  const Device before = device_named("h100-sxm5");
  const Device clocked = with("h100-sxm5", "clock=x0.5");
  CHECK(peak_of(clocked.matrix, DType::kBf16) == peak_of(before.matrix, DType::kBf16) * 0.5);
  CHECK(peak_of(clocked.vector, DType::kFp32) == peak_of(before.vector, DType::kFp32) * 0.5);
  CHECK(clocked.special->rate.value() == before.special->rate.value() * 0.5);
  CHECK(clocked.dram_bandwidth() == before.dram_bandwidth());
  const Device wide = with("h100-sxm5", "units=264");
  CHECK(wide.compute_units == 264);
  CHECK(peak_of(wide.matrix, DType::kBf16) == Approx(peak_of(before.matrix, DType::kBf16) * 2));
  CHECK(contradictions(wide).empty());
  CHECK(contradictions(clocked).empty());
  CHECK(wide.name == "h100-sxm5 (units 264 units)");
  const Device one = with("h100-sxm5", "matrix.fp8_e4m3=x2");
  CHECK(peak_of(one.matrix, DType::kFp8E4m3) == peak_of(before.matrix, DType::kFp8E4m3) * 2);
  CHECK(peak_of(one.matrix, DType::kBf16) == peak_of(before.matrix, DType::kBf16));
}

TEST_CASE("a device whose property does not change has the same prices", "[what-if]") {
  for (const char* name : {"h100-sxm5", "a100-sxm4-80gb", "epyc-9654"}) {
    const double before = decode_on(device_named(name)).total.time;
    for (const char* key : {"dram.bandwidth=x1", "clock=x1", "units=x1", "vector=x1", "launch=x1"}) {
      INFO(name << " " << key);
      CHECK(decode_on(with(name, key)).total.time == before);
    }
  }
}

TEST_CASE("more of a property never takes longer", "[what-if]") {
  for (const char* name : {"h100-sxm5", "a100-sxm4-80gb"}) {
    const Estimate before = decode_on(device_named(name));
    for (const char* change : {"dram.bandwidth=x2", "clock=x1.5", "matrix=x2", "vector=x2", "launch=x0.5"}) {
      INFO(name << " " << change);
      CHECK(decode_on(with(name, change)).total.time <= before.total.time);
    }
    CHECK(decode_on(with(name, "dram.bandwidth=x2")).total.time < before.total.time * 0.75);
  }
}

TEST_CASE("without launches no kernel is bound by them", "[what-if]") {
  const Estimate estimate = decode_on(with("h100-sxm5", "launch=x0"));
  for (const LayerEstimate& row : estimate.rows) {
    INFO(row.name);
    CHECK(row.bound != Bound::kLaunch);
    CHECK(row.needs[static_cast<std::size_t>(Bound::kLaunch)].value() == 0);
    CHECK(row.total.time >= 0);
  }
}

TEST_CASE("what was measured scales with what it measures", "[what-if]") {
  const Device before = device_named("a100-sxm4-80gb");
  const Device after = with("a100-sxm4-80gb", "dram.bandwidth=x2");
  REQUIRE(before.calibration.has_value());
  CHECK(after.calibration->reached.dram == before.calibration->reached.dram * 2);
  CHECK(after.calibration->entries.size() == before.calibration->entries.size());
  CHECK(after.calibration->entries.front().parameters == before.calibration->entries.front().parameters);
}

}  // namespace
}  // namespace ridgepoint
