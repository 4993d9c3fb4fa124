// Encoders of sound in front of a decoder: Whisper's (Radford et al., arXiv 2212.04356), and what joins the two.

#include "importers/hf/sound_parts.hpp"

#include <algorithm>

#include "families/build.hpp"
#include "families/family.hpp"
#include "importers/hf/decoder.hpp"
#include "importers/hf/image_parts.hpp"
#include "importers/hf/rows.hpp"
#include "importers/hf/towers.hpp"

namespace ridgepoint::hf {
namespace {

/// How a type goes on from the encoder's last layer.
enum class Joint : std::uint8_t {
  kPooled,  ///< means of two neighbours, a norm, a linear layer (Qwen2-Audio)
  kFours,   ///< four neighbours as one, two linear layers (Voxtral)
  kMarked,  ///< as kPooled, without a table of positions, with two vectors around the sound (Qwen2.5-Omni)
};

struct SoundTraits {
  std::string_view type;
  Joint joint;
};

constexpr auto kRows = std::to_array<SoundTraits>(
    {{"qwen2_audio", Joint::kPooled}, {"voxtral", Joint::kFours}, {"qwen2_5_omni_thinker", Joint::kMarked}});

// The encoder of a small Whisper, its decoder left away.
Description trunk(Reading& reading, Config& audio, bool table) {
  Compact compact("transformer", reading.name, audio.at());
  compact.set("kind", "encoder_decoder");
  compact.set("encoder_input", "audio");
  compact.set("layers", std::int64_t{1});
  static const Keys kLayers{"encoder_layers", "num_hidden_layers"};
  const Size layers = audio.required(kLayers);
  expect_layers(audio, kLayers, layers.value);
  compact.set("encoder_layers", layers);
  compact.set("hidden", audio.required({"d_model", "hidden_size"}));
  compact.set("heads", audio.required({"encoder_attention_heads", "num_attention_heads"}));
  compact.set("ffn", audio.required({"encoder_ffn_dim", "intermediate_size"}));
  compact.set("vocab", std::int64_t{1});
  compact.set("context", std::int64_t{1});
  compact.set("norm", "layer");
  compact.set("norm_placement", "pre");
  compact.set("position", "learned");
  compact.set("k_bias", false);
  compact.set("activation", activation_word(audio, {"activation_function"}, "gelu", false));
  compact.set("mels", audio.size_or({"num_mel_bins"}, 128));
  compact.set("frames", 2 * audio.size_or({"max_source_positions"}, 1500).value);
  expect_heads(audio, {"encoder_attention_heads"}, compact.number("heads"), compact.number("hidden"));
  Attributes none;
  Description whole = load_model(Document::rewritten(reading.document, compact.root()), none);
  const auto last = std::find_if(whole.items.begin(), whole.items.end(),
                                 [](const Item& item) { return item.name == "encoder_norm"; });
  whole.items.erase(last + 1, whole.items.end());
  if (!table) {
    const auto at = std::find_if(whole.items.begin(), whole.items.end(),
                                 [](const Item& item) { return item.name == "encoder_positions"; });
    *at = layer("encoder_positions", "shift");  // a table of sines, which is no parameter
  }
  std::erase_if(whole.blocks, [](const Block& block) { return !block.name.starts_with("encoder_"); });
  std::erase_if(whole.inputs, [](const InputItem& input) { return input.name != "spectrogram"; });
  const auto unused = {"vocab", "layers", "context", "position_rows", "seq", "kv_len", "logits", "encoded"};
  std::erase_if(whole.parameters, [&](const Attribute& parameter) {
    return std::any_of(unused.begin(), unused.end(), [&](const char* name) { return parameter.name == name; });
  });
  return whole;
}

void join(const SoundTraits& traits, Config& audio, std::int64_t text, Description& part) {
  const auto add = [&](Item item) { part.items.push_back(std::move(item)); };
  const std::int64_t hidden = audio.required({"d_model", "hidden_size"}).value;
  const auto view = [](const char* name, std::vector<Value> extents) {
    return layer(name, "reshape", {{"shape", sizes(std::move(extents))}});
  };
  if (traits.joint == Joint::kFours) {
    add(view("fours", {"batch", -1, 4 * hidden}));
    add(layer("join_up", "linear", {{"out_features", text}, {"bias", false}}));
    add(layer("join_gelu", "gelu"));
    add(layer("join_out", "linear", {{"out_features", text}, {"bias", false}}));
    return;
  }
  // The mean of two neighbours comes before the encoder's norm, which costs half as much so.
  Item norm = std::move(part.items.back());
  part.items.pop_back();
  norm.inputs.clear();
  add(view("pairs", {"batch", -1, 2, hidden}));
  add(layer("pooled", "reduce", {{"axes", std::vector<std::int64_t>{2}}}));
  add(std::move(norm));
  add(layer("join_out", "linear", {{"out_features", text}}));
  if (traits.joint == Joint::kMarked) {
    part.items.insert(part.items.begin(), unread_parameter("marks", {2, text}, "spectrogram"));
  }
}

}  // namespace

bool add_sound_part(Reading& reading, Config& audio, std::int64_t text_width, Description& description) {
  const SoundTraits* traits = find_row(kRows, reading.type);
  if (traits == nullptr) return false;
  Description part = trunk(reading, audio, traits->joint != Joint::kMarked);
  join(*traits, audio, text_width, part);
  put_in_front("audio", "sounds", std::move(part), description);
  audio.ignore({"model_type", "encoder_layerdrop", "scale_embedding", "n_window", "output_dim", "head_dim",
                "num_key_value_heads", "num_hidden_layers", "vocab_size", "layerdrop", "dtype", "torch_dtype"});
  reading.root.ignore({"audio_token_index", "projector_hidden_act", "position_id_per_seconds", "seconds_per_chunk"});
  reading.notes.emplace_back(
      "prefill encodes one sound of audio_frames frames for each sequence, decode none: --set sounds and audio_frames");
  reading.warn_of_strangers(audio);
  return true;
}

}  // namespace ridgepoint::hf
