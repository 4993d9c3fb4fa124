#include "core/units.hpp"

#include <concepts>
#include <type_traits>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

template <class A, class B>
concept Adds = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Compares = requires(A a, B b) {
  a < b;
};

// What the dimensions allow ...
static_assert(std::same_as<decltype(Bytes{} / Bandwidth{}), Seconds>);
static_assert(std::same_as<decltype(Flops{} / FlopRate{}), Seconds>);
static_assert(std::same_as<decltype(FlopRate{} / Bandwidth{}), Intensity>);
static_assert(std::same_as<decltype(Flops{} / Bytes{}), Intensity>);
static_assert(std::same_as<decltype(Intensity{} * Bandwidth{}), FlopRate>);
static_assert(std::same_as<decltype(Bandwidth{} * Seconds{}), Bytes>);
static_assert(std::same_as<decltype(Seconds{} / Seconds{}), double>);
static_assert(std::same_as<decltype(Seconds{} * Hertz{}), double>);
static_assert(std::same_as<decltype(2.0 * Seconds{}), Seconds>);
static_assert(Adds<Seconds, Seconds> && Compares<Seconds, Seconds>);
// ... and what they forbid.
static_assert(!std::convertible_to<decltype(Flops{} / Bandwidth{}), Seconds>);
static_assert(!std::convertible_to<double, Seconds>);
static_assert(!std::convertible_to<Seconds, double>);
static_assert(!std::constructible_from<Seconds, Bytes>);
static_assert(!std::assignable_from<Seconds&, Bytes>);
static_assert(!Adds<Flops, Bytes> && !Adds<Seconds, double>);
static_assert(!Compares<Flops, Bytes> && !Compares<Seconds, double>);

static_assert(Seconds{}.value() == 0);
static_assert((Bytes{3e12} / Bandwidth{1.5e12}).value() == 2);
static_assert(Seconds{3} / Seconds{2} == 1.5);
static_assert(Seconds{1} + Seconds{2} - Seconds{0.5} == Seconds{2.5});
static_assert(Seconds{1} < Seconds{2} && Seconds{2} >= Seconds{2});
static_assert((Seconds{3} * 2 / 4).value() == 1.5);

TEST_CASE("quantities accumulate in place", "[core][units]") {
  Seconds total;
  total += Seconds{3};
  total -= Seconds{1};
  total *= 4;
  CHECK(total == Seconds{8});
}

}  // namespace
}  // namespace ridgepoint
