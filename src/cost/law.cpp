#include "cost/law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/formula.hpp"

namespace ridgepoint {
namespace {

// Efficiencies may pass 1 by a little: data sheets quote clocks that parts exceed.
constexpr std::array kParameters{
    ModelParameter{"compute_efficiency", "share of the peak of matrix products in the format", 1e-3, 1.1, 0.7, 0.35},
    ModelParameter{"vector_efficiency", "share of the peaks of vector units and special functions", 1e-3, 1.1, 1, 0.35,
                   1},
    ModelParameter{"memory_efficiency", "share of the bandwidth of dram", 1e-3, 1.1, 0.7, 0.35},
    ModelParameter{"latency_s", "time to start and drain a kernel", 1e-8, 1e-2, 4e-6, 0.35},
    ModelParameter{"smoothness", "of the maximum: 1 adds the needs up, more takes the largest", 1, 8, 1.5, 0.35},
    ModelParameter{"cache_bandwidth_ratio", "how many times faster than dram the last cache is", 1, 30, 2.5, 0.5, 1},
};

Needs reached(const Demand& demand, const ParameterValues& p) {
  Needs needs{};
  at(needs, demand.on_matrix ? Bound::kMatrix : Bound::kVector) += demand.product / p[kComputeEfficiency];
  at(needs, Bound::kVector) += demand.vector / p[kVectorEfficiency];
  at(needs, Bound::kSpecial) = demand.special / p[kVectorEfficiency];
  const double from_cache = 1 - demand.cached + demand.cached / p[kCacheBandwidthRatio];
  at(needs, Bound::kDram) = demand.dram * from_cache / p[kMemoryEfficiency];
  at(needs, Bound::kL2) = demand.l2;
  return needs;
}

Timing time_by_law(const Situation& situation, const ParameterValues& p) {
  constexpr std::array kSmooth{Bound::kMatrix, Bound::kVector, Bound::kDram};
  Timing timing{.needs = reached(situation.demand, p)};
  Seconds largest{};
  for (const Bound bound : kSmooth) largest = std::max(largest, at(timing.needs, bound));
  double sum = 0;
  for (const Bound bound : kSmooth) {
    const Seconds need = at(timing.needs, bound);
    if (need.value() > 0) sum += std::pow(need / largest, p[kSmoothness]);
  }
  const Seconds smooth = largest * std::pow(sum, 1 / p[kSmoothness]);
  const Seconds latency{situation.launch.part ? 0 : p[kLatency]};
  timing.time = latency + std::max(smooth, *std::max_element(timing.needs.begin(), timing.needs.end()));
  at(timing.needs, Bound::kLaunch) = latency;
  return timing;
}

constexpr std::string_view kRoofline = "roofline: Williams et al., CACM 52(4), 2009";

void give_parameters(const ParameterValues& p, Derivation& d) {
  for (std::size_t i = 0; i < kParameters.size(); ++i) {
    const bool seconds = kParameters[i].name.ends_with("_s");
    d.given(kParameters[i].name, p[i], seconds ? "s" : "", kParameters[i].meaning);
  }
}

// The needs of the arithmetic units; a product without a matrix unit adds to the vector units' need.
void explain_units(const Situation& situation, Needs needs, Derivation& d) {
  const Demand& demand = situation.demand;
  const Work& work = situation.launch.work;
  const Device& device = situation.device;
  std::string vector;
  if (demand.product.value() > 0) {
    const std::string_view rate = demand.on_matrix ? "matrix_rate" : "product_rate";
    d.given("product", work.matrix.value(), "FLOP");
    d.given(rate, device.product_rate(work.math)->value(), "FLOP/s",
            fmt::format("{} peak of the {} units", name(work.math), demand.on_matrix ? "matrix" : "vector"));
    const std::string need = fmt::format("product / {} / compute_efficiency", rate);
    if (demand.on_matrix) {
      d.result("t_matrix", need, at(needs, Bound::kMatrix).value(), "s", kRoofline);
    } else {
      vector = need;
    }
  }
  if (demand.vector.value() > 0) {
    d.given("vector", work.vector.value(), "FLOP");
    d.given("vector_rate", device.vector_rate()->value(), "FLOP/s", "fp32 peak of the vector units");
    vector += (vector.empty() ? "" : " + ") + std::string("vector / vector_rate / vector_efficiency");
  }
  if (!vector.empty()) d.result("t_vector", vector, at(needs, Bound::kVector).value(), "s", kRoofline);
  if (demand.special.value() > 0) {
    d.given("special", work.special.value(), "op");
    d.given("special_rate", device.special->rate.value(), "op/s");
    d.result("t_special", "special / special_rate / vector_efficiency", at(needs, Bound::kSpecial).value(), "s",
             "a ceiling");
  }
}

void explain_memory(const Situation& situation, Needs needs, Derivation& d) {
  const Demand& demand = situation.demand;
  d.given("bytes", situation.launch.work.bytes().value(), "B");
  d.given("bandwidth", situation.device.dram_bandwidth().value(), "B/s", "of dram");
  const bool cached = demand.cached > 0;
  if (cached) d.given("cached", demand.cached, "", "share of the bytes that is still in the last cache");
  d.result("t_dram",
           cached ? "bytes / bandwidth (1 - cached + cached / cache_bandwidth_ratio) / memory_efficiency"
                  : "bytes / bandwidth / memory_efficiency",
           at(needs, Bound::kDram).value(), "s", kRoofline);
  if (demand.l2.value() > 0) {
    d.given("l2", situation.launch.work.l2.value(), "B");
    d.given("l2_bandwidth", situation.device.l2.bandwidth->value(), "B/s");
    d.result("t_l2", "l2 / l2_bandwidth", at(needs, Bound::kL2).value(), "s", "a ceiling");
  }
}

// The formula of the time over the needs that are there.
Terms terms_of_law(const Situation& situation, const ParameterValues& p) {
  Derivation d;
  give_parameters(p, d);
  const Timing timing = time_by_law(situation, p);
  explain_units(situation, timing.needs, d);
  explain_memory(situation, timing.needs, d);
  std::string sum;
  for (const std::string_view need : {"t_matrix", "t_vector", "t_dram"}) {
    if (d.find(need) != nullptr) sum += fmt::format("{}{}^smoothness", sum.empty() ? "" : " + ", need);
  }
  std::string largest = fmt::format("({})^(1 / smoothness)", sum);
  bool ceilings = false;
  for (const std::string_view ceiling : {"t_special", "t_l2"}) {
    if (d.find(ceiling) == nullptr) continue;
    largest += fmt::format(", {}", ceiling);
    ceilings = true;
  }
  const bool part = situation.launch.part;
  d.result("time", fmt::format("{}{}", part ? "" : "latency_s + ", ceilings ? "max(" + largest + ")" : largest),
           timing.time.value(), "s", part ? "a part of a larger kernel: no launch" : "docs/model.md");
  return d.terms();
}

}  // namespace

const CostModel kLaw{"law", kParameters, time_by_law, terms_of_law};

}  // namespace ridgepoint
