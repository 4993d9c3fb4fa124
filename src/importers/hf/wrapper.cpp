// Decoders that are a part of their config: `text_config` beside towers for images and sound.

#include "importers/hf/wrapper.hpp"

#include <fmt/format.h>

#include <array>

#include "core/text.hpp"
#include "importers/hf/class_defaults.hpp"
#include "importers/hf/decoder.hpp"
#include "importers/hf/image_parts.hpp"
#include "importers/hf/nearest_type.hpp"
#include "importers/hf/quantize.hpp"
#include "importers/hf/rows.hpp"
#include "importers/hf/sound_parts.hpp"

namespace ridgepoint::hf {
namespace {

/// A model type around a decoder, and the type of that where its config names none.
struct Wrapper {
  std::string_view type;
  std::string_view text;
};

constexpr auto kRows = std::to_array<Wrapper>({
    {"aria", "aria_text"},
    {"aya_vision", "cohere2"},
    {"cohere2_vision", "cohere2"},
    {"deepseek_vl_v2", "deepseek_v2"},
    {"fuyu", "persimmon"},
    {"gemma3", "gemma3_text"},
    {"gemma3n", "gemma3n_text"},
    {"gemma4", "gemma4_text"},
    {"glm46v", "glm4v_text"},
    {"glm4v", "glm4v_text"},
    {"glm4v_moe", "glm4v_moe_text"},
    {"idefics2", "mistral"},
    {"idefics3", "llama"},
    {"internvl", "qwen2"},
    {"internvl_chat", "qwen2"},
    {"kimi_k25", "deepseek_v3"},
    {"kimi_vl", "deepseek_v3"},
    {"lfm2_vl", "lfm2"},
    {"llama4", "llama4_text"},
    {"llava", "llama"},
    {"llava_llama", "llama"},
    {"llava_mistral", "mistral"},
    {"llava_next", "llama"},
    {"llava_next_video", "llama"},
    {"llava_onevision", "qwen2"},
    {"llava_qwen", "qwen2"},
    {"mllama", "mllama_text_model"},
    {"minimax_m3_vl", "minimax_m3_vl_text"},
    {"mistral3", "mistral"},
    {"ovis2", "qwen2"},
    {"paligemma", "gemma"},
    {"phi3_v", "phi3"},
    {"qwen2_5_omni", "qwen2_5_vl_text"},
    {"qwen2_5_omni_thinker", "qwen2_5_vl_text"},
    {"qwen2_5_vl", "qwen2_5_vl_text"},
    {"qwen2_audio", "qwen2"},
    {"qwen2_vl", "qwen2_vl_text"},
    {"qwen3_5", "qwen3_5_text"},
    {"qwen3_5_moe", "qwen3_5_moe_text"},
    {"qwen3_vl", "qwen3_vl_text"},
    {"qwen3_vl_moe", "qwen3_vl_moe_text"},
    {"smolvlm", "llama"},
    {"video_llava", "llama"},
    {"vipllava", "llama"},
    {"voxtral", "llama"},
});

std::vector<std::string_view> types() { return types_of(kRows); }

const DecoderTraits& traits_of(Config& text, std::string_view fallback) {
  const std::string type = text.text({"model_type"}, fallback);
  if (const DecoderTraits* traits = find_decoder(type)) return *traits;
  // "qwen3_vl" of a text part is its "qwen3_vl_text".
  if (const DecoderTraits* traits = find_decoder(type + "_text")) return *traits;
  if (const Wrapper* wrapper = find_row(kRows, type)) return *find_decoder(wrapper->text);
  const NearestType near = nearest_type(type, "", text, kDecoders.types());
  text.fail({"model_type"}, fmt::format("unknown model_type {} of the decoder", in_quotes(type)),
            fmt::format("the type of a decoder that is known (docs/import.md); {} is the nearest by its {}", near.type,
                        near.by));
}

void note_defaults(Reading& reading, const Config& text, std::string_view type) {
  std::string used;
  for (const std::string& key : text.defaults_used()) used += (used.empty() ? "" : ", ") + key;
  if (used.empty()) return;
  reading.notes.push_back(fmt::format("left out of the config, and taken as the class of {} has them: {}", type, used));
}

// Of a model that speaks, the part that thinks is read.
void enter_thinker(Reading& reading) {
  auto thinker = reading.root.child({"thinker_config"});
  if (!thinker) return;
  reading.warnings.push_back(fmt::format("of {} only the part that thinks is read, not what speaks", reading.type));
  if (!reading.type.ends_with("_thinker")) reading.type += "_thinker";
  reading.root = *thinker;
}

// What feeds the decoder, as far as it is read.
void add_parts(Reading& reading, std::int64_t width, Description& description) {
  auto vision = reading.root.child({"vision_config"});
  auto audio = reading.root.child({"audio_config"});
  const bool sees = vision && add_image_part(reading, *vision, width, description);
  const bool hears = audio && add_sound_part(reading, *audio, width, description);
  const std::string what = reading.architecture.empty() ? reading.type : reading.architecture;
  if (!sees && (vision || !audio)) {
    reading.warnings.push_back(fmt::format("of {} only the decoder is read, not what feeds it", what));
  }
  if (audio && !hears) reading.warnings.push_back(fmt::format("of {} what encodes sound is not read", what));
}

Description read(Reading& reading) {
  enter_thinker(reading);
  auto text = text_part(reading.root);
  const bool nested = text.has_value();
  Config& config = nested ? *text : reading.root;
  const Wrapper* row = find_row(kRows, reading.type);
  const DecoderTraits& traits = traits_of(config, row != nullptr ? row->text : "");
  if (nested) config.set_defaults(class_defaults(traits.type));
  Compact compact("transformer", reading.name, reading.root.at());
  map_decoder(reading, config, traits, compact);
  Description description = expand_decoder(reading, compact);
  if (nested) note_defaults(reading, config, traits.type);
  reading.root.ignore({"vision_config", "audio_config", "vocab_size", "hidden_size"});
  if (nested || row != nullptr) add_parts(reading, compact.number("hidden"), description);
  if (nested) {
    config.ignore({"dtype", "torch_dtype", "num_image_tokens"});  // what the root says goes first
    reading.warn_of_strangers(config);
  }
  return description;
}

}  // namespace

std::optional<Config> text_part(Config& root) {
  return root.child({"text_config", "llm_config", "language_config", "text_model_config"});
}

const Kind kWrappers{types, read, "decoders in configs of several parts", "transformer"};

}  // namespace ridgepoint::hf
