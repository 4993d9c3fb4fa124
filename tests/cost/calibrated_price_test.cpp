// Prices with a device's own parameters.

#include <algorithm>
#include <cmath>

#include "cost/device_file.hpp"
#include "cost/law.hpp"
#include "cost/validation.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

const Gemm kLarge{
    .m = 4096, .n = 4096, .k = 4096, .a = DType::kBf16, .b = DType::kBf16, .c = DType::kBf16, .math = DType::kBf16};

// Entries of the common law, which may price every kind.
CalibrationEntry entry(const std::string& kernel, std::optional<DType> format, Clock clock, double efficiency) {
  const auto* const kind = std::find_if(kCostKinds.begin(), kCostKinds.end(),
                                        [&](const CostKind& candidate) { return candidate.name == kernel; });
  CalibrationEntry e{
      .kind = kind, .format = format, .clock = clock, .model = &kLaw, .samples = 100, .p10 = 0.5, .p90 = 2};
  e.parameters = {efficiency, 1, efficiency, 1e-6, 4, 1};
  return e;
}

Device calibrated(std::vector<CalibrationEntry> entries) {
  Device device = load_device("l40s");
  device.calibration = Calibration{.tool = "t", .device = "l40s"};
  device.calibration->entries = std::move(entries);
  return device;
}

Launch launch(Kernel kernel) {
  const Work work = work_of(kernel);
  return {std::move(kernel), work};
}

double seconds(const Device& device, const Kernel& kernel, Circumstances circumstances = {}) {
  return price(launch(kernel), device, Mode::kAuto, circumstances).time.value();
}

TEST_CASE("auto is calibrated where there is a calibration", "[price]") {
  CHECK(resolve(Mode::kAuto, load_device("l4")) == Mode::kDatasheet);
  CHECK(resolve(Mode::kAuto, calibrated({})) == Mode::kCalibrated);
  CHECK(resolve(Mode::kRoofline, calibrated({})) == Mode::kRoofline);
  CHECK(resolve(Mode::kDatasheet, calibrated({})) == Mode::kDatasheet);
  CHECK(message_of([] { return resolve(Mode::kCalibrated, load_device("l4")); }) ==
        "error: l4 has no calibration\n"
        "  expected a device file that `ridgepoint calibrate` wrote, or --mode datasheet\n");
}

TEST_CASE("the mode ceilings is a roofline at measured rates", "[price]") {
  CHECK(message_of([] { return resolve(Mode::kCeilings, load_device("l4")); }) ==
        "error: l4 has no measured ceilings\n"
        "  expected a device file that `ridgepoint calibrate` wrote from samples that no cache can hold\n");
  Device device = calibrated({});
  device.calibration->reached = {.dram = 700e9, .launch = 2e-6};
  device.calibration->reached.products[static_cast<std::size_t>(DType::kBf16)] = 250e12;
  const Price large = price(launch(kLarge), device, Mode::kCeilings);
  CHECK(large.time.value() == Approx(2 * std::pow(4096.0, 3) / 250e12));
  CHECK(large.bound == Bound::kMatrix);
  const Stream copy{.rows = 1, .cols = 1e8, .read = Bytes{4e8}, .written = Bytes{4e8}};
  CHECK(price(launch(copy), device, Mode::kCeilings).time.value() == Approx(8e8 / 700e9));
  const Stream tiny{.rows = 1, .cols = 8, .read = Bytes{32}, .written = Bytes{32}};
  CHECK(price(launch(tiny), device, Mode::kCeilings).time.value() == Approx(2e-6));
}

TEST_CASE("a device's own parameters price its kernels, and the pool's the others", "[price]") {
  const Device device = calibrated({entry("gemm", DType::kBf16, Clock::kKernel, 0.5)});
  const Price own = price(launch(kLarge), device, Mode::kCalibrated);
  CHECK(own.own);
  CHECK(own.time.value() == Approx(1e-6 + 2 * std::pow(4096.0, 3) / 362e12 / 0.5).epsilon(0.02));
  CHECK(own.p10.value() == Approx(own.time.value() * 0.5));
  CHECK(own.p90.value() == Approx(own.time.value() * 2));
  const Kernel conv = Conv{.c = 64, .in = {1, 56, 56}, .k = 64, .out = {1, 56, 56}};
  const Price pooled = price(launch(conv), device, Mode::kCalibrated);
  CHECK_FALSE(pooled.own);
  CHECK(pooled.time == price(launch(conv), device, Mode::kDatasheet).time);
}

TEST_CASE("a twin format and the kin of a kind stand in, a strange format does not", "[price]") {
  const Device device = calibrated(
      {entry("gemm", DType::kBf16, Clock::kKernel, 0.5), entry("elementwise", std::nullopt, Clock::kKernel, 0.25)});
  Gemm gemm = kLarge;
  gemm.math = DType::kFp16;
  CHECK(price(launch(gemm), device, Mode::kAuto).own);
  gemm.math = DType::kFp32;
  CHECK_FALSE(price(launch(gemm), device, Mode::kAuto).own);
  Stream copy{.kind = StreamKind::kCopy, .rows = 1, .cols = 1e8, .read = Bytes{4e8}, .written = Bytes{4e8}};
  CHECK(price(launch(copy), device, Mode::kAuto).own);
  copy.kind = StreamKind::kReduction;
  CHECK_FALSE(price(launch(copy), device, Mode::kAuto).own);
}

TEST_CASE("each clock takes its own entries first", "[price]") {
  CalibrationEntry op = entry("gemm", DType::kBf16, Clock::kOp, 0.25);
  op.floor = 30e-6;
  const Device both = calibrated({entry("gemm", DType::kBf16, Clock::kKernel, 0.5), op});
  const Gemm tiny{
      .m = 8, .n = 8, .k = 8, .a = DType::kBf16, .b = DType::kBf16, .c = DType::kBf16, .math = DType::kBf16};
  CHECK(seconds(both, tiny) < 2e-6);
  CHECK(seconds(both, tiny, {.clock = Clock::kOp}) == Approx(30e-6).epsilon(1e-3));
  CHECK(seconds(both, kLarge, {.clock = Clock::kOp}) == Approx(2 * seconds(both, kLarge)).epsilon(0.01));

  // Without op entries a call is its kernel, and takes at least the pooled host's time.
  const Device kernels = calibrated({entry("gemm", DType::kBf16, Clock::kKernel, 0.5)});
  CHECK(seconds(kernels, tiny, {.clock = Clock::kOp}) == kEagerHostTime.typical.value());
  // Without kernel entries a kernel in a graph is its call without the host.
  CHECK(price(launch(kLarge), calibrated({op}), Mode::kAuto).own);
  CHECK(seconds(calibrated({op}), tiny) < 10e-6);
}

TEST_CASE("wall entries price a graph: with their floor only where the host is the device", "[price]") {
  CalibrationEntry wall = entry("gemm", DType::kBf16, Clock::kWall, 0.5);
  wall.floor = 30e-6;
  const Gemm tiny{
      .m = 8, .n = 8, .k = 8, .a = DType::kBf16, .b = DType::kBf16, .c = DType::kBf16, .math = DType::kBf16};
  Device device = calibrated({wall});
  CHECK(seconds(device, tiny) < 2e-6);
  CHECK(seconds(device, tiny, {.clock = Clock::kWall}) == Approx(30e-6).epsilon(1e-3));
  device.kind = "cpu";
  CHECK(seconds(device, tiny) == Approx(30e-6).epsilon(1e-3));
}

TEST_CASE("operands that stay in the cache come at its bandwidth", "[price]") {
  CalibrationEntry e = entry("elementwise", std::nullopt, Clock::kKernel, 1);
  e.parameters[kCacheBandwidthRatio] = 4;
  e.parameters[kLatency] = 1e-8;
  const Device device = calibrated({e});  // its l2 holds 96 MiB
  const Stream small{.rows = 1, .cols = 1e6, .read = Bytes{8e6}, .written = Bytes{4e6}};
  const double cold = seconds(device, small);
  CHECK(cold == Approx(12e6 / 864e9).epsilon(0.01));
  CHECK(seconds(device, small, {.copies = 1}) == Approx(cold / 4).epsilon(0.01));
  CHECK(seconds(device, small, {.copies = 100}) == Approx(cold).epsilon(0.01));
  double last = 0;
  for (double copies = 1; copies < 40; ++copies) {
    const double now = seconds(device, small, {.copies = copies});
    CHECK(now >= last);
    last = now;
  }
}

TEST_CASE("a part of a kernel pays neither for a launch nor for the host", "[price]") {
  CalibrationEntry op = entry("gemm", DType::kBf16, Clock::kOp, 0.5);
  op.floor = 30e-6;
  const Device device = calibrated({op});
  Launch part = launch(kLarge);
  part.part = true;
  const Price p = price(part, device, Mode::kAuto, {.clock = Clock::kOp});
  CHECK(p.own);
  CHECK(p.needs[static_cast<std::size_t>(Bound::kHost)].value() == 0);
  CHECK(p.needs[static_cast<std::size_t>(Bound::kLaunch)].value() == 0);
}

}  // namespace
}  // namespace ridgepoint
