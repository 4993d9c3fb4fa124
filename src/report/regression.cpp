#include "report/regression.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

void check(Regression one, double threshold, std::vector<Regression>& list) {
  if (one.before > 0 && one.after > one.before * (1 + threshold)) list.push_back(std::move(one));
}

}  // namespace

std::vector<Regression> regressions_of(const Comparison& c, double threshold) {
  std::vector<Regression> all;
  for (std::size_t side = 1; side < c.sides.size(); ++side) {
    check({"time", side, c.judged(c.sides[0].time, 0), c.judged(c.sides[side].time, side)}, threshold, all);
    check({"memory", side, c.sides[0].memory, c.sides[side].memory}, threshold, all);
    std::vector<Regression> layers;
    for (const MatchedLayers& layer : c.layers) {
      if (!layer.parts[0].present() || !layer.parts[side].present()) continue;
      check({layer.name, side, c.judged(layer.parts[0].time, 0), c.judged(layer.parts[side].time, side)}, threshold,
            layers);
    }
    std::stable_sort(layers.begin(), layers.end(),
                     [](const Regression& a, const Regression& b) { return a.after - a.before > b.after - b.before; });
    all.insert(all.end(), layers.begin(), layers.end());
  }
  return all;
}

}  // namespace ridgepoint
