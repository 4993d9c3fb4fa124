#include "calibrate/reached.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

constexpr double kLeftOut = 0.01;
constexpr double kBeyondCache = 0.05;  // the share of the bytes that a cache may still hold

double best_of(const std::vector<double>& rates) { return rates.empty() ? 0 : quantile(rates, 1 - kLeftOut); }

}  // namespace

ReachedRates reached_by(const std::map<EntryKey, EntrySamples>& entries) {
  std::vector<double> bandwidths;
  std::array<std::vector<double>, kDTypeCount> products;
  std::vector<double> kernels;
  std::vector<double> calls;
  for (const auto& [key, samples] : entries) {
    for (const Observation& o : samples.observations) {
      const Work& work = o.launch.work;
      if (std::holds_alternative<Collective>(o.launch.kernel)) continue;
      if (work.matrix.value() > 0)
        products[static_cast<std::size_t>(work.math)].push_back(work.matrix.value() / o.time);
      if (o.demand.cached < kBeyondCache) bandwidths.push_back(work.bytes().value() / o.time);
      (samples.entry.clock == Clock::kKernel ? kernels : calls).push_back(o.time);
    }
  }
  ReachedRates reached{.dram = best_of(bandwidths)};
  for (std::size_t i = 0; i < products.size(); ++i) reached.products[i] = best_of(products[i]);
  const std::vector<double>& times = kernels.empty() ? calls : kernels;
  if (!times.empty()) reached.launch = quantile(times, kLeftOut);
  return reached;
}

}  // namespace ridgepoint
