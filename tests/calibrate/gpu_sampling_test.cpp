// The sampling loop of GPUs on a device that the tests make up.

#include "calibrate/cuda/sampling.hpp"

#include "calibrate/cuda/facts.hpp"
#include "calibrate/cuda/faults.hpp"
#include "tests/support.hpp"

namespace ridgepoint::cuda {
namespace {

/// A device whose runs take `seconds` each, with a little noise, and whose host time passes with them.
class FakeDevice : public SampleSource {
 public:
  explicit FakeDevice(double seconds) : seconds_(seconds) {}
  std::vector<double> take(std::int64_t runs) override {
    ++batches;
    most_runs = std::max(most_runs, runs);
    now_ += seconds_ * static_cast<double>(runs) + 20e-6;
    std::vector<double> times;
    for (std::int64_t i = 0; i < runs; ++i) times.push_back(seconds_ * (hot() ? 2 : 1) * (1 + noise * wobble()));
    return times;
  }
  std::uint64_t throttled() override { return hot() ? reasons : 0; }
  Seconds now() override { return Seconds{now_}; }

  double noise = 0.001;
  std::uint64_t reasons = throttle::kThermalSoftware;
  double hot_until = 0;
  int batches = 0;
  std::int64_t most_runs = 0;

 private:
  [[nodiscard]] bool hot() const { return now_ < hot_until; }
  double wobble() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 40) / (1 << 24) - 0.5;
  }
  double seconds_;
  double now_ = 1;
  std::uint64_t state_ = 1;
};

TEST_CASE("a quiet device is settled soon, with batches that last long enough", "[cuda]") {
  FakeDevice device(2e-6);
  const Sampled sampled = sample(device, {.budget = Seconds{0.05}});
  CHECK(sampled.measurement.stop == Stop::kSettled);
  CHECK(sampled.measurement.time.value() == Approx(2e-6).epsilon(0.01));
  CHECK(device.most_runs >= 25);
  CHECK(device.most_runs <= 26);
  CHECK(device.now().value() < 1.03);
  CHECK(sampled.throttled == 0);
}

TEST_CASE("a noisy device takes its budget and says so", "[cuda]") {
  FakeDevice device(1e-3);
  device.noise = 0.5;
  const Sampled sampled = sample(device, {.budget = Seconds{0.05}});
  CHECK(sampled.measurement.stop == Stop::kOutOfTime);
  CHECK(device.now().value() == Approx(1.05).margin(0.005));
}

TEST_CASE("samples of a device that is too hot are dropped and counted", "[cuda]") {
  FakeDevice device(1e-3);
  device.hot_until = 1.03;
  const Sampled sampled = sample(device, {.budget = Seconds{0.06}});
  CHECK(sampled.measurement.time.value() == Approx(1e-3).epsilon(0.01));
  CHECK(sampled.throttled > 5);
  CHECK(sampled.measurement.disturbed == sampled.throttled);
  CHECK((sampled.reasons & throttle::kThermalSoftware) != 0);
}

TEST_CASE("a device that stays too hot is measured as disturbed", "[cuda]") {
  FakeDevice device(1e-3);
  device.hot_until = 100;
  const Sampled sampled = sample(device, {.budget = Seconds{0.02}});
  CHECK(sampled.measurement.stop == Stop::kDisturbed);
  CHECK(sampled.measurement.time.value() == Approx(2e-3).epsilon(0.01));
}

TEST_CASE("the power limit is how a device runs heavy kernels: its samples count", "[cuda]") {
  FakeDevice device(1e-3);
  device.reasons = throttle::kPowerCap;
  device.hot_until = 100;
  const Sampled sampled = sample(device, {.budget = Seconds{0.05}});
  CHECK(sampled.measurement.stop == Stop::kSettled);
  CHECK(sampled.throttled == 0);
  CHECK(sampled.reasons == throttle::kPowerCap);
}

TEST_CASE("a run that takes longer than its budget is measured once or more, and ends", "[cuda]") {
  FakeDevice device(0.5);
  const Sampled sampled = sample(device, {.budget = Seconds{0.05}});
  CHECK(sampled.measurement.kept >= 1);
  CHECK(device.batches <= 3);
}

TEST_CASE("operands rotate until they leave the cache, if that is possible", "[cuda]") {
  DeviceFacts facts;
  facts.l2 = 50 << 20;
  facts.free_memory = std::int64_t{70} << 30;
  CHECK(cold_copies(facts, 50 << 20) == 3);
  CHECK(cold_copies(facts, 1 << 20) == 101);
  CHECK(cold_copies(facts, 1 << 10) == 1);
  facts.free_memory = 100 << 20;
  CHECK(cold_copies(facts, 50 << 20) == 1);
}

TEST_CASE("codes of the runtime say whether a point or the device is lost", "[cuda]") {
  CHECK(fault_of(2) == Fault::kMemory);
  CHECK(fault_of(1) == Fault::kOther);
  for (const int code : {46, 214, 700, 719, 721, 999}) CHECK(fault_of(code) == Fault::kLost);
  CHECK(fault_text(214, "cudaErrorECCUncorrectable", "cudaMemcpy", "x.cpp:3") ==
        "an ECC error that could not be corrected: the GPU's memory is damaged: cudaMemcpy returned "
        "cudaErrorECCUncorrectable (214) at x.cpp:3");
}

}  // namespace
}  // namespace ridgepoint::cuda
