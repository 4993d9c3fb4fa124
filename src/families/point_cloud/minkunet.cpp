// A U-Net of sparse convolutions over voxels: MinkUNet (Choy et al., arXiv 1904.08755), with the layers of SPVNAS (Tang
// et al., arXiv 2007.16100).

#include <fmt/format.h>

#include "families/point_cloud/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::int64_t kTaps = 27;     // 3 x 3 x 3
constexpr std::int64_t kHalfTaps = 8;  // 2 x 2 x 2 with stride 2

Item convolution(const std::string& name, const Value& out, References inputs = {}) {
  return layer(name, "sparse_conv", {{"out_channels", out}, {"kernel", kTaps}, {"pairs", "pairs"}}, std::move(inputs));
}

void add_norm(std::vector<Item>& items, const std::string& number, bool relu = true) {
  items.push_back(layer("norm" + number, "batch_norm"));
  if (relu) items.push_back(layer("relu" + number, "relu"));
}

// x + f(x), with a linear layer on x where its width changes.
Block residual(bool projected) {
  Block block{.name = projected ? "projected" : "residual", .inputs = {"x"}, .required = {"out", "pairs"}};
  std::vector<Item>& items = block.items;
  items = {convolution("conv1", "out")};
  add_norm(items, "1");
  items.push_back(convolution("conv2", "out"));
  add_norm(items, "2", false);
  if (projected) {
    items.push_back(layer("shortcut", "linear", {{"out_features", "out"}, {"bias", false}}, {"x"}));
    items.push_back(layer("shortcut_norm", "batch_norm"));
  }
  items.push_back(layer("add", "add", {}, {"norm2", projected ? "shortcut_norm" : "x"}));
  items.push_back(layer("relu", "relu"));
  return block;
}

// To half the resolution or back: every fine site meets its coarse one, once.
Block resampling(const char* name) {
  Block block{.name = name, .inputs = {"x"}, .required = {"out", "fine", "sites"}};
  block.items = {layer("conv", "sparse_conv",
                       {{"out_channels", "out"}, {"kernel", kHalfTaps}, {"pairs", "fine"}, {"out_sites", "sites"}})};
  add_norm(block.items, "");
  return block;
}

Block stem() {
  Block block{.name = "stem", .inputs = {"x"}, .required = {"out", "pairs"}};
  block.items = {convolution("conv1", "out")};
  add_norm(block.items, "1");
  block.items.push_back(convolution("conv2", "out"));
  add_norm(block.items, "2");
  return block;
}

/// The levels of the U: the number of sites of each, and the widths down and up.
struct Levels {
  std::vector<std::int64_t> sites;
  std::vector<std::int64_t> widths;

  [[nodiscard]] std::string pairs(std::size_t level) const { return fmt::format("{} * neighbours", sites[level]); }
};

void add_stage(const Levels& u, std::size_t level, std::int64_t in, std::int64_t out, const std::string& name,
               std::vector<Item>& items) {
  const Attributes attributes{{"out", out}, {"pairs", u.pairs(level)}};
  items.push_back(use(name + "_first", in == out ? "residual" : "projected", attributes));
  items.push_back(use(name, "residual", attributes));
}

Levels read_levels(CompactReader& reader) {
  Levels u{.sites = reader.list("sites"), .widths = reader.list("widths")};
  if (u.widths.size() != 2 * u.sites.size() - 1) {
    reader.fail("widths",
                {fmt::format("{} widths for {} levels of sites", u.widths.size(), u.sites.size()),
                 fmt::format("{}: of the stem and each level down, then of each level up", 2 * u.sites.size() - 1)});
  }
  for (std::size_t level = 1; level < u.sites.size(); ++level) {
    if (u.sites[level] <= u.sites[level - 1]) continue;
    reader.fail("sites", {fmt::format("{} sites at half the resolution of {}", u.sites[level], u.sites[level - 1]),
                          "no more sites than the level above"});
  }
  return u;
}

}  // namespace

void describe_minkunet(CompactReader& reader, Description& description) {
  const Levels u = read_levels(reader);
  reader.size("channels", 4);
  reader.size("neighbours");
  const std::size_t depth = u.sites.size() - 1;
  description.inputs = {{.name = "voxels", .shape = {u.sites[0], "channels"}}};
  description.blocks = {stem(), residual(true), residual(false), resampling("down"), resampling("up")};
  std::vector<Item>& items = description.items;
  items = {use("stem", "stem", {{"out", u.widths[0]}, {"pairs", u.pairs(0)}})};
  std::vector<std::string> skips{"stem"};
  for (std::size_t level = 1; level <= depth; ++level) {
    const std::string name = fmt::format("encoder{}", level);
    items.push_back(use(fmt::format("down{}", level), "down",
                        {{"out", u.widths[level - 1]}, {"fine", u.sites[level - 1]}, {"sites", u.sites[level]}}));
    add_stage(u, level, u.widths[level - 1], u.widths[level], name, items);
    skips.push_back(name);
  }
  for (std::size_t step = 1; step <= depth; ++step) {
    const std::size_t level = depth - step;
    const std::int64_t out = u.widths[depth + step];
    const std::string name = fmt::format("decoder{}", step);
    const std::string up = fmt::format("up{}", step);
    items.push_back(use(up, "up", {{"out", out}, {"fine", u.sites[level]}, {"sites", u.sites[level]}}));
    items.push_back(layer(name + "_skip", "concat", {{"axis", 1}}, {up, skips[level]}));
    add_stage(u, level, out + u.widths[level], out, name, items);
  }
  items.push_back(layer("classes", "linear", {{"out_features", "classes"}}));
}

}  // namespace ridgepoint
