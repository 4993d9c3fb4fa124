// What only a GPU can say. Without one these tests say why, and are skipped.

#include <memory>

#include "calibrate/backend.hpp"
#include "calibrate/local_devices.hpp"
#include "calibrate/module.hpp"
#include "core/error.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

// The backend of the first GPU, or null after a warning that says why there is none.
std::unique_ptr<Backend> first_gpu() {
  try {
    const Module module("cuda");
    return std::unique_ptr<Backend>(module.function<BackendEntry>(kBackendEntry)(0));
  } catch (const InputError& error) {
    WARN("skipped: " << error.problem().what);
    return nullptr;
  }
}

TEST_CASE("the GPU's microkernels compute what their references do", "[gpu]") {
  ::setenv("RIDGEPOINT_MODULES", tested_modules().c_str(), 1);
  const auto backend = first_gpu();
  if (backend == nullptr) return;
  for (const Microkernel& microkernel : backend->microkernels()) {
    std::size_t measured = 0;
    const std::vector<Point> points = backend->points(microkernel.name, Effort::kQuick, Shapes::kFit);
    for (std::size_t i = 0; i < std::min<std::size_t>(points.size(), 6); ++i) {
      std::string why;
      const auto result = backend->measure(points[i], Seconds{0.01}, why);
      CAPTURE(std::string(microkernel.name), points[i].dtype, points[i].values, why);
      CHECK(why.find("wrong result") == std::string::npos);
      if (!result) continue;
      ++measured;
      CHECK(result->time > Seconds{});
      CHECK(result->kept >= 1);
    }
    CAPTURE(std::string(microkernel.name));
    CHECK((measured > 0 || points.empty()));
  }
}

}  // namespace
}  // namespace ridgepoint
