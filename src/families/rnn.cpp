// Recurrent networks: translation with an attending decoder (GNMT; Wu et al., arXiv 1609.08144), speech with a
// convolutional front end (Deep Speech 2; Amodei et al., arXiv 1512.02595), transducers (RNN-T; Graves, arXiv
// 1211.3711; He et al., 1811.06621).

#include "families/families.hpp"
#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 4> kArchitectures{"language_model", "gnmt", "deepspeech2", "rnnt"};
constexpr std::array<std::string_view, 3> kCellWords{"lstm", "gru", "rnn"};

Item recurrent(const std::string& cell, std::string name, Attributes attributes, References inputs = {}) {
  return layer(std::move(name), cell, std::move(attributes), std::move(inputs));
}

InputItem ids(std::string name, const char* length) {
  return {.name = std::move(name), .shape = {"batch", length}, .dtype = "int64"};
}

// A stack over embedded tokens and a linear layer to the vocabulary.
void describe_language_model(CompactReader& reader, const std::string& cell, Description& description) {
  const bool tied = reader.flag("tied", false);
  for (const char* key : {"vocab", "hidden", "layers"}) reader.size(key);
  reader.size("embedding", "hidden");
  reader.size("seq", 64);
  description.inputs = {ids("tokens", "seq")};
  Item head = layer("head", "linear", {{"out_features", "vocab"}, {"bias", !tied}});
  if (tied) head.tied = "embed";
  description.items = {layer("embed", "embedding", {{"rows", "vocab"}, {"dim", "embedding"}}),
                       recurrent(cell, "layers", {{"hidden", "hidden"}, {"layers", "layers"}}), head};
}

// One bidirectional layer and layers - 1 more, residual from the third on; the decoder's first layer attends, and its
// context is an input of all that follow. The attention is additive: v tanh(W q + U k), normalized.
void describe_gnmt(CompactReader& reader, const std::string& cell, Description& description) {
  for (const char* key : {"vocab", "hidden", "layers"}) reader.size(key);
  reader.size("source_len", 25);
  reader.size("seq", "source_len");
  const Attributes one{{"hidden", "hidden"}};
  Block residual{.name = "residual", .inputs = {"x"}};
  residual.items = {recurrent(cell, cell, one, {"x"}), layer("add", "add", {}, {"x", cell})};
  Block with_context{.name = "with_context", .inputs = {"x", "context"}};
  with_context.items = {layer("join", "concat", {{"axis", -1}}, {"x", "context"}), recurrent(cell, cell, one),
                        layer("add", "add", {}, {"x", cell})};
  Block attention{.name = "attention", .inputs = {"query", "memory"}};
  attention.items = {layer("q", "linear", {{"out_features", "hidden"}, {"bias", false}}, {"query"}),
                     layer("k", "linear", {{"out_features", "hidden"}, {"bias", false}}, {"memory"}),
                     view("q_rows", {"batch", "seq", 1, "hidden"}, {"q"}),
                     view("k_rows", {"batch", 1, "source_len", "hidden"}, {"k"}),
                     layer("pairs", "add", {}, {"q_rows", "k_rows"}),
                     layer("normalize_bias", "bias"),
                     layer("tanh", "tanh"),
                     layer("score", "linear", {{"out_features", 1}, {"bias", true}}),  // v, and the scalar of its norm
                     view("scores", {"batch", "seq", "source_len"}),
                     layer("softmax", "softmax"),
                     layer("context", "matmul", {}, {"softmax", "memory"})};
  description.blocks = {residual, with_context, attention};
  description.inputs = {ids("source_tokens", "source_len"), ids("tokens", "seq")};
  const Attributes table{{"rows", "vocab"}, {"dim", "hidden"}};
  Item embed = layer("embed", "embedding", table, {"tokens"});
  embed.tied = "source_embed";
  description.items = {layer("source_embed", "embedding", table, {"source_tokens"}),
                       recurrent(cell, "encoder1", {{"hidden", "hidden"}, {"bidirectional", true}}),
                       recurrent(cell, "encoder2", one),
                       use("encoder", "residual", {}, {}, "layers - 2"),
                       embed,
                       recurrent(cell, "decoder1", one),
                       use("attention", "attention", {}, {"decoder1", "encoder"}),
                       layer("join", "concat", {{"axis", -1}}, {"decoder1", "attention"}),
                       recurrent(cell, "decoder2", one),
                       use("decoder", "with_context", {}, {"decoder2", "attention"}, "layers - 2"),
                       layer("classifier", "linear", {{"out_features", "vocab"}})};
}

// Two convolutions over time and frequency, bidirectional layers with a batch norm in front, a linear layer to the
// characters.
void describe_deepspeech2(CompactReader& reader, const std::string& cell, Description& description) {
  for (const char* key : {"hidden", "layers", "vocab"}) reader.size(key);
  reader.size("frequencies", 161);
  reader.size("frames", 1000);
  reader.size("channels", 32);
  const auto conv = [](const char* name, std::vector<std::int64_t> stride, std::vector<std::int64_t> kernel,
                       std::vector<std::int64_t> padding) {
    return layer(name, "conv",
                 {{"out_channels", "channels"}, {"kernel", kernel}, {"stride", stride}, {"padding", padding}});
  };
  Block norm{.name = "normalized", .inputs = {"x"}};
  norm.items = {view("steps", {-1, "2 * hidden"}), layer("norm", "batch_norm"),
                view("sequence", {"batch", -1, "2 * hidden"}),
                recurrent(cell, cell, {{"hidden", "hidden"}, {"bidirectional", true}})};
  description.blocks = {norm};
  description.inputs = {{.name = "spectrogram", .shape = {"batch", 1, "frequencies", "frames"}}};
  const Attributes first{{"hidden", "hidden"}, {"bidirectional", true}};
  description.items = {conv("conv1", {2, 2}, {41, 11}, {20, 5}),
                       layer("conv1_norm", "batch_norm"),
                       layer("conv1_clip", "relu"),
                       conv("conv2", {2, 1}, {21, 11}, {10, 5}),
                       layer("conv2_norm", "batch_norm"),
                       layer("conv2_clip", "relu"),
                       layer("by_time", "transpose", {{"axes", std::vector<std::int64_t>{0, 3, 1, 2}}}),
                       layer("features", "flatten", {{"start", 2}}),
                       recurrent(cell, "layer1", first),
                       use("layers", "normalized", {}, {}, "layers - 1"),
                       layer("classifier", "linear", {{"out_features", "vocab"}, {"bias", false}})};
}

// An encoder over frames that halves their rate between its two parts, a predictor over characters, and their joint
// network over all pairs of a time and a character.
void describe_rnnt(CompactReader& reader, const std::string& cell, Description& description) {
  for (const char* key : {"features", "hidden", "predictor", "joint", "vocab"}) reader.size(key);
  reader.size("pre_layers", 2);
  reader.size("post_layers", 3);
  reader.size("predictor_layers", 2);
  reader.size("stack", 2);
  reader.size("frames", 300);
  reader.size("characters", 60);
  description.inputs = {{.name = "spectrogram", .shape = {"batch", "frames", "features"}}, ids("text", "characters")};
  description.items = {
      recurrent(cell, "encoder_pre", {{"hidden", "hidden"}, {"layers", "pre_layers"}}, {"spectrogram"}),
      view("stacked", {"batch", "exact_div(frames, stack)", "stack * hidden"}),
      recurrent(cell, "encoder_post", {{"hidden", "hidden"}, {"layers", "post_layers"}}),
      layer("joint_encoder", "linear", {{"out_features", "joint"}}),
      view("times", {"batch", "exact_div(frames, stack)", 1, "joint"}),
      layer("embed", "embedding", {{"rows", "vocab - 1"}, {"dim", "predictor"}}, {"text"}),
      recurrent(cell, "predictor", {{"hidden", "predictor"}, {"layers", "predictor_layers"}}),
      layer("joint_predictor", "linear", {{"out_features", "joint"}}),
      view("texts", {"batch", 1, "characters", "joint"}),
      layer("pairs", "add", {}, {"times", "texts"}),
      layer("joint_relu", "relu"),
      layer("joint_out", "linear", {{"out_features", "vocab"}})};
}

void describe(CompactReader& reader, Description& description) {
  const std::string architecture = reader.word("architecture", kArchitectures, "language_model");
  const std::string cell = reader.word("cell", kCellWords, "lstm");
  reader.size("batch", 1);
  if (architecture == "gnmt") return describe_gnmt(reader, cell, description);
  if (architecture == "deepspeech2") return describe_deepspeech2(reader, cell, description);
  if (architecture == "rnnt") return describe_rnnt(reader, cell, description);
  describe_language_model(reader, cell, description);
}

}  // namespace

const Family kRnnFamily{"rnn", "recurrent networks for text and speech: GNMT, Deep Speech 2, RNN-T", describe};

}  // namespace ridgepoint
