#include "families/transformer_layer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ridgepoint {
namespace {

// Sizes that each layer has its own of go on to its blocks.
Attributes passed_on(const TransformerOptions& options) {
  Attributes attributes;
  for (const std::string& size : options.listed) attributes.push_back({size, size});
  return attributes;
}

// Appends a branch of the layer: x -> x + block(x) with its norms. `tensor` is what the layer has so far.
void add_branch(const TransformerOptions& options, const std::string& name, const std::string& block,
                std::vector<std::string> more, std::string& tensor, std::vector<Item>& items) {
  const NormPlacement where = options.placement;
  const std::string x = tensor;
  if (where == NormPlacement::kPre || where == NormPlacement::kSandwich) {
    items.push_back(norm_item(options, name + "_norm", {x}));
    tensor = name + "_norm";
  }
  References inputs{tensor};
  inputs.insert(inputs.end(), more.begin(), more.end());
  items.push_back(use(name, block, passed_on(options), std::move(inputs)));
  tensor = name;
  if (where == NormPlacement::kBranch) {
    items.push_back(norm_item(options, name + "_norm"));
    tensor = name + "_norm";
  } else if (where == NormPlacement::kSandwich) {
    items.push_back(norm_item(options, name + "_post_norm"));
    tensor = name + "_post_norm";
  }
  if (options.layer_scale) {
    items.push_back(layer(name + "_scale", "layer_scale"));
    tensor = name + "_scale";
  }
  if (options.branch_gates) {
    append(items, {layer(name + "_gate", "constant", {{"shape", sizes({1})}}, {tensor}), layer(name + "_tanh", "tanh"),
                   layer(name + "_gated", "mul", {}, {tensor, name + "_tanh"})});
    tensor = name + "_gated";
  }
  items.push_back(layer(name + "_add", "add", {}, {x, tensor}));
  tensor = name + "_add";
  if (where == NormPlacement::kPost) {
    items.push_back(norm_item(options, name + "_norm"));
    tensor = name + "_norm";
  }
}

std::string branch_name(const std::string& mixer) { return attends(mixer) ? "attention" : mixer; }

std::string variant_ending(const LayerKind& kind) { return kind.variant == 0 ? "" : fmt::format("_f{}", kind.variant); }

// The blocks of another variant, under names of their own.
std::vector<Block> named_apart(std::vector<Block> blocks, const LayerKind& kind) {
  for (Block& block : blocks) {
    block.name += variant_ending(kind);
    for (Item& item : block.items) {
      if (!item.block.empty()) item.block += variant_ending(kind);
    }
  }
  return blocks;
}

// An MLP for all tokens and experts beside it, with norms around each, between those of the layer (Gemma 4).
void add_dense_and_moe(const TransformerOptions& options, const LayerKind& kind, std::string& x,
                       std::vector<Item>& items) {
  const std::string ending = variant_ending(kind);
  append(items, {norm_item(options, "mlp_norm", {x}), use("mlp", "mlp" + ending, passed_on(options)),
                 norm_item(options, "dense_norm"), norm_item(options, "moe_norm", {x}),
                 use("moe", "moe" + ending, passed_on(options), {"moe_norm", x}), norm_item(options, "experts_norm"),
                 layer("both", "add", {}, {"dense_norm", "experts_norm"}), norm_item(options, "mlp_post_norm"),
                 layer("mlp_add", "add", {}, {x, "mlp_post_norm"})});
  x = "mlp_add";
}

// Both branches read x, and one sum takes both (GPT-J; GPT-NeoX with a norm each).
void add_parallel(const TransformerOptions& options, const LayerKind& kind, std::vector<Item>& items) {
  const std::string mixer = branch_name(kind.mixer);
  items.push_back(norm_item(options, mixer + "_norm", {"x"}));
  References inputs{mixer + "_norm"};
  for (std::string& input : mixer_inputs(options, kind.mixer)) inputs.emplace_back(std::move(input));
  const std::string ending = variant_ending(kind);
  items.push_back(use(mixer, mixer_block_name(kind.mixer) + ending, passed_on(options), std::move(inputs)));
  std::string norm = mixer + "_norm";
  if (options.parallel_norms) {
    items.push_back(norm_item(options, "mlp_norm", {"x"}));
    norm = "mlp_norm";
  }
  items.push_back(use("mlp", mlp_block_name(kind.mlp) + ending, passed_on(options), {norm}));
  items.push_back(layer("branches_add", "add", {}, {mixer, "mlp"}));
  items.push_back(layer("mlp_add", "add", {}, {"x", "branches_add"}));
}

Block layer_block(TransformerOptions options, const LayerKind& kind, const std::string& name) {
  options.branch_gates = kind.mixer == "cross";
  Block block{.name = name, .inputs = {"x"}};
  for (std::string& input : shared_inputs(options)) block.inputs.push_back(std::move(input));
  if (options.cross) block.inputs.emplace_back("memory");
  if (options.parallel && kind.mixer != "none" && kind.mlp != "none") {
    add_parallel(options, kind, block.items);
    return block;
  }
  const std::string ending = variant_ending(kind);
  std::string tensor = "x";
  if (options.copies > 0) {
    block.items = copies_layer_items(options, kind, passed_on(options));
    return block;
  }
  if (options.streams) {
    add_stream_branch(options, "attention", use("attention", mixer_block_name(kind.mixer) + ending), tensor,
                      block.items);
    add_stream_branch(options, "mlp", use("mlp", mlp_block_name(kind.mlp) + ending), tensor, block.items);
    return block;
  }
  if (kind.mixer != "none") {
    add_branch(options, branch_name(kind.mixer), mixer_block_name(kind.mixer) + ending,
               mixer_inputs(options, kind.mixer), tensor, block.items);
  }
  if (options.cross) add_branch(options, "cross", "cross_attention", {"memory"}, tensor, block.items);
  if (kind.mlp == "dense_and_moe") {
    add_dense_and_moe(options, kind, tensor, block.items);
  } else if (kind.mlp != "none") {
    add_branch(options, "mlp", mlp_block_name(kind.mlp) + ending, {}, tensor, block.items);
  }
  if (options.per_layer_inputs) append(block.items, per_layer_items(options, tensor));
  return block;
}

// A run of the stack: these layers, one behind the other, `times` times.
struct Run {
  std::vector<LayerKind> kinds;
  std::int64_t times = 1;
};

// Splits the stack into runs: at each place the period whose repetitions reach farthest, the shortest of them.
std::vector<Run> runs_of(const std::vector<LayerKind>& kinds) {
  std::vector<Run> runs;
  for (std::size_t at = 0; at < kinds.size();) {
    std::size_t best = 1;
    std::size_t times = 1;
    for (std::size_t period = 1; at + 2 * period <= kinds.size(); ++period) {
      std::size_t count = 1;
      while (at + (count + 1) * period <= kinds.size() &&
             std::equal(kinds.begin() + static_cast<std::ptrdiff_t>(at),
                        kinds.begin() + static_cast<std::ptrdiff_t>(at + period),
                        kinds.begin() + static_cast<std::ptrdiff_t>(at + count * period))) {
        ++count;
      }
      if (count > 1 && count * period > best * times) {
        best = period;
        times = count;
      }
    }
    const auto first = kinds.begin() + static_cast<std::ptrdiff_t>(at);
    runs.push_back({{first, first + static_cast<std::ptrdiff_t>(best)}, static_cast<std::int64_t>(times)});
    at += best * times;
  }
  return runs;
}

std::string kind_name_of(const LayerKind& kind, const std::string& stack, bool only_kind) {
  if (only_kind) return stack;
  const std::string mlp = kind.mlp == "none" ? "" : "_" + kind.mlp;
  return fmt::format("{}{}_{}{}", kind.mixer, mlp, stack, variant_ending(kind));
}

class StackBuilder {
 public:
  StackBuilder(const TransformerOptions& options, const std::vector<LayerKind>& kinds, std::string name,
               Description& description)
      : options_(options), name_(std::move(name)), description_(description), one_kind_(all_equal(kinds)) {}

  void add(const std::vector<Run>& runs, References inputs, const Value& repeat) {
    int number = 0;
    for (const Run& run : runs) {
      ++number;
      const bool alone = runs.size() == 1;
      const Value times = one_kind_ ? repeat : Value(run.times);
      const std::string name = alone ? name_ : fmt::format("{}s{}", name_, number);
      description_.items.push_back(use(name, block_of(run, number), sizes_of(run), inputs, times));
      description_.items.back().shared = options_.shared_layers ? 1 : 0;
      inputs.front() = name;
    }
  }

 private:
  static bool all_equal(const std::vector<LayerKind>& kinds) {
    return std::all_of(kinds.begin(), kinds.end(), [&](const LayerKind& kind) { return kind == kinds.front(); });
  }

  void ensure(Block block) {
    if (!block.name.starts_with("shared_expert")) block.required = options_.listed;
    const auto same = [&](const Block& known) { return known.name == block.name; };
    if (std::none_of(description_.blocks.begin(), description_.blocks.end(), same)) {
      description_.blocks.push_back(std::move(block));
    }
  }

  void ensure_all(std::vector<Block> blocks, const LayerKind& kind) {
    for (Block& block : named_apart(std::move(blocks), kind)) ensure(std::move(block));
  }

  // Of a single layer its own; a period of several gives them inside.
  static Attributes sizes_of(const Run& run) {
    return run.kinds.size() == 1 ? sizes_of(run.kinds.front()) : Attributes{};
  }
  static Attributes sizes_of(const LayerKind& kind) {
    Attributes attributes;
    for (const auto& [name, value] : kind.sizes) attributes.push_back({name, value});
    return attributes;
  }

  std::string layer_of(const LayerKind& kind) {
    if (kind.mixer != "none") ensure_all(mixer_blocks(options_, kind.mixer), kind);
    if (options_.cross) ensure(cross_attention_block(options_));
    if (kind.mlp.starts_with("dense")) ensure_all({mlp_block(options_)}, kind);
    if (kind.mlp.ends_with("moe")) ensure_all(moe_blocks(options_, kind.mlp), kind);
    std::string name = kind_name_of(kind, name_, one_kind_);
    ensure(layer_block(options_, kind, name));
    return name;
  }

  // A period of several layers is a block of its own.
  std::string block_of(const Run& run, int number) {
    if (run.kinds.size() == 1) return layer_of(run.kinds.front());
    Block block{.name = fmt::format("{}_period{}", name_, number), .inputs = {"x"}};
    for (std::string& input : shared_inputs(options_)) block.inputs.push_back(std::move(input));
    if (options_.cross) block.inputs.emplace_back("memory");
    std::string tensor = "x";
    int place = 0;
    for (const Run& inner : runs_of(run.kinds)) {
      if (inner.kinds.size() > 1) {  // periods within a period are written out
        for (std::int64_t i = 0; i < inner.times; ++i) {
          for (const LayerKind& kind : inner.kinds) add_to(block, kind, 1, tensor, place);
        }
      } else {
        add_to(block, inner.kinds.front(), inner.times, tensor, place);
      }
    }
    std::string name = block.name;
    description_.blocks.push_back(std::move(block));
    return name;
  }

  void add_to(Block& block, const LayerKind& kind, std::int64_t times, std::string& tensor, int& place) {
    References inputs{tensor};
    for (std::size_t i = 1; i < block.inputs.size(); ++i) inputs.emplace_back(block.inputs[i]);
    tensor = fmt::format("{}{}", kind.mixer == "none" ? kind.mlp : kind.mixer, ++place);
    block.items.push_back(use(tensor, layer_of(kind), sizes_of(kind), std::move(inputs), times));
  }

  const TransformerOptions& options_;
  std::string name_;
  Description& description_;
  bool one_kind_;
};

}  // namespace

Attributes TransformerOptions::norm_attributes() const {
  Attributes attributes;
  if (!norm_weight) attributes.push_back({"weight", false});
  if (!norm_bias && norm == "layer_norm") attributes.push_back({"bias", false});
  return attributes;
}

Item norm_item(const TransformerOptions& options, std::string name, References inputs) {
  return layer(std::move(name), options.norm, options.norm_attributes(), std::move(inputs));
}

std::vector<std::string> score_inputs(const TransformerOptions& options) {
  std::vector<std::string> names;
  if (options.masked()) names.emplace_back("mask");
  if (options.window_masked()) names.emplace_back("window_mask");
  if (options.slopes()) names.emplace_back("alibi");
  if (options.slopes() && options.windows) names.emplace_back("window_alibi");
  if (options.shared_relative()) names.emplace_back("relative_bias");
  if (options.disentangled()) names.emplace_back("position_table");
  return names;
}

std::vector<std::string> shared_inputs(const TransformerOptions& options) {
  std::vector<std::string> names = score_inputs(options);
  if (options.kept) names.insert(names.end(), {"kept_k", "kept_v"});
  if (options.kept_window) names.insert(names.end(), {"kept_window_k", "kept_window_v"});
  if (options.shared_index) names.emplace_back("picked_before");
  if (options.images) names.emplace_back("memory");
  if (options.per_layer_inputs) names.emplace_back("per_layer_inputs");
  return names;
}

void add_stack(const TransformerOptions& options, const std::vector<LayerKind>& kinds, const std::string& name,
               References inputs, const Value& repeat, Description& description) {
  StackBuilder(options, kinds, name, description).add(runs_of(kinds), std::move(inputs), repeat);
}

}  // namespace ridgepoint
