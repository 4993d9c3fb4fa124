// Transformers (Vaswani et al., arXiv 1706.03762): encoders such as BERT (arXiv 1810.04805), decoders such as GPT-2 and
// Llama (arXiv 2302.13971), both together as T5 (arXiv 1910.10683), with their published variants.

#include <algorithm>
#include <array>

#include "families/families.hpp"
#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"encoder", "decoder", "encoder_decoder"};
constexpr std::array<std::string_view, 2> kEncoderInputs{"tokens", "audio"};

// How many tokens a run has by default where the description does not say, and how far back a decoded token looks.
constexpr const char* kDefaultLength = "min(context, 2048)";

/// What surrounds the layers.
struct Surroundings {
  bool decoder = true;
  bool encoder_decoder = false;
  bool audio = false;  ///< the encoder reads a spectrogram
  bool embedding_norm = false;
  bool more_rows = false;         ///< of the embedding than the head has words
  bool narrow_embedding = false;  ///< a width of its own, projected to and from hidden
  bool embedding_bias = true;     ///< of that projection
  bool token_types = false;
  bool final_norm = true;
  bool pooler = false;
  bool head = true;
  bool head_bias = false;
  bool head_transform = false;
  bool logit_softcap = false;
  bool tied = false;
  bool classes = false;
  bool mtp = false;
  std::vector<LayerKind> mtp_kinds{};
};

// Those of the layers that predict further tokens: of the last layer's kind where nothing is said.
std::vector<LayerKind> read_mtp_kinds(CompactReader& reader, const LayerKind& last) {
  const std::vector<std::string> mixers = reader.words("mtp_layer_types", kMixers, {last.mixer});
  const std::vector<std::string> mlps = reader.words("mtp_mlp_types", kMlps, {last.mlp});
  std::vector<LayerKind> kinds;
  for (std::size_t i = 0; i < std::max(mixers.size(), mlps.size()); ++i) {
    kinds.push_back({mixers[i % mixers.size()], mlps[i % mlps.size()]});
  }
  if (kinds.size() == 1 && kinds.front().mixer == last.mixer && kinds.front().mlp == last.mlp) return {last};
  return kinds;
}

Surroundings read_surroundings(CompactReader& reader, const std::string& kind, const TransformerOptions& options) {
  Surroundings s;
  s.encoder_decoder = kind == "encoder_decoder";
  s.decoder = kind != "encoder";
  s.embedding_norm = reader.flag("embedding_norm", false);
  s.final_norm = reader.flag("final_norm", options.placement != NormPlacement::kPost);
  s.pooler = reader.flag("pooler", false);
  s.head = reader.flag("head", s.decoder);
  s.head_bias = reader.flag("head_bias", false);
  s.head_transform = reader.flag("head_transform", false);
  s.logit_softcap = reader.flag("logit_softcap", false);
  s.tied = reader.flag("tied", false);
  return s;
}

// A head over the last `logits` tokens of each sequence is what tells prefill from inference.
bool selects_tokens(const Surroundings& s) { return s.decoder && s.head; }

void read_lengths(CompactReader& reader, Surroundings& s, const TransformerOptions& options) {
  s.narrow_embedding = reader.optional_size("embedding");
  s.embedding_bias = reader.flag("embedding_bias", true);
  s.token_types = reader.optional_size("token_types");
  s.classes = reader.optional_size("classes");
  s.mtp = s.decoder && reader.optional_size("mtp_layers");
  if (s.mtp) reader.size("mtp", 0);
  if (options.position_table) {
    reader.size("context");  // the rows of a table of positions
    reader.size("position_rows", "context");
  } else {
    reader.size("context", s.decoder ? 2048 : 512);
  }
  reader.size("seq", kDefaultLength);
  if (s.encoder_decoder) {
    reader.size("encoder_layers", "layers");
    s.audio = reader.word("encoder_input", kEncoderInputs, "tokens") == "audio";
    if (s.audio) {
      reader.size("mels", 80);
      reader.size("frames", 3000);
    }
    reader.size("source_len", s.audio ? "ceil_div(frames, 2)" : "seq");
    reader.size("encoded", 0);
  } else if (options.images) {
    reader.size("source_len");
    reader.size("encoded", 0);
  }
  if (s.decoder) reader.size("kv_len", "seq");
  if (selects_tokens(s)) reader.size("logits", "seq");
  if (options.position_table) {  // a table has no row for what is beyond
    reader.expect_at_most("seq", "context");
    reader.expect_at_most("kv_len", "context");
  }
}

std::vector<PhaseItem> phases(const Surroundings& s, bool images) {
  if (!s.decoder) return {};
  PhaseItem prefill{Phase::kPrefill, {}};
  if (selects_tokens(s)) prefill.parameters = {{"logits", 1}};
  PhaseItem decode{Phase::kDecode, {{"seq", 1}, {"kv_len", kDefaultLength}}};
  if (s.encoder_decoder) {
    if (!s.audio) decode.parameters.push_back({"source_len", kDefaultLength});
    decode.parameters.push_back({"encoded", 1});
  }
  if (images) decode.parameters.push_back({"encoded", 1});
  PhaseItem training{Phase::kTraining, {}};
  if (s.mtp) training.parameters = {{"mtp", 1}};
  return {{Phase::kInference, {}}, prefill, decode, training};
}

// The embeddings of a stack: names begin with `prefix`, ids are [batch, `length`].
void add_embeddings(const TransformerOptions& options, const Surroundings& s, const std::string& prefix,
                    const std::string& length, const std::string& tied, Description& description) {
  const std::string width = s.narrow_embedding ? "embedding" : "hidden";
  std::string before;
  const auto add = [&](const std::string& name, const char* rows, std::vector<Value> ids, const std::string& input) {
    description.inputs.push_back({.name = input, .shape = std::move(ids), .dtype = "int64"});
    description.items.push_back(layer(name, "embedding", {{"rows", rows}, {"dim", width}}, {input}));
    if (!before.empty()) {
      description.items.push_back(layer(name + "_add", "add", {}, {before, name}));
      before = name + "_add";
    } else {
      before = name;
    }
  };
  add(prefix + "embed", s.more_rows ? "embed_rows" : "vocab", {"batch", length}, prefix + "tokens");
  if (!tied.empty()) description.items.back().tied = tied;
  if (options.position_table) add(prefix + "position_embed", "position_rows", {length}, prefix + "positions");
  if (s.token_types) add(prefix + "type_embed", "token_types", {"batch", length}, prefix + "types");
  if (s.embedding_norm) description.items.push_back(norm_item(options, prefix + "embed_norm"));
  if (s.narrow_embedding) {
    description.items.push_back(
        layer(prefix + "embed_up", "linear", {{"out_features", "hidden"}, {"bias", s.embedding_bias}}));
  }
}

// DeBERTa's relative positions, `buckets` to either side: a table that all layers share. Where positions have
// projections of their own (v1) only those are taken that the sequence needs.
std::string add_position_table(const TransformerOptions& options, const std::string& prefix, Description& description) {
  std::string table = prefix + "relative_embed";
  const char* taken = options.shared_positions ? "2 * buckets" : "2 * min(buckets, seq)";
  description.inputs.push_back({.name = prefix + "relative_positions", .shape = {taken}, .dtype = "int64"});
  description.items.push_back(
      layer(table, "embedding", {{"rows", "2 * buckets"}, {"dim", "hidden"}}, {prefix + "relative_positions"}));
  if (!options.position_norm) return table;
  description.items.push_back(norm_item(options, prefix + "relative_norm"));
  return description.items.back().name;
}

// Gemma 3n and 4: of each token an embedding for each layer, and a projection of x, added.
std::string add_per_layer_inputs(const TransformerOptions& options, const std::string& x, Description& description) {
  const char* width = "layers * per_layer_input";
  append(description.items,
         {layer("per_layer_embed", "embedding", {{"rows", "per_layer_vocab"}, {"dim", width}}, {"tokens"}),
          layer("per_layer_project", "linear", {{"out_features", width}, {"bias", false}}, {x}),
          view("per_layer_split", {"batch", "seq", "layers", "per_layer_input"}),
          norm_item(options, "per_layer_project_norm"), view("per_layer_joined", {"batch", "seq", width}),
          layer("per_layer_inputs", "add", {}, {"per_layer_embed", "per_layer_joined"})});
  return "per_layer_inputs";
}

// What all layers share beside x: T5's bias is computed once, from the first layer's table.
References stack_inputs(const TransformerOptions& options, const std::string& prefix, Description& description) {
  References inputs{description.items.back().name};
  const auto given = [&](const std::string& name, std::vector<Value> shape) {
    description.inputs.push_back({.name = prefix + name, .shape = std::move(shape)});
    inputs.emplace_back(prefix + name);
  };
  if (options.masked()) given("mask", {options.length, options.keys});
  if (options.window_masked()) given("window_mask", {options.length, options.window_keys()});
  if (options.slopes()) given("alibi", {"heads", 1, options.keys});
  if (options.slopes() && options.windows) {
    given("window_alibi", {options.window_heads ? "window_heads" : "heads", 1, options.window_keys()});
  }
  if (options.shared_relative()) {
    const std::string name = prefix + "relative_bias";
    description.items.push_back(relative_bias_item(options, name));
    inputs.emplace_back(name);
  }
  if (options.disentangled()) inputs.emplace_back(add_position_table(options, prefix, description));
  if (options.kept) {
    given("kept_k", {"batch", options.keys, "kv_heads * head_dim"});
    given("kept_v", {"batch", options.keys, "kv_heads * head_dim"});
  }
  if (options.kept_window) {
    const std::string width = std::string(options.window_kv_heads ? "window_kv_heads" : "kv_heads") + " * " +
                              (options.window_head_dim ? "window_head_dim" : "head_dim");
    given("kept_window_k", {"batch", options.window_keys(), width});
    given("kept_window_v", {"batch", options.window_keys(), width});
  }
  if (options.shared_index) {
    given("picked_before", {"batch", options.length, "min(index_keys, " + options.keys + ")"});
    description.inputs.back().dtype = "int32";
  }
  if (options.images) given("memory", {"batch", "source_len", "hidden"});
  if (options.per_layer_inputs) inputs.emplace_back(add_per_layer_inputs(options, inputs.front().name, description));
  return inputs;
}

// Whisper's front end (Radford et al., arXiv 2212.04356): two convolutions over time, the second halves it.
void add_audio(Description& description) {
  const auto conv = [](const char* name, int stride) {
    return layer(name, "conv", {{"out_channels", "hidden"}, {"kernel", 3}, {"stride", stride}, {"padding", 1}});
  };
  description.inputs.push_back({.name = "spectrogram", .shape = {"batch", "mels", "frames"}});
  description.items = {conv("conv1", 1),
                       layer("conv1_gelu", "gelu"),
                       conv("conv2", 2),
                       layer("conv2_gelu", "gelu"),
                       layer("by_time", "transpose", {{"axes", std::vector<std::int64_t>{0, 2, 1}}}),
                       layer("encoder_positions", "learned_add", {{"axes", 2}})};
  description.items.front().inputs = {"spectrogram"};
}

// An encoder in front of the decoder, whose names begin with "encoder_" and which runs nothing while decoding.
void add_encoder(const TransformerOptions& decoder, const Surroundings& s, Description& description) {
  TransformerOptions options = decoder;
  options.decoder = options.causal = options.cross = false;
  options.length = options.keys = "source_len";
  Description part;
  if (s.audio) {
    add_audio(part);
  } else {
    add_embeddings(options, s, "encoder_", "source_len", "", part);
  }
  add_stack(options, {{"full", "dense"}}, "layer", stack_inputs(options, "encoder_", part), "encoder_layers", part);
  part.items.back().name = "encoder_layer";
  if (s.final_norm) part.items.push_back(norm_item(options, "encoder_norm"));
  for (Block& block : part.blocks) {
    block.name = "encoder_" + block.name;
    for (Item& item : block.items) {
      if (!item.block.empty()) item.block = "encoder_" + item.block;
    }
  }
  for (Item& item : part.items) {
    if (!item.block.empty()) item.block = "encoder_" + item.block;
    item.skip = "encoded";
  }
  append(description.items, std::move(part.items));
  for (InputItem& input : part.inputs) description.inputs.push_back(std::move(input));
  for (Block& block : part.blocks) description.blocks.push_back(std::move(block));
}

// BERT's: a linear layer and tanh on the first token.
void add_pooler(Description& description) {
  Block block{.name = "pooler", .inputs = {"x"}};
  block.items = {layer("token", "slice", {{"axis", 1}, {"length", 1}}), view("vector", {"batch", "hidden"}),
                 layer("linear", "linear", {{"out_features", "hidden"}}), layer("tanh", "tanh")};
  description.blocks.push_back(std::move(block));
  description.items.push_back(use("pooler", "pooler"));
}

void add_head(const TransformerOptions& options, const Surroundings& s, Description& description) {
  if (selects_tokens(s)) {
    description.items.push_back(
        layer("head_tokens", "slice", {{"axis", 1}, {"start", "seq - logits"}, {"length", "logits"}}));
  }
  if (s.head_transform) {  // of masked language models
    append(description.items,
           {layer("head_transform", "linear", {{"out_features", s.narrow_embedding ? "embedding" : "hidden"}}),
            layer("head_activation", options.activation), norm_item(options, "head_norm")});
  } else if (s.narrow_embedding) {
    description.items.push_back(layer("head_down", "linear", {{"out_features", "embedding"}, {"bias", false}}));
  }
  // A tied head shares the table alone, so its bias is a layer of its own.
  const bool own_bias = s.head_bias && s.tied;
  Item head = layer("head", "linear", {{"out_features", "vocab"}, {"bias", s.head_bias && !own_bias}});
  if (s.tied) head.tied = s.encoder_decoder && !s.audio ? "encoder_embed" : "embed";
  description.items.push_back(std::move(head));
  if (own_bias) description.items.push_back(layer("head_bias", "bias"));
  if (s.logit_softcap) append(description.items, {layer("head_tanh", "tanh"), layer("head_scale", "scale")});
}

// One more layer per predicted token (DeepSeek-V3, arXiv 2412.19437): the norms of its two inputs, their projection, a
// layer of the last kind or layers of its own. It shares embedding and head, and runs in training only.
void add_mtp(const TransformerOptions& options, const std::vector<LayerKind>& kinds, References inputs,
             Description& description) {
  Block block{.name = "mtp", .inputs = {"x", "tokens"}};
  References shared{"project"};
  for (const std::string& name : shared_inputs(options)) {
    block.inputs.push_back(name);
    shared.emplace_back(name);
  }
  block.items = {norm_item(options, "hidden_norm", {"x"}), norm_item(options, "embed_norm", {"tokens"}),
                 layer("join", "concat", {{"axis", -1}}, {"hidden_norm", "embed_norm"}),
                 layer("project", "linear", {{"out_features", "hidden"}, {"bias", false}})};
  if (options.streams) {
    append(block.items, split_into_streams("project"));
    shared.front() = block.items.back().name;
  }
  Description part;
  part.blocks = description.blocks;
  add_stack(options, kinds, "mtp_layer", std::move(shared), 1, part);
  append(block.items, std::move(part.items));
  if (options.streams) append(block.items, join_streams(block.items.back().name));
  block.items.push_back(norm_item(options, "norm"));
  description.blocks = std::move(part.blocks);
  description.blocks.push_back(std::move(block));
  inputs.insert(inputs.begin() + 1, "embed");
  description.items.push_back(use("mtp", "mtp", {}, std::move(inputs), "mtp_layers"));
  description.items.back().skip = "mtp == 0";
}

void describe(CompactReader& reader, Description& description) {
  const std::string kind = reader.word("kind", kKinds, "decoder");
  TransformerOptions options = read_layer_options(reader, kind != "encoder");
  Surroundings s = read_surroundings(reader, kind, options);
  reader.size("batch", 1);
  reader.size("layers");
  reader.size("hidden");
  reader.size("vocab");
  s.more_rows = reader.optional_size("embed_rows");
  const std::vector<LayerKind> kinds = read_layer_kinds(reader, options);
  read_kind_sizes(reader, options, kinds);
  read_lengths(reader, s, options);
  if (s.decoder) s.mtp_kinds = read_mtp_kinds(reader, kinds.back());
  options.cross = s.encoder_decoder;
  options.keys = s.decoder ? "kv_len" : "seq";
  description.phases = phases(s, options.images);

  if (s.encoder_decoder) add_encoder(options, s, description);
  const std::string memory = s.encoder_decoder ? description.items.back().name : "";
  const bool one_table = s.encoder_decoder && !s.audio;
  add_embeddings(options, s, "", "seq", one_table ? "encoder_embed" : "", description);
  References inputs = stack_inputs(options, "", description);
  if (s.encoder_decoder) inputs.emplace_back(memory);
  if (options.streams) {
    append(description.items, split_into_streams(inputs.front().name));
    inputs.front() = description.items.back().name;
  }
  if (options.copies > 0) {
    append(description.items, split_into_copies(options, inputs.front().name));
    inputs.front() = description.items.back().name;
  }
  add_stack(options, kinds, "layer", inputs, "layers", description);
  if (options.copies > 0) append(description.items, join_copies(options, description.items.back().name));
  if (options.streams) append(description.items, join_streams(description.items.back().name));
  const std::string hidden = description.items.back().name;
  if (s.final_norm) description.items.push_back(norm_item(options, "final_norm"));
  const std::string last = description.items.back().name;
  if (s.pooler) add_pooler(description);
  if (s.classes) description.items.push_back(layer("classifier", "linear", {{"out_features", "classes"}}));
  if (s.head) add_head(options, s, description);
  inputs.front() = hidden;
  if (s.mtp) add_mtp(options, s.mtp_kinds, std::move(inputs), description);
}

}  // namespace

const Family kTransformerFamily{"transformer", "encoders and decoders with attention: BERT, GPT, Llama", describe};

}  // namespace ridgepoint
