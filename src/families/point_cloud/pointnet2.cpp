// PointNet++ (Qi et al., arXiv 1706.02413): levels of set abstraction, each on fewer points, with one radius (SSG) or
// several (MSG); for segmentation the features come back to all points by interpolation.

#include <fmt/format.h>

#include "families/point_cloud/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kDepth = 3;             // linear layers of each scale
constexpr std::size_t kPropagationDepth = 2;  // linear layers of each step back

/// The names and widths of one level: coordinates, features ("" for none) and how many there are.
struct Level {
  std::string points;
  std::string features;
  std::int64_t width = 0;
  Value count;
};

struct Abstraction {
  std::vector<std::int64_t> samples;     // of each level
  std::vector<std::int64_t> neighbours;  // of each scale of each level
  std::vector<std::int64_t> widths;      // kDepth of each scale of each level
  std::size_t scales = 1;
};

Abstraction read_abstraction(CompactReader& reader) {
  Abstraction a{
      .samples = reader.list("samples"), .neighbours = reader.list("neighbours"), .widths = reader.list("mlps")};
  if (a.neighbours.size() % a.samples.size() != 0) {
    reader.fail("neighbours", {fmt::format("{} numbers for {} levels", a.neighbours.size(), a.samples.size()),
                               "one for each scale of each level"});
  }
  a.scales = a.neighbours.size() / a.samples.size();
  if (a.widths.size() != kDepth * a.neighbours.size()) {
    reader.fail("mlps", {fmt::format("{} widths for {} scales", a.widths.size(), a.neighbours.size()),
                         fmt::format("{} for each scale of each level", kDepth)});
  }
  return a;
}

// Neighbours of each centre relative to it, their features behind, an MLP, the maximum.
Block scale(const std::string& name, const std::string& mlp, bool features, std::int64_t width, std::int64_t out) {
  Block block{.name = name, .inputs = {"centres", "points"}, .required = {"m", "k"}};
  if (features) block.inputs.emplace_back("features");
  block.items = {layer("ball", "ball_query", {{"samples", "k"}}, {"centres", "points"}),
                 layer("group", "gather", {{"batch_dims", 1}}, {"points", "ball"}),
                 layer("centre", "reshape", {{"shape", sizes({"batch", "m", 1, 3})}}, {"centres"}),
                 layer("relative", "sub", {}, {"group", "centre"})};
  if (features) {
    block.items.push_back(layer("group_features", "gather", {{"batch_dims", 1}}, {"features", "ball"}));
    block.items.push_back(layer("joined", "concat", {{"axis", -1}}, {"relative", "group_features"}));
  }
  block.items.push_back(to_rows("rows", width + 3, block.items.back().name));
  block.items.push_back(use("mlp", mlp));
  block.items.push_back(from_rows("sets", {"batch", "m", "k", out}));
  block.items.push_back(maximum("largest", 2));
  return block;
}

Level add_level(const Abstraction& a, std::size_t number, const Level& from, Description& description) {
  std::vector<Item>& items = description.items;
  const auto named = [&](const char* part) { return fmt::format("{}{}", part, number + 1); };
  const Value count = a.samples[number];
  Level to{.points = named("centres"), .features = "", .width = 0, .count = count};
  items.push_back(layer(named("farthest"), "farthest_points", {{"samples", count}}, {from.points}));
  items.push_back(layer(to.points, "gather", {{"batch_dims", 1}}, {from.points, named("farthest")}));
  References scales;
  for (std::size_t s = 0; s < a.scales; ++s) {
    const std::size_t index = number * a.scales + s;
    const std::string name = a.scales == 1 ? named("set") : fmt::format("set{}_{}", number + 1, s + 1);
    const auto first = a.widths.begin() + static_cast<std::ptrdiff_t>(index * kDepth);
    const std::vector<std::int64_t> widths(first, first + kDepth);
    description.blocks.push_back(shared_mlp({.name = name + "_mlp", .widths = widths}));
    description.blocks.push_back(scale(name, name + "_mlp", !from.features.empty(), from.width, widths.back()));
    References inputs{to.points, from.points};
    if (!from.features.empty()) inputs.emplace_back(from.features);
    items.push_back(use(name, name, {{"m", count}, {"k", a.neighbours[index]}}, std::move(inputs)));
    scales.emplace_back(name);
    to.width += widths.back();
  }
  to.features = scales.front().name;
  if (scales.size() > 1) {
    to.features = named("features");
    items.push_back(layer(to.features, "concat", {{"axis", -1}}, std::move(scales)));
  }
  return to;
}

// One set of all points that are left.
void add_global(CompactReader& reader, const Level& last, Description& description) {
  const std::vector<std::int64_t> widths = reader.list("global");
  description.blocks.push_back(shared_mlp({.name = "global", .widths = widths}));
  description.blocks.push_back(shared_mlp({.name = "head", .widths = reader.list("head")}));
  std::vector<Item>& items = description.items;
  items.push_back(layer("all", "concat", {{"axis", -1}}, {last.points, last.features}));
  items.push_back(to_rows("all_rows", last.width + 3, "all"));
  items.push_back(use("global", "global"));
  items.push_back(from_rows("set", {"batch", last.count, widths.back()}));
  items.push_back(maximum("largest", 1));
  items.push_back(use("head", "head"));
}

// From the coarsest level to all points: the mean of the three nearest, beside what the finer level had, an MLP.
void add_propagation(CompactReader& reader, const std::vector<Level>& levels, Description& description) {
  const std::vector<std::int64_t> widths = reader.list("propagation");
  const std::size_t steps = levels.size() - 1;
  if (widths.size() != kPropagationDepth * steps) {
    reader.fail("propagation", {fmt::format("{} widths for {} steps", widths.size(), steps),
                                fmt::format("{} for each level", kPropagationDepth)});
  }
  std::vector<Item>& items = description.items;
  std::string coarse = levels.back().features;
  std::int64_t width = levels.back().width;
  for (std::size_t step = 0; step < steps; ++step) {
    const Level& fine = levels[steps - step - 1];
    const auto named = [&](const char* part) { return fmt::format("{}{}", part, step + 1); };
    items.push_back(
        layer(named("nearest"), "knn", {{"k", 3}, {"method", "direct"}}, {fine.points, levels[steps - step].points}));
    items.push_back(layer(named("interpolated"), "interpolate_points", {}, {coarse, named("nearest")}));
    if (!fine.features.empty()) {
      items.push_back(layer(named("skip"), "concat", {{"axis", -1}}, {named("interpolated"), fine.features}));
      width += fine.width;
    }
    items.push_back(to_rows(named("rows"), width, items.back().name));
    const std::size_t at = kPropagationDepth * step;
    width = widths[at + 1];
    description.blocks.push_back(shared_mlp({.name = named("propagation"), .widths = {widths[at], width}}));
    items.push_back(use(named("propagation"), named("propagation")));
    coarse = named("fine");
    items.push_back(from_rows(coarse, {"batch", fine.count, width}));
  }
  description.blocks.push_back(shared_mlp({.name = "head", .widths = reader.list("head")}));
  items.push_back(to_rows("points_rows", width, coarse));
  items.push_back(use("head", "head"));
}

}  // namespace

void describe_pointnet2(CompactReader& reader, Description& description) {
  const Abstraction abstraction = read_abstraction(reader);
  Level level{.points = "points", .features = "", .width = 0, .count = "points"};
  description.inputs = {{.name = "points", .shape = {"batch", "points", 3}}};
  if (reader.is_given("features")) {
    reader.size("features");
    level.width = reader.number("features").value_or(1);
    level.features = "features";
    description.inputs.push_back({.name = "features", .shape = {"batch", "points", "features"}});
  }
  std::vector<Level> levels{level};
  for (std::size_t i = 0; i < abstraction.samples.size(); ++i) {
    levels.push_back(add_level(abstraction, i, levels.back(), description));
  }
  if (reader.is_given("propagation")) {
    add_propagation(reader, levels, description);
  } else {
    add_global(reader, levels.back(), description);
  }
  description.items.push_back(layer("classes", "linear", {{"out_features", "classes"}}));
}

}  // namespace ridgepoint
