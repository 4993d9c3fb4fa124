// Faster R-CNN (Ren et al., arXiv 1506.01497), Mask R-CNN (He et al., arXiv 1703.06870) and Keypoint R-CNN on a feature
// pyramid, as torchvision has them. What moves single boxes (decoding, sorting by level) is left out.

#include <fmt/format.h>

#include "families/cnn/heads.hpp"

namespace ridgepoint::cnn {
namespace {

// Objectness and offsets of the anchors of one level; the best anchors go on. How many.
std::string add_proposals_of(std::vector<Item>& items, std::size_t level, const Tap& tap, std::int64_t depth) {
  Shared shared(items, level);
  References from{tap.layer};
  for (std::int64_t i = 0; i < depth; ++i) {
    from = {shared.conv(fmt::format("rpn_conv{}", i),
                        {.channels = "pyramid_width", .kernel = 3, .bias = true, .norm = ""}, from)};
  }
  Convolved one{.channels = "anchors", .bias = true, .norm = "", .activation = ""};
  const std::string score = shared.conv("rpn_score", one, from);
  one.channels = "4 * anchors";
  const std::string offsets = shared.conv("rpn_offsets", one, from);
  const std::string extent = fmt::format("ceil_div(image, {})", tap.stride);
  std::string best = fmt::format("min(1000, anchors * {} * {})", extent, extent);
  items.push_back(layer(shared.named("scores"), "reshape", {{"shape", sizes({"batch", -1})}}, {score}));
  items.push_back(layer(shared.named("best"), "top_k", {{"k", best}}));
  items.push_back(
      layer(shared.named("boxes"), "reshape", {{"shape", sizes({"batch", -1, 4})}, {"copy", true}}, {offsets}));
  items.push_back(layer(shared.named("proposals"), "slice", {{"axis", 1}, {"length", best}}));
  return best;
}

// The boxes that remain of all levels: `proposals`, or all that there are on a small image.
Value add_proposals(std::vector<Item>& items, const std::vector<Tap>& levels, std::int64_t depth) {
  References boxes;
  std::string all = "0";
  for (std::size_t i = 0; i < levels.size(); ++i) {
    all += " + " + add_proposals_of(items, i, levels[i], depth);
    boxes.emplace_back(fmt::format("proposals_{}", i));
  }
  Value kept = fmt::format("min(proposals, {})", all);
  items.push_back(layer("all_proposals", "concat", {}, boxes));
  items.push_back(layer("proposals", "nms", {{"keep", kept}}));
  return kept;
}

References names_of_levels(const std::vector<Tap>& levels) {
  References names;
  for (const Tap& level : levels) names.emplace_back(level.layer);
  return names;
}

void add_box_head(std::vector<Item>& items, const References& levels, const Value& boxes, bool normalized) {
  items.push_back(layer("box_features", "roi_align", {{"rois", boxes}, {"output", 7}}, levels));
  if (normalized) {
    for (int i = 1; i <= 4; ++i)
      add_conv(items, fmt::format("box_conv{}", i), {.channels = "pyramid_width", .kernel = 3});
  }
  items.push_back(layer("box_flat", "flatten"));
  for (int i = normalized ? 2 : 1; i <= 2; ++i) {
    items.push_back(layer(fmt::format("box_fc{}", i), "linear", {{"out_features", "box_width"}}));
    items.push_back(layer(fmt::format("box_act{}", i), "relu"));
  }
  const std::string features = items.back().name;
  items.push_back(layer("box_classes", "linear", {{"out_features", "classes"}}, {features}));
  items.push_back(layer("box_offsets", "linear", {{"out_features", "4 * classes"}}, {features}));
  items.push_back(layer("box_scores", "softmax", {}, {"box_classes"}));
}

void add_mask_head(std::vector<Item>& items, const References& levels, bool normalized) {
  items.push_back(layer("mask_features", "roi_align", {{"rois", "detections"}, {"output", 14}}, levels));
  for (int i = 1; i <= 4; ++i) {
    add_conv(items, fmt::format("mask_conv{}", i),
             {.channels = "pyramid_width", .kernel = 3, .bias = !normalized, .norm = normalized ? "batch_norm" : ""});
  }
  items.push_back(
      layer("mask_up", "conv_transpose", {{"out_channels", "pyramid_width"}, {"kernel", 2}, {"stride", 2}}));
  items.push_back(layer("mask_up_act", "relu"));
  items.push_back(layer("masks", "conv", {{"out_channels", "classes"}, {"kernel", 1}}));
}

void add_keypoint_head(std::vector<Item>& items, const References& levels) {
  items.push_back(layer("keypoint_features", "roi_align", {{"rois", "detections"}, {"output", 14}}, levels));
  for (int i = 1; i <= 8; ++i) {
    add_conv(items, fmt::format("keypoint_conv{}", i), {.channels = 512, .kernel = 3, .bias = true, .norm = ""});
  }
  items.push_back(layer("keypoint_up", "conv_transpose",
                        {{"out_channels", "keypoints"}, {"kernel", 4}, {"stride", 2}, {"padding", 1}}));
  items.push_back(layer("keypoint_maps", "resize", {{"mode", "linear"}, {"scale", 2}}));
}

}  // namespace

void add_two_stage_detector(CompactReader& reader, Description& description, const Head& head, const Taps& taps) {
  reader.size("pyramid_width", 256);
  reader.size("anchors", 3);
  reader.size("proposals", 1000);
  reader.size("box_width", 1024);
  reader.size("rpn_depth", 1);
  const std::int64_t depth = reader.number("rpn_depth").value_or(1);
  if (depth > 16) reader.fail("rpn_depth", {fmt::format("{} convolutions", depth), "at most 16"});
  const bool normalized = reader.flag("normalized_heads", false);
  std::vector<Item>& items = description.items;
  std::vector<Tap> levels = add_pyramid(items, taps.pyramid, normalized ? "batch_norm" : "");
  const References pooled = names_of_levels(levels);
  items.push_back(layer("fpn_pool", "pool", {{"kernel", 1}, {"stride", 2}}, {levels.back().layer}));
  levels.push_back({"fpn_pool", "pyramid_width", 2 * levels.back().stride});
  const Value kept = add_proposals(items, levels, depth);
  if (reader.flag("box_head", true)) add_box_head(items, pooled, kept, normalized);
  if (head.kind == "faster_rcnn") return;
  reader.size("detections", 100);
  if (head.kind == "keypoint_rcnn") reader.size("keypoints", 17);
  if (!reader.flag("instance_head", true)) return;
  if (head.kind == "mask_rcnn") {
    add_mask_head(items, pooled, normalized);
  } else {
    add_keypoint_head(items, pooled);
  }
}

}  // namespace ridgepoint::cnn
