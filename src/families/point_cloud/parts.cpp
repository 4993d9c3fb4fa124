#include "families/point_cloud/parts.hpp"

#include <fmt/format.h>

namespace ridgepoint {

Block shared_mlp(const SharedMlp& mlp) {
  Block block{.name = mlp.name, .inputs = {"x"}};
  for (std::size_t i = 1; i <= mlp.widths.size(); ++i) {
    block.items.push_back(
        layer(fmt::format("linear{}", i), "linear", {{"out_features", mlp.widths[i - 1]}, {"bias", mlp.bias}}));
    block.items.push_back(layer(fmt::format("norm{}", i), "batch_norm"));
    block.items.push_back(layer(fmt::format("{}{}", mlp.activation, i), mlp.activation));
  }
  return block;
}

Item to_rows(const std::string& name, const Value& width, const std::string& x) {
  return layer(name, "reshape", {{"shape", sizes({-1, width})}}, {x});
}

Item from_rows(const std::string& name, std::vector<Value> extents) {
  return layer(name, "reshape", {{"shape", sizes(std::move(extents))}});
}

Item maximum(const std::string& name, std::int64_t axis, const std::string& x) {
  References inputs;
  if (!x.empty()) inputs.emplace_back(x);
  return layer(name, "reduce", {{"reduce", "max"}, {"axes", std::vector<std::int64_t>{axis}}}, std::move(inputs));
}

}  // namespace ridgepoint
