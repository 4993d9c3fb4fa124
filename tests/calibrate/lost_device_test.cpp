// A session on a backend that the tests make up: a device that goes away in the middle.

#include "calibrate/session.hpp"

#include <stdexcept>

#include "core/error.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

/// Four points, of which one does not fit; the device is lost at the point of a given number.
class LosingBackend : public Backend {
 public:
  explicit LosingBackend(int lost_at) : lost_at_(lost_at) {}
  MachineFacts machine() override { return {.name = "fake"}; }
  std::vector<Microkernel> microkernels() override { return {{"launch", "launch", ""}}; }
  [[nodiscard]] std::string_view clock() const override { return "kernel"; }
  std::string base_device(std::span<const MeasuredPoint>) override { return ""; }
  std::vector<Point> points(std::string_view, Effort, Shapes) override {
    std::vector<Point> points;
    for (const char* const threads : {"1", "2", "3", "4"}) points.push_back({"launch", "fp32", {"empty", threads}});
    return points;
  }
  std::optional<Measurement> measure(const Point&, Seconds, std::string& why) override {
    if (++measured_ == lost_at_) throw BackendLost("the GPU fell off the bus");
    if (measured_ == 2) {
      why = "not enough memory on the GPU";
      return std::nullopt;
    }
    return Measurement{.time = Seconds{1e-6}, .best = Seconds{1e-6}, .kept = 10};
  }
  std::vector<std::string> notes() override { return {"it was warm"}; }

 private:
  int lost_at_;
  int measured_ = 0;
};

SessionResult run(int lost_at) {
  LosingBackend backend(lost_at);
  return run_session(
      backend, {}, [](const Progress&) {}, [] { return false; });
}

TEST_CASE("what was measured before a device was lost is kept, and the notes say what happened", "[session]") {
  const SessionResult result = run(4);
  REQUIRE(result.measured.size() == 1);
  CHECK(result.measured[0].second.size() == 2);
  CHECK(result.interrupted);
  REQUIRE(result.notes.size() >= 3);
  CHECK(result.notes[0] == "launch fp32 (empty 2): not measured: not enough memory on the GPU");
  CHECK(result.notes[1] ==
        "the device is lost after 3 of 4 points, in launch fp32 (empty 4): the GPU fell off the bus");
  CHECK(result.notes[2] == "it was warm");
  CHECK(sample_file_text(result, "launch", "kernel").find("fake,kernel,launch,fp32,empty,3,1\n") != std::string::npos);
}

TEST_CASE("a session without a loss measures all", "[session]") {
  const SessionResult result = run(0);
  CHECK(result.measured[0].second.size() == 3);
  CHECK(!result.interrupted);
}

TEST_CASE("a device that is lost at once is an error that says why", "[session]") {
  try {
    run(1);
    FAIL("nothing was thrown");
  } catch (const InputError& error) {
    CHECK(error.problem().what.find("nothing could be measured: the device is lost after 0 of 4 points") == 0);
  }
}

}  // namespace
}  // namespace ridgepoint
