#pragma once
// A backend that measures nothing: its times follow from a law, so that tests know what must come out.

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "calibrate/backend.hpp"

namespace ridgepoint {

/// A machine of 1 TFLOP/s and 100 GB/s. Products take their roofline time and 2 us, copies likewise.
class FakeBackend final : public Backend {
 public:
  std::size_t measured = 0;
  Seconds granted{};  ///< to all points together
  std::size_t products = 40;
  double spread = 0.01;
  Stop stop = Stop::kSettled;
  bool jumps = false;
  int rounds = 1;                ///< of the points of ceilings
  std::vector<double> slower{};  ///< by what factor each round of the first point of fma takes longer
  std::string refuses{};         ///< a microkernel that cannot run here

  MachineFacts machine() override {
    return {.name = "fake-2c", .summary = "a fake, 2 cores", .facts = {{"isa", "none"}}};
  }
  [[nodiscard]] std::string_view clock() const override { return "wall"; }

  std::string base_device(std::span<const MeasuredPoint>) override {
    return R"({"schema_version": 1, "name": "fake-2c", "kind": "cpu", "sources": {"s": "made up"}, "datasheet": {
      "compute_units": {"count": 2, "source": "s"},
      "vector": {"fp32": {"flops_per_s": 1e12, "source": "s"}},
      "memory": {"dram": {"bandwidth_bytes_per_s": 1e11, "source": "s"}, "l1": {"capacity_bytes": 65536, "source": "s"},
                 "llc": {"capacity_bytes": 4194304, "source": "s"}}}})";
  }

  std::vector<Microkernel> microkernels() override {
    return {{"stream", "stream", "bandwidth"},
            {"fma", "fma", "peak"},
            {"chase", "chase", "latency"},
            {"launch", "launch", "calls"},
            {"gemm", "gemm", "products"}};
  }

  std::vector<Point> points(std::string_view microkernel, Effort, Shapes) override {
    if (microkernel == "stream")
      return {{"stream", "fp64", {"read", "32768", "2"}},      {"stream", "fp64", {"read", "1048576", "2"}},
              {"stream", "fp64", {"read", "60000", "2"}},      {"stream", "fp64", {"read", "104857600", "2"}},
              {"stream", "fp64", {"triad", "104857600", "2"}}, {"stream", "fp64", {"read", "52428800", "2"}}};
    const Seconds budget{0.1};
    if (microkernel == "fma")
      return {{"fma", "fp32", {"512", "1000000", "2"}, budget, rounds},
              {"fma", "bf16", {"8192", "4000000", "2"}, budget, rounds}};
    if (microkernel == "chase")
      return {{"chase", "int64", {"16384", "0"}, budget, rounds}, {"chase", "int64", {"1048576", "1"}, budget, rounds}};
    if (microkernel == "launch") return {{"launch", "fp32", {"fork_join", "2"}}};
    std::vector<Point> list;
    for (std::size_t i = 0; i < products; ++i) {
      const auto size = std::to_string(32 + 24 * i);
      list.push_back({"gemm", "fp32", {"1", size, size, std::to_string(64 + 16 * (i * 7 % products)), "64"}});
    }
    return list;
  }

  std::optional<Measurement> measure(const Point& point, Seconds budget, std::string& why) override {
    if (point.kernel == refuses) {
      why = "it is only a test";
      return std::nullopt;
    }
    ++measured;
    granted += budget;
    Seconds time{seconds(point)};
    if (point.kernel == "fma" && point.dtype == "fp32" && round_ < slower.size()) time *= slower[round_++];
    return Measurement{.time = time, .best = time, .spread = spread, .kept = 16, .jumped = jumps, .stop = stop};
  }

 private:
  std::size_t round_ = 0;
  static double number(const Point& point, std::size_t i) { return std::stod(point.values[i]); }
  static double seconds(const Point& p) {
    if (p.kernel == "stream") return number(p, 1) / (number(p, 1) > 8e7 ? 9e10 : 3e11);
    if (p.kernel == "fma") return number(p, 1) / 0.9e12;
    if (p.kernel == "chase") return number(p, 0) * 1e-12;
    if (p.kernel == "launch") return 1e-6;
    const double m = number(p, 1), n = number(p, 2), k = number(p, 3);
    return 2e-6 + std::max(2 * m * n * k / 0.8e12, 4 * (m * k + k * n + m * n) / 0.9e11);
  }
};

}  // namespace ridgepoint
