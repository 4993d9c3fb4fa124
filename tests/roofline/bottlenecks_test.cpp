// What limits a network, and what would next.

#include "roofline/bottlenecks.hpp"

#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

TEST_CASE("the first limit is the bound, and the next is what analyze says without it", "[limits]") {
  for_every_model([](const Run& run) {
    const Device device = device_named("h100-sxm5");
    Attributes set;
    const Description description = model_named(run.model, set);
    const Question question{description, device, {.phase = run.phase, .precision = {.activations = DType::kBf16}}, {}};
    const Estimate now = answer(question);
    const std::vector<Bottleneck> chain = bottlenecks(question, now, "");
    REQUIRE_FALSE(chain.empty());
    CHECK(chain.front().bound == whole_of(now).bound);
    double before = 1;
    for (const Bottleneck& step : chain) {
      CHECK(step.time_ratio <= before * 1.0001);
      CHECK(step.time_ratio >= 0);
      before = step.time_ratio;
    }
    CHECK(whole_of(now).total.time == now.total.time);
  });
}

}  // namespace
}  // namespace ridgepoint
