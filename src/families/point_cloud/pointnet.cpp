// PointNet (Qi et al., arXiv 1612.00593): an MLP that all points share, the maximum over the points, an MLP. Small
// networks of the same kind predict a transform of the coordinates and one of the features.

#include "families/point_cloud/parts.hpp"

namespace ridgepoint {
namespace {

// A k x k matrix for each cloud from its points, and the points times that matrix.
Block transform(std::int64_t widest) {
  Block block{.name = "transform", .inputs = {"x"}, .required = {"k"}};
  block.items = {use("mlp", "transform_mlp"),
                 from_rows("of_cloud", {"batch", "points", widest}),
                 maximum("largest", 1),
                 use("head", "transform_head"),
                 layer("matrix", "linear", {{"out_features", "k * k"}}),
                 from_rows("matrices", {"batch", "k", "k"}),
                 layer("clouds", "reshape", {{"shape", sizes({"batch", "points", "k"})}}, {"x"}),
                 layer("product", "matmul", {}, {"clouds", "matrices"}),
                 from_rows("rows", {-1, "k"})};
  return block;
}

// Every point's own features beside those of its cloud, through another MLP.
void add_segmentation(CompactReader& reader, const std::string& local, std::int64_t width, Description& description) {
  const std::vector<std::int64_t> widths = reader.list("segmentation");
  description.blocks.push_back(shared_mlp({.name = "segmentation", .widths = widths}));
  std::vector<Item>& items = description.items;
  items.push_back(from_rows("cloud", {"batch", 1, width}));
  items.push_back(layer("for_points", "expand", {{"axis", 1}, {"length", "points"}}));
  items.push_back(to_rows("cloud_rows", width, "for_points"));
  items.push_back(layer("joined", "concat", {{"axis", 1}}, {local, "cloud_rows"}));
  items.push_back(use("segmentation", "segmentation"));
}

}  // namespace

void describe_pointnet(CompactReader& reader, Description& description) {
  const bool transforms = reader.flag("transforms", true);
  reader.size("channels", 3);
  const std::vector<std::int64_t> local = reader.list("local");
  const std::vector<std::int64_t> global = reader.list("global");
  const bool segments = reader.is_given("segmentation");
  description.inputs = {{.name = "points", .shape = {"batch", "points", "channels"}}};
  description.blocks = {shared_mlp({.name = "local", .widths = local}),
                        shared_mlp({.name = "global", .widths = global})};
  std::vector<Item>& items = description.items;
  items = {to_rows("rows", "channels", "points")};
  if (transforms) {
    const std::vector<std::int64_t> widths = reader.list("transform_mlp");
    description.blocks.push_back(shared_mlp({.name = "transform_mlp", .widths = widths}));
    description.blocks.push_back(shared_mlp({.name = "transform_head", .widths = reader.list("transform_head")}));
    description.blocks.push_back(transform(widths.back()));
    items.push_back(use("input_transform", "transform", {{"k", "channels"}}));
  }
  items.push_back(use("local", "local"));
  if (transforms) items.push_back(use("feature_transform", "transform", {{"k", local.back()}}));
  const std::string of_points = items.back().name;
  items.push_back(use("global", "global"));
  items.push_back(from_rows("of_cloud", {"batch", "points", global.back()}));
  items.push_back(maximum("largest", 1));
  if (segments) {
    add_segmentation(reader, of_points, global.back(), description);
  } else {
    description.blocks.push_back(shared_mlp({.name = "head", .widths = reader.list("head")}));
    items.push_back(use("head", "head"));
  }
  items.push_back(layer("classes", "linear", {{"out_features", "classes"}}));
}

}  // namespace ridgepoint
