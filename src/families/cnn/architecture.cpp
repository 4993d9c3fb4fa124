#include "families/cnn/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ridgepoint::cnn {
namespace {

// dilation (kernel - 1) / 2 keeps the extent of an odd kernel.
Value padding_of(const Convolved& conv) {
  const std::int64_t reach = (conv.kernel - 1) / 2;
  if (const auto* number = std::get_if<std::int64_t>(&conv.dilation.data)) return reach * *number;
  return fmt::format("{} * ({})", reach, std::get<std::string>(conv.dilation.data));
}

constexpr std::int64_t kDeepest = 4096;

void expect_list(const CompactReader& reader, std::string_view key, const std::vector<std::int64_t>& given,
                 std::size_t count) {
  if (given.size() != count) {
    reader.fail(key, {fmt::format("{} numbers for {} stages", given.size(), count), fmt::format("{} numbers", count)});
  }
  const std::int64_t most = *std::max_element(given.begin(), given.end());
  if (most > kWidest) reader.fail(key, {fmt::format("{} is too large", most), fmt::format("at most {}", kWidest)});
}

}  // namespace

void add_image(CompactReader& reader, Description& description, std::int64_t image) {
  reader.size("image", image);
  description.inputs = {{.name = "image", .shape = {"batch", "channels", "image", "image"}}};
}

void add_norm(std::vector<Item>& items, const std::string& name, const std::string& norm) {
  if (norm == "frozen_batch_norm") {
    items.push_back(layer(name, "batch_norm", {{"affine", false}}));
  } else if (norm == "group_norm") {
    items.push_back(layer(name, norm, {{"groups", 32}}));
  } else if (!norm.empty()) {
    items.push_back(layer(name, norm));
  }
}

std::string add_conv(std::vector<Item>& items, const std::string& name, const Convolved& conv, References inputs) {
  items.push_back(layer(name, "conv",
                        {{"out_channels", conv.channels},
                         {"kernel", conv.kernel},
                         {"stride", conv.stride},
                         {"padding", padding_of(conv)},
                         {"dilation", conv.dilation},
                         {"groups", conv.groups},
                         {"bias", conv.bias}},
                        std::move(inputs)));
  add_norm(items, name + "_norm", conv.norm);
  if (!conv.activation.empty()) items.push_back(layer(name + "_act", conv.activation));
  return items.back().name;
}

void add_squeeze_excite(std::vector<Item>& items, const std::string& x, const Gate& gate) {
  items.push_back(layer("squeeze", "global_pool", {{"keep", true}}, {x}));
  add_conv(items, "reduce", {.channels = gate.squeeze, .bias = true, .norm = "", .activation = gate.activation});
  add_conv(items, "expand_gate", {.channels = gate.channels, .bias = true, .norm = "", .activation = gate.gate});
  items.push_back(layer("excite", "mul", {}, {x, items.back().name}));
}

void add_classifier(std::vector<Item>& items) {
  items.push_back(layer("avgpool", "global_pool"));
  items.push_back(layer("fc", "linear", {{"out_features", "classes"}}));
}

std::vector<std::int64_t> list_of(CompactReader& reader, std::string_view key, std::size_t count, std::int64_t fallback,
                                  std::int64_t minimum) {
  std::vector<std::int64_t> values(count, fallback);
  if (reader.is_list(key)) values = reader.list(key, minimum);
  expect_list(reader, key, values, count);
  return values;
}

std::vector<std::int64_t> list_of(CompactReader& reader, std::string_view key, std::size_t count) {
  std::vector<std::int64_t> values = reader.list(key);
  expect_list(reader, key, values, count);
  return values;
}

std::vector<std::int64_t> read_stages(CompactReader& reader) {
  std::vector<std::int64_t> depths = reader.list("stages");
  constexpr std::size_t kMostStages = 32;  // the width doubles with each
  if (depths.size() > kMostStages) reader.fail("stages", {"more than 32 stages", "a depth for each of a few stages"});
  const std::int64_t most = *std::max_element(depths.begin(), depths.end());
  if (most > kDeepest) reader.fail("stages", {fmt::format("a stage of {}", most), fmt::format("at most {}", kDeepest)});
  return depths;
}

std::int64_t round_to_8(double channels) {
  const std::int64_t rounded = std::max<std::int64_t>(8, static_cast<std::int64_t>(channels + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * channels ? rounded + 8 : rounded;
}

}  // namespace ridgepoint::cnn
