// DeepSeek-V4: attention with one head of keys that are the values too, to the latest tokens and to compressed ones;
// and a residual stream that is several tokens wide (hyper-connections, arXiv 2409.19606; manifold-constrained,
// 2512.24880).

#include "families/transformer_attention.hpp"

namespace ridgepoint {
namespace {

Item linear(std::string name, const Value& width, References inputs = {}, bool bias = false) {
  return layer(std::move(name), "linear", {{"out_features", width}, {"bias", bias}}, std::move(inputs));
}

Item constant(std::string name, std::vector<Value> shape, const char* holds) {
  return layer(std::move(name), "constant", {{"shape", sizes(std::move(shape))}, {"holds", holds}}, {"x"});
}

// One entry for every `ratio` tokens: a gated mean of projections, which sees twice as wide where entries overlap.
// Leaves "<name>_cache".
std::vector<Item> compressed_entries(const TransformerOptions& options, const std::string& name,
                                     const std::string& width, const std::string& ratio, bool overlapping) {
  const std::string wide = overlapping ? "2 * " + width : width;
  return {
      linear(name + "_kv", wide, {"x"}),
      linear(name + "_gate", wide, {"x"}),
      constant(name + "_positions", {ratio, wide}, "activations"),
      layer(name + "_gated", "gated", {{"activation", "sigmoid"}}, {name + "_gate", name + "_kv"}),
      layer(name + "_entries", "slice", {{"axis", 1}, {"length", "ceil_div(" + options.length + ", " + ratio + ")"}}),
      layer(name + "_sum", "slice", {{"axis", -1}, {"length", width}}),
      norm_item(options, name + "_norm"),
      layer(name + "_rope", "rope", {{"head_dim", width}, {"rotated", "rope_dim"}}),
      layer(name + "_cache", "kv_cache", {{"length", "ceil_div(" + options.keys + ", " + ratio + ")"}})};
}

std::vector<Item> entry_indexer() {
  return {linear("index_q", "index_heads * index_dim", {"q_norm"}),
          layer("index_rope_q", "rope", {{"head_dim", "index_dim"}, {"rotated", "rope_dim"}}),
          linear("index_weights", "index_heads", {"x"}),
          layer("picked", "indexer", {{"heads", "index_heads"}, {"top_k", "index_keys"}, {"causal", false}},
                {"index_rope_q", "index_cache", "index_weights"})};
}

// Heads in groups go through a narrow middle each, and together to the width of the network.
std::vector<Item> grouped_output() {
  const Value group = "exact_div(heads * head_dim, o_groups)";
  return {view("o_groups_apart", {"batch", -1, "o_groups", group}),
          permuted("o_by_group", {2, 0, 1, 3}),
          view("o_rows", {"o_groups", -1, group}),
          constant("o_a", {"o_groups", group, "o_rank"}, "weights"),
          layer("o_down", "matmul", {}, {"o_rows", "o_a"}),
          view("o_narrow", {"o_groups", "batch", -1, "o_rank"}),
          permuted("o_by_token", {1, 2, 0, 3}),
          view("o_joined", {"batch", -1, "o_groups * o_rank"}),
          linear("o", "hidden")};
}

// The streams [batch, tokens, streams, hidden] in one tensor's last axis.
Item joined_streams(std::string name) { return view(std::move(name), {"batch", -1, "streams * hidden"}); }

// Weights of the streams, made of all of them; learned besides are as many factors as there are parts.
std::vector<Item> stream_weights(const std::string& name, const std::string& x, const Value& width, int factors) {
  return {layer(name + "_hc_norm", "rms_norm", {{"weight", false}}, {x}), linear(name + "_hc", width, {}, true),
          layer(name + "_hc_scale", "constant", {{"shape", sizes({factors})}}, {x}),
          view(name + "_streams", {"batch", -1, "streams", "hidden"}, {x})};
}

std::vector<Item> weighted_sum(const std::string& name) {
  return {part((name + "_in_part").c_str(), 0, "streams", {name + "_hc"}),
          view(name + "_in", {"batch", -1, "streams", 1}),
          layer(name + "_weighted", "mul", {}, {name + "_streams", name + "_in"}),
          layer(name + "_sum", "reduce", {{"reduce", "sum"}, {"axes", std::vector<std::int64_t>{2}}})};
}

}  // namespace

Block compressed_attention_block(const TransformerOptions& options, const std::string& mixer) {
  const Attributes rotation{{"head_dim", "head_dim"}, {"rotated", "rope_dim"}};
  Block block{.name = mixer, .inputs = {"x"}};
  block.items = {linear("q_down", "q_rank", {"x"}),
                 norm_item(options, "q_norm"),
                 linear("q_up", "heads * head_dim"),
                 layer("rope_q", "rope", rotation),
                 linear("kv", "head_dim", {"x"}),
                 norm_item(options, "kv_norm"),
                 layer("rope_k", "rope", rotation),
                 layer("cache", "kv_cache", {{"length", options.keys}, {"window", "window"}}),
                 layer("near", "attention",
                       {{"heads", "heads"}, {"kv_heads", 1}, {"causal", true}, {"window", "window"}, {"sinks", true}},
                       {"rope_q", "cache", "cache"})};
  if (mixer != "swa") {
    const bool sparse = mixer == "csa";
    const std::string ratio = sparse ? "csa_ratio" : "hca_ratio";
    std::string entries = "entry_cache";
    append(block.items, compressed_entries(options, "entry", "head_dim", ratio, sparse));
    if (sparse) {
      append(block.items, compressed_entries(options, "index", "index_dim", ratio, true));
      append(block.items, entry_indexer());
      const std::string kept = "min(index_keys, ceil_div(" + options.keys + ", csa_ratio))";
      block.items.push_back(layer("entries", "slice", {{"axis", 1}, {"length", kept}}, {entries}));
      entries = "entries";
    }
    append(block.items, {layer("far", "attention", {{"heads", "heads"}, {"kv_heads", 1}, {"causal", false}},
                               {"rope_q", entries, entries}),
                         layer("context", "add", {}, {"near", "far"})});
  }
  append(block.items, grouped_output());
  return block;
}

void add_stream_branch(const TransformerOptions& options, const std::string& name, Item branch, std::string& tensor,
                       std::vector<Item>& items) {
  append(items, stream_weights(name, tensor, "streams * streams + 2 * streams", 3));
  append(items, weighted_sum(name));
  items.push_back(norm_item(options, name + "_norm"));
  branch.inputs = {name + "_norm"};
  items.push_back(std::move(branch));
  // The streams are mixed by a small matrix, which costs a pass over them, and the branch's output is added to each.
  append(items,
         {view(name + "_one", {"batch", -1, 1, "hidden"}),
          part((name + "_out_part").c_str(), "streams", "streams", {name + "_hc"}),
          view(name + "_out", {"batch", -1, "streams", 1}),
          layer(name + "_spread", "mul", {}, {name + "_one", name + "_out"}),
          part((name + "_mix_part").c_str(), "2 * streams", "streams", {name + "_hc"}),
          view(name + "_mix", {"batch", -1, "streams", 1}),
          layer(name + "_mixed", "mul", {}, {name + "_streams", name + "_mix"}),
          layer(name + "_add", "add", {}, {name + "_mixed", name + "_spread"}), joined_streams(name + "_joined")});
  tensor = name + "_joined";
}

std::vector<Item> split_into_streams(const std::string& x) {
  return {view("stream", {"batch", -1, 1, "hidden"}, {x}),
          layer("streams_equal", "expand", {{"axis", 2}, {"length", "streams"}}), joined_streams("streams_in")};
}

std::vector<Item> join_streams(const std::string& x) {
  std::vector<Item> items = stream_weights("final", x, "streams", 1);
  append(items, weighted_sum("final"));
  return items;
}

}  // namespace ridgepoint
