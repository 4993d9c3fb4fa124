#include "calibrate/measure/timing.hpp"

#include <vector>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

// A machine that tests play: time passes only when the kernel runs or the program rests.
class FakeMachine : public TimeSource {
 public:
  Seconds now() override { return now_; }
  Seconds waited() override { return waited_; }
  void rest() override {
    ++rests;
    now_ += Seconds{1e-3};
  }
  void pass(Seconds time) { now_ += time; }
  void wait_for_core(Seconds time) {
    now_ += time;
    waited_ += time;
  }
  int rests = 0;

 private:
  Seconds now_{1000};
  Seconds waited_{};
};

constexpr Seconds kMicro{1e-6};

TEST_CASE("short kernels are batched and a steady one settles early", "[calibrate]") {
  FakeMachine machine;
  std::int64_t largest = 0;
  const Runs runs = [&](std::int64_t n) {
    largest = std::max(largest, n);
    machine.pass(static_cast<double>(n) * 0.5 * kMicro);
  };
  const Seconds before = machine.now();
  const Measurement m = time_runs(runs, {.budget = Seconds{0.01}}, machine);
  CHECK(m.stop == Stop::kSettled);
  CHECK(m.time.value() == Approx(0.5e-6));
  CHECK(m.best.value() == Approx(0.5e-6));
  CHECK(m.spread == Approx(0).margin(1e-9));
  CHECK(largest == 45);  // 20 us and a tenth, rounded up
  CHECK(m.kept >= 16);
  CHECK(m.disturbed == 0);
  CHECK_FALSE(m.jumped);
  CHECK((machine.now() - before).value() < 0.006);
}

TEST_CASE("a noisy kernel takes its budget and says so", "[calibrate]") {
  FakeMachine machine;
  int turn = 0;
  const Runs runs = [&](std::int64_t n) { machine.pass(static_cast<double>(n) * (100 + 40 * (turn++ % 3)) * kMicro); };
  const Measurement m = time_runs(runs, {.budget = Seconds{0.005}}, machine);
  CHECK(m.stop == Stop::kOutOfTime);
  CHECK(m.time.value() == Approx(140e-6));
  CHECK(m.spread > 0.1);
}

TEST_CASE("a run longer than the budget is timed once", "[calibrate]") {
  FakeMachine machine;
  int calls = 0;
  const Runs runs = [&](std::int64_t n) {
    CHECK(n == 1);
    ++calls;
    machine.pass(Seconds{2});
  };
  const Measurement m = time_runs(runs, {.budget = Seconds{0.1}}, machine);
  CHECK(calls == 2);  // warm-up and sample
  CHECK(m.kept == 1);
  CHECK(m.time == Seconds{2});
  CHECK(m.stop == Stop::kOutOfTime);
}

TEST_CASE("the first slow runs are warm-up", "[calibrate]") {
  FakeMachine machine;
  int calls = 0;
  const Runs runs = [&](std::int64_t n) { machine.pass(static_cast<double>(n) * (calls++ < 3 ? 900 : 30) * kMicro); };
  const Measurement m = time_runs(runs, {.budget = Seconds{0.02}}, machine);
  CHECK(m.time.value() == Approx(30e-6));
  CHECK(m.dropped == 0);
}

TEST_CASE("samples that waited for a core do not count", "[calibrate]") {
  FakeMachine machine;
  int calls = 0;
  const Runs runs = [&](std::int64_t n) {
    machine.pass(static_cast<double>(n) * 30 * kMicro);
    if (calls++ % 3 == 2) machine.wait_for_core(Seconds{0.004});
  };
  const Measurement m = time_runs(runs, {.budget = Seconds{0.05}}, machine);
  CHECK(m.time.value() == Approx(30e-6));
  CHECK(m.dropped == 0);
  CHECK(m.disturbed >= 3);
  CHECK(machine.rests == m.disturbed);
}

TEST_CASE("where nothing is undisturbed the shortest counts, after three budgets", "[calibrate]") {
  FakeMachine machine;
  int calls = 0;
  const Runs runs = [&](std::int64_t n) {
    machine.pass(static_cast<double>(n) * 30 * kMicro);
    machine.wait_for_core((1 + calls++ % 3) * Seconds{0.001});
  };
  const Seconds before = machine.now();
  const Measurement m = time_runs(runs, {.budget = Seconds{0.02}}, machine);
  CHECK(m.stop == Stop::kDisturbed);
  CHECK(m.time == m.best);
  CHECK(m.time.value() < 1.1e-3);
  CHECK((machine.now() - before).value() == Approx(0.06).margin(0.01));
}

TEST_CASE("a disturbed warm-up does not leave batches too short", "[calibrate]") {
  FakeMachine machine;
  int calls = 0;
  const Runs runs = [&](std::int64_t n) {
    machine.pass(static_cast<double>(n) * 0.1 * kMicro);
    if (calls++ < 2) machine.wait_for_core(Seconds{0.003});
  };
  const Measurement m = time_runs(runs, {.budget = Seconds{0.02}, .warm_up = Seconds{0.004}}, machine);
  CHECK(m.time.value() == Approx(0.1e-6));
  CHECK(m.stop == Stop::kSettled);
}

TEST_CASE("after a jump the faster level counts", "[calibrate]") {
  std::vector<double> seconds(30, 1e-3);
  seconds.resize(50, 1.5e-3);
  const Measurement m = summarize(seconds, Stop::kOutOfTime);
  CHECK(m.jumped);
  CHECK(m.time.value() == Approx(1e-3));
  CHECK(m.kept == 30);
  CHECK(m.dropped == 20);
}

TEST_CASE("the machine's time passes", "[calibrate]") {
  MachineTime machine;
  machine.prepare();
  const Seconds before = machine.now();
  const Seconds waited = machine.waited();
  machine.rest();
  CHECK(machine.now() - before >= Seconds{0.003});
  CHECK(machine.waited() >= waited);
}

}  // namespace
}  // namespace ridgepoint
