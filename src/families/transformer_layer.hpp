#pragma once
// The repeated layer of a transformer: a mixer of tokens (attention, a state-space layer) and an MLP, with their norms
// and residual sums.

#include <string>

#include "families/build.hpp"
#include "families/compact_reader.hpp"

namespace ridgepoint {

/// Where the norms of a branch stand: before it (GPT-2), behind the sum (BERT), around it (Gemma 2), behind it (OLMo
/// 2).
enum class NormPlacement : std::uint8_t { kPre, kPost, kSandwich, kBranch };

/// What decides the structure of a transformer; its sizes are parameters of the description.
struct TransformerOptions {
  bool decoder = true;
  std::string norm = "layer_norm";  ///< the op
  bool norm_weight = true;
  bool norm_bias = true;
  NormPlacement placement = NormPlacement::kPre;
  bool parallel = false;            ///< attention and MLP read the same x, and their outputs are added at once
  bool parallel_norms = false;      ///< with a norm each
  std::string activation = "gelu";  ///< the op, or the gate's function
  bool gated = false;
  bool squared = false;  ///< relu squared
  std::string position = "learned";
  bool position_table = true;    ///< learned positions, alone or beside others
  bool relative_bias = false;    ///< T5's bias beside other positions
  bool relative_tables = false;  ///< each layer has a table of that bias
  bool shared_positions = true;  ///< disentangled: positions go through the projections of queries and keys
  bool position_norm = true;     ///< and their table through a norm
  bool partial_rope = false;     ///< rope_dim of each head is rotated
  bool q_bias = true;
  bool k_bias = true;
  bool v_bias = true;
  bool output_bias = true;
  bool mlp_bias = true;
  bool fused_qkv = false;
  bool fused_attention = true;
  bool causal = true;
  bool head_gate = false;          ///< a sigmoid of x for each head scales its output
  bool attention_gate = false;     ///< the query projection makes a sigmoid gate of the output too
  std::string shared_kv = "none";  ///< layers whose values are the keys before their rotation
  bool attention_softcap = false;
  bool sinks = false;
  bool windows = false;        ///< some layers have a window
  bool kept = false;           ///< some layers attend to keys and values of an earlier one
  bool kept_window = false;    ///< the same, within a window
  bool shared_index = false;   ///< some layers see the keys that an earlier layer's indexer picked
  bool shared_layers = false;  ///< all layers have one set of parameters
  bool window_sinks = false;   ///< of layers with a window
  bool qk_norm_weight = true;
  std::string qk_norm = "none";
  bool value_width = false;  ///< v_head_dim differs from head_dim
  bool window_heads = false;
  bool window_kv_heads = false;
  bool window_head_dim = false;
  bool window_v_head_dim = false;
  bool paged = false;
  bool latent = false;        ///< multi-head latent attention
  bool query_latent = false;  ///< with a compressed query
  bool indexer = false;       ///< that sees only the keys which an indexer picks
  bool router_bias = false;
  bool choice_bias = false;
  bool expert_bias = false;
  bool shared_expert = false;
  bool shared_gate = false;
  bool moe_latent = false;
  std::string router = "softmax";
  double capacity_factor = 0;
  double imbalance = 1;
  bool mamba_bias = false;
  bool conv_bias = true;
  bool mamba_norms = false;
  bool mamba2_norm = true;            ///< a norm behind the gate of Mamba 2
  bool sub_norms = false;             ///< norms before the last product of attention and of the MLP (BitNet)
  bool value_norm = false;            ///< values are normalized by head, without factors (Gemma 4)
  bool router_norm = false;           ///< the router reads x through a norm of its own (Gemma 4)
  bool streams = false;               ///< the residual stream is several tokens wide (hyper-connections)
  bool per_layer_inputs = false;      ///< each layer adds a part of embeddings of its own (Gemma 3n and 4)
  bool layer_scale = false;           ///< a learned factor per channel on each branch
  bool images = false;                ///< some layers attend to tokens that come from elsewhere ("cross")
  bool branch_gates = false;          ///< a learned number scales each branch (of these layers)
  std::int64_t copies = 0;            ///< of each token, of which a layer computes one (AltUp); 0 for none
  bool laurel = false;                ///< a low-rank branch beside attention
  std::vector<std::string> listed{};  ///< sizes that each layer has its own of
  bool cross = false;                 ///< a decoder that also attends to an encoder's output
  std::string length = "seq";         ///< queries
  std::string keys = "seq";           ///< keys, those of the cache included

  /// Scores that exist as a tensor are masked in a pass of their own (part of the softmax when kernels are fused).
  [[nodiscard]] bool masked() const { return causal && !fused_attention; }
  [[nodiscard]] bool window_masked() const { return windows && !fused_attention; }
  /// Slopes times distances, which a fused kernel computes itself.
  [[nodiscard]] bool slopes() const { return position == "alibi" && !fused_attention; }
  [[nodiscard]] bool relative() const { return position == "relative" || relative_bias; }
  [[nodiscard]] bool shared_relative() const { return relative() && !relative_tables; }
  [[nodiscard]] bool disentangled() const { return position == "disentangled"; }
  /// Keys of a layer with a window: what its cache keeps, and the new ones.
  [[nodiscard]] std::string window_keys() const {
    return decoder ? "min(" + keys + ", window + " + length + " - 1)" : keys;
  }
  [[nodiscard]] Attributes norm_attributes() const;
};

/// One layer of the stack: how it mixes tokens, and its MLP. Words as in the keys `layer_types` and `mlp_types`.
/// `sizes` are those that the description gives layer by layer, as lists; blocks take them as parameters. Layers of
/// another `variant` have blocks of their own, though they are alike: for formats that differ from layer to layer.
struct LayerKind {
  std::string mixer = "full";
  std::string mlp = "dense";
  std::int64_t variant = 0;
  std::vector<std::pair<std::string, std::int64_t>> sizes{};
  friend bool operator==(const LayerKind&, const LayerKind&) = default;
};

inline constexpr std::array<std::string_view, 19> kMixers{
    "full",  "window", "nope",  "sparse", "shared_index", "kept", "kept_window",     "swa",   "csa", "hca",
    "mamba", "mamba2", "delta", "kda",    "lightning",    "conv", "full_and_mamba2", "cross", "none"};
inline constexpr std::array<std::string_view, 5> kMlps{"dense", "moe", "hash_moe", "dense_and_moe", "none"};

/// A norm of this network.
Item norm_item(const TransformerOptions& options, std::string name, References inputs = {});

/// T5's bias of the scores, from a table of `buckets` rows.
Item relative_bias_item(const TransformerOptions& options, const std::string& name);

/// The blocks of a mixer, its own the last. Attention blocks are named "attention" ("full"), "window_attention" ...
std::vector<Block> mixer_blocks(const TransformerOptions& options, const std::string& mixer);
std::string mixer_block_name(const std::string& mixer);
/// Names of what a mixer takes besides x, of those that all blocks of a stack get.
std::vector<std::string> mixer_inputs(const TransformerOptions& options, const std::string& mixer);
Block latent_attention_block(const TransformerOptions& options, bool own_index);
Block mamba_block(const TransformerOptions& options);
Block mamba2_block(const TransformerOptions& options);
Block delta_block(const TransformerOptions& options);
Block kimi_delta_block(const TransformerOptions& options);
Block lightning_block(const TransformerOptions& options);
Block short_conv_block(const TransformerOptions& options);
/// Attention to the latest tokens ("swa") and to compressed ones ("csa" picks them, "hca" sees all; DeepSeek-V4).
Block compressed_attention_block(const TransformerOptions& options, const std::string& mixer);
/// A branch between hyper-connections, and what stands before the first layer and behind the last.
void add_stream_branch(const TransformerOptions& options, const std::string& name, Item branch, std::string& tensor,
                       std::vector<Item>& items);
std::vector<Item> split_into_streams(const std::string& x);
std::vector<Item> join_streams(const std::string& x);
/// Copies of a token: before the first layer, behind the last, and a layer of them (Gemma 3n).
std::vector<Item> split_into_copies(const TransformerOptions& options, const std::string& x);
std::vector<Item> join_copies(const TransformerOptions& options, const std::string& x);
std::vector<Item> copies_layer_items(const TransformerOptions& options, const LayerKind& kind,
                                     const Attributes& passed_on);
/// What a layer adds of its part of the embeddings per layer.
std::vector<Item> per_layer_items(const TransformerOptions& options, const std::string& x);
/// Attention to tokens of images, whose keys and values are computed once, with norms by head (Llama 3.2 Vision).
Block image_attention_block(const TransformerOptions& options);
/// Attention of a decoder's tokens to `memory`, the output of an encoder.
Block cross_attention_block(const TransformerOptions& options);

Block mlp_block(const TransformerOptions& options);
/// Experts, with the block "shared_expert" beside them where there is one. Those of "hash_moe" are chosen by a table of
/// the words, and no learned value takes part in the choice.
std::vector<Block> moe_blocks(const TransformerOptions& options, std::string_view mlp);
/// The block that stands for a layer's MLP: "mlp", "moe" or "hash_moe"; of "dense_and_moe" the dense one.
std::string mlp_block_name(std::string_view mlp);

/// The blocks of a stack of these layers, and the items that use them: equal and periodic layers are repetitions.
/// `name` is the stack's ("layer"); `inputs` are x, and behind it what all layers share. With one kind, `repeat` says
/// how many layers there are.
void add_stack(const TransformerOptions& options, const std::vector<LayerKind>& kinds, const std::string& name,
               References inputs, const Value& repeat, Description& description);

/// Items behind one another.
inline void append(std::vector<Item>& items, std::vector<Item> more) {
  items.insert(items.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

inline Item view(std::string name, std::vector<Value> extents, References inputs = {}) {
  return layer(std::move(name), "reshape", {{"shape", sizes(std::move(extents))}}, std::move(inputs));
}

/// A part of the last axis, read in place.
inline Item part(const char* name, const Value& start, const Value& length, References inputs) {
  return layer(name, "slice", {{"axis", -1}, {"start", start}, {"length", length}}, std::move(inputs));
}

/// Names of what attention takes beside x: masks of scores, what is added to them, a table of positions.
std::vector<std::string> score_inputs(const TransformerOptions& options);
/// Names of what every block of a stack gets beside x: these, and what layers keep for later ones.
std::vector<std::string> shared_inputs(const TransformerOptions& options);
/// Whether a mixer is attention, with keys and values.
bool attends(const std::string& mixer);

/// Reads the options of the layers, then their kinds, then the sizes that these need.
TransformerOptions read_layer_options(CompactReader& reader, bool decoder);
/// The kinds of the layers: one where all are alike, else one for each.
std::vector<LayerKind> read_layer_kinds(CompactReader& reader, TransformerOptions& options);
void read_kind_sizes(CompactReader& reader, TransformerOptions& options, const std::vector<LayerKind>& kinds);

}  // namespace ridgepoint
