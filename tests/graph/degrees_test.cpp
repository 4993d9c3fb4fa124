// Laws of degrees: they add up, and what no law can be is said.

#include <cmath>

#include "graph/degrees.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

TEST_CASE("degrees add up to the nodes and edges they were made for", "[graph]") {
  const auto expect = [](const DegreeDistribution& d, double nodes, double edges) {
    CHECK(d.nodes() == Approx(nodes).epsilon(1e-9));
    CHECK(d.edges() == Approx(edges).epsilon(1e-9));
  };
  expect(even_degrees(1000, 3500), 1000, 3500);
  expect(power_law_degrees({.nodes = 2449029, .edges = 123718280, .largest = 17481}), 2449029, 123718280);
  expect(power_law_degrees({.nodes = 111059956, .edges = 3228124712, .exponent = 2.5}), 111059956, 3228124712);
  expect(power_law_degrees({.nodes = 232965, .edges = 114615892, .largest = 21657}), 232965, 114615892);
  const std::vector<std::int64_t> counted{3, 0, 1, 1, 3, 2};
  expect(counted_degrees(counted), 6, 10);
}

TEST_CASE("a power law keeps its exponent", "[graph]") {
  const DegreeDistribution law = power_law_degrees({.nodes = 1e6, .edges = 2e7, .exponent = 2.5, .largest = 20000});
  // The share above d falls with d^-1.5 well within the bounds.
  const double fall = std::log(law.share_above(200) / law.share_above(800)) / std::log(4.0);
  CHECK(fall == Approx(1.5).epsilon(0.02));
  CHECK(law.largest() == Approx(20000).epsilon(0.02));
}

TEST_CASE("what nodes draw is the smaller of fan-out and degree", "[graph]") {
  const DegreeDistribution d({{0, 10}, {3, 20}, {8, 10}});
  CHECK(d.drawn(5) == Approx((20 * 3 + 10 * 5) / 40.0));
  CHECK(d.drawn(5, true) == Approx(30 * 5 / 40.0));
  CHECK(d.share_above(5) == Approx(0.25));
}

void expect_message(const PowerLaw& law, const std::string& part) {
  const std::string message = message_of([&] { return power_law_degrees(law); });
  CAPTURE(message, part);
  CHECK(message.find(part) != std::string::npos);
}

TEST_CASE("a power law that cannot be says what would fit", "[graph]") {
  expect_message({.nodes = 1000, .edges = 5000, .exponent = 1.9}, "an exponent above 2, or \"max_degree\"");
  expect_message({.nodes = 1000, .edges = 1200, .exponent = 2.1}, "a mean of at least");
  expect_message({.nodes = 1000, .edges = 5000, .largest = 1000}, "between 5 and 999");
  expect_message({.nodes = 1000, .edges = 5000}, "\"exponent\", or \"max_degree\"");
  expect_message({.nodes = 1000, .edges = 700000, .largest = 900}, "a mean between");
}

}  // namespace
}  // namespace ridgepoint
