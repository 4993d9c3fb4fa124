// Swin transformers (Liu et al., arXiv 2103.14030; v2, 2111.09883; video, 2106.13230): attention within windows of a
// grid of patches, every other layer with the windows shifted, fewer patches and more channels from stage to stage.

#include <fmt/format.h>

#include "families/families.hpp"
#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kVersions{"v1", "v2"};

struct SwinOptions {
  bool v2 = false;
  bool video = false;  ///< patches of frames too
  bool k_bias = true;
};

using Axes = std::vector<std::int64_t>;

// [batch, (time,) side, side, dim] -> [windows, tokens of a window, dim]: a copy.
std::vector<Item> cut_windows(const SwinOptions& options, const References& input) {
  const Value across = "exact_div(side, window)";
  if (options.video) {
    return {view("grid",
                 {"batch", "exact_div(time, window_time)", "window_time", across, "window", across, "window", "dim"},
                 input),
            layer("cut", "transpose", {{"axes", Axes{0, 1, 3, 5, 2, 4, 6, 7}}}),
            view("windows", {-1, "window_time * window * window", "dim"})};
  }
  return {view("grid", {"batch", across, "window", across, "window", "dim"}, input),
          layer("cut", "transpose", {{"axes", Axes{0, 1, 3, 2, 4, 5}}}),
          view("windows", {-1, "window * window", "dim"})};
}

// The way back: a copy.
std::vector<Item> join_windows(const SwinOptions& options) {
  const Value across = "exact_div(side, window)";
  if (options.video) {
    return {view("by_window",
                 {"batch", "exact_div(time, window_time)", across, across, "window_time", "window", "window", "dim"}),
            layer("joined", "transpose", {{"axes", Axes{0, 1, 4, 2, 5, 3, 6, 7}}}),
            view("tokens", {"batch", "time", "side", "side", "dim"})};
  }
  return {view("by_window", {"batch", across, across, "window", "window", "dim"}),
          layer("joined", "transpose", {{"axes", Axes{0, 1, 3, 2, 4, 5}}}),
          view("tokens", {"batch", "side", "side", "dim"})};
}

// v1 reads the bias from a table, v2 computes the table from the coordinates and normalizes queries and keys per head,
// with a learned scale per head.
std::vector<Item> score_items(const SwinOptions& options) {
  const Value pairs = options.video ? "window_time * window * window" : "window * window";
  Attributes bias{{"heads", "heads"}, {"q_len", pairs}, {"kv_len", pairs}};
  if (!options.v2) {
    bias.push_back({"entries", options.video ? "(2 * window_time - 1) * (2 * window - 1) * (2 * window - 1)"
                                             : "(2 * window - 1) * (2 * window - 1)"});
    return {layer("relative_bias", "relative_bias", std::move(bias))};
  }
  std::vector<Item> items;
  for (const std::string name : {"q", "k"}) {
    append(items, {view(name + "_heads", {-1, pairs, "heads", "exact_div(dim, heads)"}, {name}),
                   layer(name + "_norm", "rms_norm", {{"weight", false}})});
    if (name == "q") items.push_back(layer("logit_scale", "layer_scale", {{"axis", -2}}));
    items.push_back(view(name + "_normalized", {-1, pairs, "dim"}));
  }
  append(items, {layer("bias_hidden", "linear", {{"out_features", 512}}, {"coordinates"}), layer("bias_relu", "relu"),
                 layer("bias_table", "linear", {{"out_features", "heads"}, {"bias", false}}),
                 layer("bias_sigmoid", "sigmoid"), layer("relative_bias", "relative_bias", std::move(bias))});
  return items;
}

std::vector<Item> projections(const SwinOptions& options, const std::string& x) {
  if (options.k_bias) {
    return {layer("qkv", "linear", {{"out_features", "3 * dim"}}), part("q", "0", "dim", {"qkv"}),
            part("k", "dim", "dim", {"qkv"}), part("v", "2 * dim", "dim", {"qkv"})};
  }
  return {layer("q", "linear", {{"out_features", "dim"}}, {x}),
          layer("k", "linear", {{"out_features", "dim"}, {"bias", false}}, {x}),
          layer("v", "linear", {{"out_features", "dim"}}, {x})};
}

Block attention_block(const SwinOptions& options, bool shifted) {
  Block block{.name = shifted ? "shifted_attention" : "attention",
              .inputs = {"x", "coordinates"},
              .required = {"side", "dim", "heads", "window"}};
  if (!options.v2) block.inputs = {"x"};
  References tokens{"x"};
  if (shifted) {  // a window that covers the grid is not shifted
    block.items.push_back(use("shift", "shift", {{"window", "window"}}, {"x"}, "side > window"));
    tokens = {"shift"};
  }
  append(block.items, cut_windows(options, tokens));
  append(block.items, projections(options, block.items.back().name));
  append(block.items, score_items(options));
  const char* suffix = options.v2 ? "_normalized" : "";
  append(block.items, {layer("attention", "attention", {{"heads", "heads"}},
                             {fmt::format("q{}", suffix), fmt::format("k{}", suffix), "v", "relative_bias"}),
                       layer("o", "linear", {{"out_features", "dim"}})});
  append(block.items, join_windows(options));
  if (shifted) block.items.push_back(use("shift_back", "shift", {{"window", "window"}}, {}, "side > window"));
  return block;
}

Block shift_block(const SwinOptions& options) {
  Block block{.name = "shift", .inputs = {"x"}, .required = {"window"}};
  const Value half = "window / 2";
  const Value shifts = options.video ? sizes({"window_time / 2", half, half}) : sizes({half, half});
  block.items = {layer("roll", "roll", {{"axes", options.video ? Axes{1, 2, 3} : Axes{1, 2}}, {"shifts", shifts}})};
  return block;
}

Block mlp() {
  Block block{.name = "mlp", .inputs = {"x"}, .required = {"dim"}};
  block.items = {layer("up", "linear", {{"out_features", "4 * dim"}}), layer("gelu", "gelu"),
                 layer("down", "linear", {{"out_features", "dim"}})};
  return block;
}

// A layer with plain and one with shifted windows.
Block pair_block(const SwinOptions& options) {
  Block block{.name = "pair", .inputs = {"x"}, .required = {"side", "dim", "heads", "window"}};
  if (options.v2) block.inputs.emplace_back("coordinates");
  const Attributes sizes{{"side", "side"}, {"dim", "dim"}, {"heads", "heads"}, {"window", "window"}};
  std::string x = "x";
  const auto branch = [&](const std::string& name, const std::string& used, const Attributes& attributes,
                          bool attends) {
    const std::string before = x;
    if (!options.v2) block.items.push_back(layer(name + "_norm", "layer_norm", {}, {x}));
    References inputs{options.v2 ? x : name + "_norm"};
    if (attends && options.v2) inputs.emplace_back("coordinates");
    block.items.push_back(use(name, used, attributes, std::move(inputs)));
    if (options.v2) block.items.push_back(layer(name + "_norm", "layer_norm"));
    x = name + "_add";
    block.items.push_back(layer(x, "add", {}, {before, options.v2 ? name + "_norm" : name}));
  };
  branch("attention", "attention", sizes, true);
  branch("mlp", "mlp", {{"dim", "dim"}}, false);
  branch("shifted_attention", "shifted_attention", sizes, true);
  branch("shifted_mlp", "mlp", {{"dim", "dim"}}, false);
  return block;
}

// Four neighbours become one token of twice the channels.
Block merge_block(const SwinOptions& options) {
  Block block{.name = "merge", .inputs = {"x"}, .required = {"side", "dim"}};
  const Value half = "exact_div(side, 2)";
  if (options.video) {
    block.items = {view("quads", {"batch", "time", half, 2, half, 2, "dim"}),
                   layer("gather", "transpose", {{"axes", Axes{0, 1, 2, 4, 3, 5, 6}}}),
                   view("merged", {"batch", "time", half, half, "4 * dim"})};
  } else {
    block.items = {view("quads", {"batch", half, 2, half, 2, "dim"}),
                   layer("gather", "transpose", {{"axes", Axes{0, 1, 3, 2, 4, 5}}}),
                   view("merged", {"batch", half, half, "4 * dim"})};
  }
  const Item norm = layer("norm", "layer_norm");
  if (!options.v2) block.items.push_back(norm);
  block.items.push_back(layer("reduction", "linear", {{"out_features", "2 * dim"}, {"bias", false}}));
  if (options.v2) block.items.push_back(norm);
  return block;
}

void add_stem(const SwinOptions& options, Description& description) {
  const Value video{std::vector<Value>{"patch_time", "patch", "patch"}};
  const Value kernel = options.video ? video : Value("patch");
  std::vector<Value> shape{"batch", "channels", "image", "image"};
  if (options.video) shape.insert(shape.begin() + 2, "frames");
  description.inputs = {{.name = options.video ? "video" : "image", .shape = shape}};
  if (options.v2) {
    description.inputs.push_back({.name = "coordinates", .shape = {"(2 * window - 1) * (2 * window - 1)", 2}});
  }
  const Axes channels_last = options.video ? Axes{0, 2, 3, 4, 1} : Axes{0, 2, 3, 1};
  description.items = {layer("patches", "conv", {{"out_channels", "width"}, {"kernel", kernel}, {"stride", kernel}},
                             {description.inputs.front().name}),
                       layer("channels_last", "transpose", {{"axes", channels_last}}),
                       layer("patch_norm", "layer_norm")};
}

void read_sizes(CompactReader& reader, SwinOptions& options) {
  reader.size("batch", 1);
  reader.size("image");
  reader.size("channels", 3);
  reader.size("patch", 4);
  reader.size("width");
  reader.size("window");
  reader.size("classes", 1000);
  options.k_bias = reader.flag("k_bias", true);
  options.video = reader.optional_size("frames");
  if (!options.video) return;
  reader.size("patch_time", 2);
  reader.size("window_time");
  reader.size("time", "exact_div(frames, patch_time)");
}

void describe(CompactReader& reader, Description& description) {
  SwinOptions options;
  options.v2 = reader.word("version", kVersions, "v1") == "v2";
  read_sizes(reader, options);
  if (options.v2 && options.video) reader.fail("frames", {"frames in version v2", "version v1, or an image"});
  const std::vector<std::int64_t> depths = reader.list("stages");
  const std::vector<std::int64_t> heads = reader.list("heads");
  if (heads.size() != depths.size()) {
    reader.fail("heads",
                {fmt::format("{} numbers of heads for {} stages", heads.size(), depths.size()), "one per stage"});
  }
  for (const std::int64_t depth : depths) {
    if (depth % 2 != 0) reader.fail("stages", {fmt::format("a stage of {} layers", depth), "pairs: even numbers"});
  }
  description.blocks = {
      shift_block(options), attention_block(options, false), attention_block(options, true), mlp(), pair_block(options),
      merge_block(options)};
  add_stem(options, description);
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const std::int64_t times = std::int64_t{1} << i;
    const Value dim = fmt::format("{} * width", times);
    const Value side = fmt::format("exact_div(image, {} * patch)", times);
    // A window is no larger than the grid.
    const Value window = fmt::format("min(window, exact_div(image, {} * patch))", times);
    References inputs{description.items.back().name};
    if (options.v2) inputs.emplace_back("coordinates");
    description.items.push_back(use(fmt::format("stage{}", i + 1), "pair",
                                    {{"side", side}, {"dim", dim}, {"heads", heads[i]}, {"window", window}}, inputs,
                                    depths[i] / 2));
    if (i + 1 < depths.size()) {
      description.items.push_back(use(fmt::format("merge{}", i + 1), "merge", {{"side", side}, {"dim", dim}}));
    }
  }
  append(description.items, {layer("final_norm", "layer_norm"),
                             layer("mean", "reduce", {{"axes", options.video ? Axes{1, 2, 3} : Axes{1, 2}}}),
                             layer("head", "linear", {{"out_features", "classes"}})});
}

}  // namespace

const Family kSwinFamily{"swin", "attention in shifted windows over images or video: Swin v1 and v2", describe};

}  // namespace ridgepoint
