// Sessions and calibrations on a backend whose times are known.

#include "calibrate/ceilings.hpp"
#include "calibrate/device_calibration.hpp"
#include "calibrate/module.hpp"
#include "cost/device_file.hpp"
#include "tests/calibrate/fake_backend.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

constexpr auto kSilent = [](const Progress&) {};
constexpr auto kNever = [] { return false; };

bool mentions(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& t) { return t.find(part) != std::string::npos; });
}

Minimize minimizer() {
  ::setenv("RIDGEPOINT_MODULES", tested_modules().c_str(), 1);
  static const Module module("fit");
  return module.function<Minimize>(kMinimizeEntry);
}

TEST_CASE("a session measures every point once and reports its way", "[session]") {
  FakeBackend backend;
  std::vector<std::size_t> done;
  std::size_t points = 0;
  const SessionResult result = run_session(
      backend, {},
      [&](const Progress& p) {
        done.push_back(p.done);
        points = p.points;
        CHECK(p.left >= Seconds{});
      },
      kNever);
  CHECK(points == 51);
  CHECK(backend.measured == points);
  REQUIRE(done.size() == points);
  for (std::size_t i = 0; i < done.size(); ++i) CHECK(done[i] == i);
  CHECK_FALSE(result.interrupted);
  CHECK(result.points().size() == points);
  CHECK(mentions(result.notes, "51 of 51 points measured"));
  CHECK_FALSE(mentions(result.notes, "noisy"));
}

TEST_CASE("of the rounds of a point the best counts, and the spread tells how far they are apart", "[session]") {
  FakeBackend backend;
  backend.rounds = 3;
  backend.slower = {1.1, 1.0, 1.3};  // the first point of the first, second and third round
  const SessionResult result = run_session(backend, {.microkernels = {"fma"}}, kSilent, kNever);
  CHECK(backend.measured == 6);
  const std::vector<MeasuredPoint> points = result.points();
  REQUIRE(points.size() == 2);
  const Measurement& first = points[0].measurement;
  CHECK(first.time.value() == Approx(1000000 / 0.9e12));
  CHECK(first.spread == Approx(0.15));
  CHECK(points[1].measurement.spread == Approx(0.01));
  CHECK(mentions(result.notes, "2 of 2 points measured"));
  CHECK(backend.granted.value() == Approx(0.2));  // the rounds of a point share its budget
}

TEST_CASE("a point that cannot run is tried and told of once", "[session]") {
  FakeBackend backend;
  backend.rounds = 3;
  backend.refuses = "chase";
  const SessionResult result = run_session(backend, {}, kSilent, kNever);
  const auto told = std::count_if(result.notes.begin(), result.notes.end(),
                                  [](const auto& note) { return note.find("it is only a test") != std::string::npos; });
  CHECK(told == 2);
}

TEST_CASE("a budget shortens the points of a session, and never stretches them", "[session]") {
  FakeBackend backend;
  run_session(backend, {}, kSilent, kNever);
  const double whole = backend.granted.value();
  REQUIRE(whole > 0);
  for (const auto& [asked, granted] : {std::pair{whole / 4, whole / 4}, std::pair{whole * 2, whole}}) {
    backend.granted = {};
    run_session(backend, {.budget = Seconds{asked}}, kSilent, kNever);
    CHECK(backend.granted.value() == Approx(granted));
  }
}

TEST_CASE("a session that is stopped keeps some of every microkernel and says so", "[session]") {
  FakeBackend backend;
  const SessionResult result = run_session(backend, {}, kSilent, [&] { return backend.measured == 12; });
  CHECK(result.interrupted);
  CHECK(backend.measured == 12);
  CHECK(mentions(result.notes, "stopped after 12 of 51 points"));
  for (const auto& [microkernel, points] : result.measured) {
    CAPTURE(microkernel.name);
    CHECK_FALSE(points.empty());
  }
  CHECK(message_of([&] {
          return run_session(backend, {}, kSilent, [] { return true; });
        }).find("nothing could be measured") != std::string::npos);
}

TEST_CASE("what cannot run and what was disturbed is said", "[session]") {
  FakeBackend backend;
  backend.refuses = "chase";
  backend.spread = 0.2;
  backend.jumps = true;
  backend.stop = Stop::kOutOfTime;
  const SessionResult result = run_session(backend, {}, kSilent, kNever);
  CHECK(mentions(result.notes, "chase int64 (16384 0): not measured: it is only a test"));
  CHECK(mentions(result.notes, "49 points were disturbed"));
  CHECK(mentions(result.notes, "49 ended by time"));
  CHECK(mentions(result.notes, "the machine is noisy: 49 of 49"));
}

TEST_CASE("only the microkernels that are asked for run, and others are refused", "[session]") {
  FakeBackend backend;
  const SessionResult result = run_session(backend, {.microkernels = {"fma"}}, kSilent, kNever);
  CHECK(result.points().size() == 2);
  const std::string message =
      message_of([&] { return run_session(backend, {.microkernels = {"gem"}}, kSilent, kNever); });
  CHECK(message.find("unknown microkernel \"gem\"") != std::string::npos);
  CHECK(message.find("did you mean \"gemm\"") != std::string::npos);
}

TEST_CASE("ceilings are the best of their kind, by level", "[session]") {
  FakeBackend backend;
  const DeviceCalibration result =
      calibrate_device(backend, run_session(backend, {}, kSilent, kNever), minimizer(), {.date = "2026-01-02"});
  const auto& ceilings = result.device.calibration->ceilings;
  const auto find = [&](CeilingUnit unit, const std::string& name, const std::string& op) {
    std::vector<MeasuredCeiling> found;
    for (const MeasuredCeiling& c : ceilings) {
      if (c.unit == unit && c.name == name && c.op == op) found.push_back(c);
    }
    return found;
  };
  REQUIRE(find(CeilingUnit::kMemory, "l1", "read").size() == 1);
  CHECK(find(CeilingUnit::kMemory, "l1", "read")[0].value == Approx(3e11).epsilon(1e-4));
  CHECK(find(CeilingUnit::kMemory, "l1", "read")[0].bytes == 32768);  // 60000 does not fit beside other things
  REQUIRE(find(CeilingUnit::kMemory, "llc", "read").size() == 1);
  REQUIRE(find(CeilingUnit::kMemory, "dram", "read").size() == 1);
  // Both sets are beyond the caches; the better rate counts, whichever set it was.
  CHECK(find(CeilingUnit::kMemory, "dram", "read")[0].value == Approx(3e11).epsilon(1e-4));
  CHECK(find(CeilingUnit::kMemory, "dram", "triad")[0].value == Approx(9e10).epsilon(1e-4));
  CHECK(find(CeilingUnit::kVector, "fp32", "")[0].vector_bits == 512);
  CHECK(find(CeilingUnit::kMatrix, "bf16", "")[0].value == Approx(0.9e12).epsilon(1e-4));
  CHECK(find(CeilingUnit::kLatency, "small_pages", "")[0].value == Approx(16384e-12).epsilon(1e-4));
  CHECK(find(CeilingUnit::kLatency, "huge_pages", "")[0].bytes == 1048576);
  CHECK(find(CeilingUnit::kLaunch, "fork_join", "")[0].threads == 2);
  for (const MeasuredCeiling& c : ceilings) CHECK(c.spread == 0.01);
}

TEST_CASE("a calibration has its provenance, reads back, and is the same from the same samples", "[session]") {
  FakeBackend backend;
  const SessionResult session = run_session(backend, {}, kSilent, kNever);
  const auto make = [&] { return calibrate_device(backend, session, minimizer(), {.date = "2026-01-02"}); };
  const DeviceCalibration result = make();
  CHECK(result.text == make().text);
  const Device device = read_device(Document::parse("my.json", result.text));
  REQUIRE(device.calibration);
  CHECK(device.calibration->date == "2026-01-02");
  CHECK(device.calibration->device == "fake-2c");
  CHECK(device.calibration->samples == 40);
  CHECK(device.calibration->ceilings.size() == result.device.calibration->ceilings.size());
  const auto& facts = device.calibration->facts;
  const auto has = [&](const std::string& key, const std::string& value) {
    return std::find(facts.begin(), facts.end(), std::pair(key, value)) != facts.end();
  };
  CHECK(has("isa", "none"));
  CHECK(has("effort", "normal"));
  CHECK(has("complete", "yes"));
  REQUIRE(result.fit.entries.size() == 1);
  CHECK(result.fit.entries[0].held_out.mape < 0.2);  // what the fake measures follows no model
}

TEST_CASE("an interrupted calibration says so in its file", "[session]") {
  FakeBackend backend;
  const SessionResult session = run_session(backend, {}, kSilent, [&] { return backend.measured == 20; });
  const DeviceCalibration result = calibrate_device(backend, session, minimizer(), {});
  CHECK(result.text.find("\"complete\": \"no: it was interrupted\"") != std::string::npos);
  CHECK(mentions(result.fit.warnings, "samples are too few"));
}

TEST_CASE("ceilings alone are no calibration", "[session]") {
  FakeBackend backend;
  const SessionResult session = run_session(backend, {.microkernels = {"fma"}}, kSilent, kNever);
  CHECK(message_of([&] {
          return calibrate_device(backend, session, minimizer(), {});
        }).find("nothing that was measured has a cost model") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
