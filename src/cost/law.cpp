#include "cost/law.hpp"

#include <algorithm>
#include <cmath>

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

Terms terms_of_law(const Situation& situation, const ParameterValues& p) {
  const Demand& d = situation.demand;
  const Timing timing = time_by_law(situation, p);
  const auto need = [&](Bound bound) { return timing.needs[static_cast<std::size_t>(bound)].value(); };
  const std::string_view unit = d.on_matrix ? "matrix" : "vector";
  Terms terms{{"t_dram", "bytes / bandwidth / memory_efficiency, less what the cache holds", need(Bound::kDram), "s",
               "roofline: Williams et al., CACM 52(4), 2009"}};
  if (d.product.value() > 0) {
    terms.push_back({"t_product", std::string("product FLOPs / ") + std::string(unit) + " peak / compute_efficiency",
                     (d.product / p[kComputeEfficiency]).value(), "s", "roofline"});
  }
  if (d.vector.value() > 0) {
    terms.push_back({"t_vector", "vector FLOPs / vector peak / vector_efficiency",
                     (d.vector / p[kVectorEfficiency]).value(), "s", "roofline"});
  }
  if (d.special.value() > 0)
    terms.push_back(
        {"t_special", "special operations / rate / vector_efficiency", need(Bound::kSpecial), "s", "a ceiling"});
  if (d.l2.value() > 0) terms.push_back({"t_l2", "l2 traffic / l2 bandwidth", need(Bound::kL2), "s", "a ceiling"});
  terms.push_back({"s", "smoothness", p[kSmoothness], "", "fitted"});
  terms.push_back({"latency", "latency_s", need(Bound::kLaunch), "s", "fitted"});
  terms.push_back({"time", "latency + max((t_product^s + t_vector^s + t_dram^s)^(1/s), t_special, t_l2)",
                   timing.time.value(), "s", "docs/model.md"});
  return terms;
}

}  // namespace

const CostModel kLaw{"law", kParameters, time_by_law, terms_of_law};

}  // namespace ridgepoint
