// Transformers (Vaswani et al., arXiv 1706.03762): encoders such as BERT (arXiv 1810.04805), decoders such as GPT-2 and
// Llama (arXiv 2302.13971), with their published variants of norm, activation, positions and attention.

#include <array>

#include "families/build.hpp"
#include "families/families.hpp"
#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kKinds{"encoder", "decoder"};
constexpr std::array<std::string_view, 2> kNorms{"layer", "rms"};
constexpr std::array<std::string_view, 2> kPlacements{"pre", "post"};
constexpr std::array<std::string_view, 6> kActivations{"gelu", "gelu_tanh", "relu", "silu", "swiglu", "geglu"};
constexpr std::array<std::string_view, 3> kPositions{"learned", "rope", "none"};
constexpr std::array<std::string_view, 2> kAttentions{"fused", "unfused"};
constexpr std::array<std::string_view, 2> kProjections{"fused", "separate"};

// How many tokens a run has by default where the description does not say, and how far back a decoded token looks.
constexpr const char* kDefaultLength = "min(context, 2048)";

void read_activation(CompactReader& reader, TransformerOptions& options) {
  const std::string word = reader.word("activation", kActivations, "gelu");
  options.gated = word == "swiglu" || word == "geglu";
  options.activation = word == "swiglu" ? "silu" : word == "geglu" ? "gelu" : word;
}

void read_biases(CompactReader& reader, TransformerOptions& options) {
  // Networks with RMS norm have dropped the biases together with the norm's.
  const bool usual = options.norm == "layer_norm";
  const bool attention_bias = reader.flag("attention_bias", usual);
  options.qkv_bias = reader.flag("qkv_bias", attention_bias);
  options.output_bias = attention_bias;
  options.mlp_bias = reader.flag("mlp_bias", usual);
}

TransformerOptions read_options(CompactReader& reader) {
  TransformerOptions options;
  options.decoder = reader.word("kind", kKinds, "decoder") == "decoder";
  options.norm = reader.word("norm", kNorms, "layer") + "_norm";
  options.pre_norm = reader.word("norm_placement", kPlacements, "pre") == "pre";
  read_activation(reader, options);
  options.position = reader.word("position", kPositions, "learned");
  options.embedding_norm = reader.flag("embedding_norm", false);
  options.final_norm = reader.flag("final_norm", options.pre_norm);
  read_biases(reader, options);
  options.fused_qkv = reader.word("qkv", kProjections, "separate") == "fused";
  options.fused_attention = reader.word("attention", kAttentions, "fused") == "fused";
  options.causal = reader.flag("causal", options.decoder);
  options.pooler = reader.flag("pooler", false);
  options.head = reader.flag("head", options.decoder);
  options.head_bias = reader.flag("head_bias", false);
  options.tied = reader.flag("tied", false);
  return options;
}

// A head over the last `logits` tokens of each sequence is what tells prefill from inference.
bool selects_tokens(const TransformerOptions& options) { return options.decoder && options.head; }

void read_sizes(CompactReader& reader, TransformerOptions& options) {
  reader.size("batch", 1);
  for (const char* key : {"layers", "hidden", "heads"}) reader.size(key);
  reader.size("kv_heads", "heads");
  reader.size("head_dim", "exact_div(hidden, heads)");
  reader.size("ffn", "4 * hidden");
  reader.size("vocab");
  options.token_types = reader.optional_size("token_types");
  if (options.position == "learned") {
    reader.size("context");  // the rows of a table of positions
  } else {
    reader.size("context", options.decoder ? 2048 : 512);
  }
  reader.size("seq", kDefaultLength);
  if (options.decoder) reader.size("kv_len", "seq");
  if (selects_tokens(options)) reader.size("logits", "seq");
  if (options.position == "learned") {  // a table has no row for what is beyond
    reader.expect_at_most("seq", "context");
    reader.expect_at_most("kv_len", "context");
  }
  if (!reader.number("head_dim")) reader.expect_divides("heads", "hidden");
  reader.expect_divides("kv_heads", "heads");
}

std::vector<PhaseItem> phases(const TransformerOptions& options) {
  if (!options.decoder) return {};
  PhaseItem prefill{Phase::kPrefill, {}};
  if (selects_tokens(options)) prefill.parameters = {{"logits", 1}};
  return {{Phase::kInference, {}},
          prefill,
          {Phase::kDecode, {{"seq", 1}, {"kv_len", kDefaultLength}}},
          {Phase::kTraining, {}}};
}

void add_embeddings(const TransformerOptions& options, Description& description) {
  const auto add = [&](const std::string& name, const char* rows, std::vector<Value> ids, const std::string& input) {
    description.inputs.push_back({.name = input, .shape = std::move(ids), .dtype = "int64"});
    const std::string sum = name + "_add";
    const bool first = description.items.empty();
    const std::string before = first ? "" : description.items.back().name;
    description.items.push_back(layer(name, "embedding", {{"rows", rows}, {"dim", "hidden"}}, {input}));
    if (!first) description.items.push_back(layer(sum, "add", {}, {before, name}));
  };
  add("embed", "vocab", {"batch", "seq"}, "tokens");
  if (options.position == "learned") add("position_embed", "context", {"seq"}, "positions");
  if (options.token_types) add("type_embed", "token_types", {"batch", "seq"}, "types");
  if (options.embedding_norm) description.items.push_back(layer("embed_norm", options.norm));
}

void add_layers(const TransformerOptions& options, Description& description) {
  description.blocks = transformer_blocks(options);
  References inputs{description.items.back().name};
  if (options.masked()) {
    description.inputs.push_back({.name = "mask", .shape = {"seq", "kv_len"}});
    if (!options.decoder) description.inputs.back().shape = {"seq", "seq"};
    inputs.emplace_back("mask");
  }
  description.items.push_back(use("layer", "layer", {}, std::move(inputs), "layers"));
  if (options.final_norm) description.items.push_back(layer("final_norm", options.norm));
}

// BERT's: a linear layer and tanh on the first token.
void add_pooler(Description& description) {
  Block block{.name = "pooler", .inputs = {"x"}};
  block.items = {layer("token", "slice", {{"axis", 1}, {"length", 1}}),
                 layer("vector", "reshape", {{"shape", sizes({"batch", "hidden"})}}),
                 layer("linear", "linear", {{"out_features", "hidden"}}), layer("tanh", "tanh")};
  description.blocks.push_back(std::move(block));
  description.items.push_back(use("pooler", "pooler"));
}

void add_head(const TransformerOptions& options, Description& description) {
  if (selects_tokens(options)) {
    description.items.push_back(
        layer("head_tokens", "slice", {{"axis", 1}, {"start", "seq - logits"}, {"length", "logits"}}));
  }
  // A tied head shares the table alone, so its bias is a layer of its own.
  const bool own_bias = options.head_bias && options.tied;
  Item head = layer("head", "linear", {{"out_features", "vocab"}, {"bias", options.head_bias && !own_bias}});
  if (options.tied) head.tied = "embed";
  description.items.push_back(std::move(head));
  if (own_bias) description.items.push_back(layer("head_bias", "bias"));
}

void describe(CompactReader& reader, Description& description) {
  TransformerOptions options = read_options(reader);
  read_sizes(reader, options);
  description.phases = phases(options);
  add_embeddings(options, description);
  add_layers(options, description);
  if (options.pooler) add_pooler(description);
  if (options.head) add_head(options, description);
}

}  // namespace

const Family kTransformerFamily{"transformer", "encoders and decoders with attention: BERT, GPT, Llama", describe};

}  // namespace ridgepoint
