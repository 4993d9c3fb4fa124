#include "placement/table.hpp"

#include <fmt/format.h>

#include <map>

namespace ridgepoint {
namespace {

// The layer that owns the parameters of this one.
const Layer& owner_of(const Network& network, const Layer& layer) {
  const Layer* owner = &layer;
  while (owner->tied_to >= 0) owner = &network.layers[static_cast<std::size_t>(owner->tied_to)];
  return *owner;
}

/// The tables of a network while layers are gone through; those of a layer lie behind each other.
class Collector {
 public:
  Collector(const Network& network, Optimizer optimizer) : network_(network), optimizer_(optimizer) {}

  void add(const Layer& layer, const std::vector<TableDraws>& draws, double dim, double bags) {
    const DType format = precision_of(network_, layer).activations;
    const std::string& owner = owner_of(network_, layer).name;
    const auto [known, is_new] = first_.emplace(owner, tables.size());
    const auto repeat = static_cast<double>(layer.repeat);
    for (std::size_t i = 0; i < draws.size(); ++i) {
      if (is_new) {
        const std::string number = draws.size() > 1 ? fmt::format(".{}", i + 1) : "";
        tables.push_back({.name = owner + number,
                          .rows = draws[i].rows,
                          .dim = dim,
                          .row_bytes = bytes_of(dim, format).value(),
                          .state_bytes = state_of(dim, format),
                          .draws = 0,
                          .bags = 0,
                          .access = draws[i].access});
      }
      Table& table = tables[known->second + i];
      table.draws += draws[i].draws * repeat;
      table.bags += bags * repeat;
    }
  }

  std::vector<Table> tables;

 private:
  [[nodiscard]] double state_of(double dim, DType format) const {
    return network_.phase == Phase::kTraining ? optimizer_state(dim, dim, optimizer_, format).value() : 0;
  }

  const Network& network_;
  Optimizer optimizer_;
  std::map<std::string, std::size_t> first_;
};

}  // namespace

double table_bytes(std::span<const Table> tables) {
  double bytes = 0;
  for (const Table& table : tables) bytes += table.bytes();
  return bytes;
}

std::vector<Table> tables_of(const Network& network, Optimizer optimizer) {
  Collector collector(network, optimizer);
  for (const Layer& layer : network.layers) {
    if (layer.idle) continue;
    const SiteStorage place(network, layer);
    const Site site = place.site();
    if (const auto* bag = std::get_if<EmbeddingBag>(&layer.op)) {
      collector.add(layer, bag->draws(site), static_cast<double>(bag->dim), static_cast<double>(site.in()[0]));
    } else if (const auto* one = std::get_if<Embedding>(&layer.op)) {
      const std::vector<TableDraws> draws = one->draws(site);
      collector.add(layer, draws, static_cast<double>(one->dim), draws.front().draws);
    }
  }
  return std::move(collector.tables);
}

}  // namespace ridgepoint
