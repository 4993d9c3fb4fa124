#pragma once
// Pieces of what stands between an encoder of images and a decoder.

#include "core/checked.hpp"
#include "importers/hf/image_types.hpp"

namespace ridgepoint::hf {

inline std::int64_t square(std::int64_t side) { return checked_mul(side, side); }

inline Item linear(std::string name, std::int64_t width, bool bias, References inputs = {}) {
  return layer(std::move(name), "linear", {{"out_features", width}, {"bias", bias}}, std::move(inputs));
}

inline Item norm(std::string name, std::string_view kind, References inputs = {}) {
  return layer(std::move(name), std::string(kind) + "_norm", {}, std::move(inputs));
}

inline void add(Joint& joint, std::vector<Item> items) {
  for (Item& item : items) joint.part.items.push_back(std::move(item));
}

inline Item view(std::string name, std::vector<Value> extents, References inputs = {}) {
  return layer(std::move(name), "reshape", {{"shape", sizes(std::move(extents))}}, std::move(inputs));
}

// A parameter that no product reads: a table of positions that is interpolated, a token between rows.
inline void add_table(Joint& joint, const std::string& name, std::int64_t rows, std::int64_t width) {
  joint.part.items.insert(joint.part.items.begin(),
                          layer(name, "constant", {{"shape", sizes({rows, width})}}, {"image"}));
}

// A square of neighbours becomes one token, so many times as wide.
inline std::int64_t merged(Joint& joint, std::int64_t side, const std::string& name, const References& inputs = {}) {
  const std::int64_t width = checked_mul(checked_mul(side, side), joint.width);
  add(joint, {view(name, {"batch", -1, width}, inputs)});
  return width;
}

inline std::int64_t merge_side(Joint& joint) { return joint.vision.size_or({"spatial_merge_size"}, 2).value; }

// Patches without the class token before them.
inline void without_class(Joint& joint) {
  add(joint, {layer("patches_alone", "slice", {{"axis", 1}, {"start", 1}, {"length", "patches"}})});
}

inline void two_layers(Joint& joint, std::int64_t hidden, std::int64_t out, bool bias) {
  add(joint, {linear("join_up", hidden, bias), layer("join_gelu", "gelu"), linear("join_out", out, bias)});
}

}  // namespace ridgepoint::hf
