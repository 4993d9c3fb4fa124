// Decoders that are a part of their config: `text_config` beside towers for images and sound.

#include "importers/hf/wrapper.hpp"

#include <fmt/format.h>

#include <array>

#include "core/text.hpp"
#include "importers/hf/class_defaults.hpp"
#include "importers/hf/decoder.hpp"
#include "importers/hf/image_parts.hpp"
#include "importers/hf/quantize.hpp"
#include "importers/hf/rows.hpp"

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
    {"deepseek_vl_v2", "deepseek_v2"},
    {"fuyu", "persimmon"},
    {"gemma3", "gemma3_text"},
    {"gemma3n", "gemma3n_text"},
    {"gemma4", "gemma4_text"},
    {"glm4v", "glm4v_text"},
    {"glm4v_moe", "glm4v_moe_text"},
    {"idefics2", "mistral"},
    {"idefics3", "llama"},
    {"internvl", "qwen2"},
    {"internvl_chat", "qwen2"},
    {"kimi_k25", "deepseek_v3"},
    {"kimi_vl", "deepseek_v3"},
    {"llama4", "llama4_text"},
    {"llava", "llama"},
    {"llava_next", "llama"},
    {"llava_next_video", "llama"},
    {"llava_onevision", "qwen2"},
    {"mllama", "mllama_text_model"},
    {"minimax_m3_vl", "minimax_m3_vl_text"},
    {"mistral3", "mistral"},
    {"ovis2", "qwen2"},
    {"paligemma", "gemma"},
    {"qwen2_5_vl", "qwen2_5_vl_text"},
    {"qwen2_vl", "qwen2_vl_text"},
    {"qwen3_5", "qwen3_5_text"},
    {"qwen3_5_moe", "qwen3_5_moe_text"},
    {"qwen3_vl", "qwen3_vl_text"},
    {"qwen3_vl_moe", "qwen3_vl_moe_text"},
    {"smolvlm", "llama"},
    {"video_llava", "llama"},
    {"vipllava", "llama"},
});

std::vector<std::string_view> types() { return types_of(kRows); }

const DecoderTraits& traits_of(Config& text, std::string_view fallback) {
  const std::string type = text.text({"model_type"}, fallback);
  if (const DecoderTraits* traits = find_decoder(type)) return *traits;
  // "qwen3_vl" of a text part is its "qwen3_vl_text".
  if (const DecoderTraits* traits = find_decoder(type + "_text")) return *traits;
  if (const Wrapper* wrapper = find_row(kRows, type)) return *find_decoder(wrapper->text);
  text.fail({"model_type"}, fmt::format("unknown model_type {} of the decoder", in_quotes(type)),
            "the type of a decoder that is known (docs/import.md)");
}

void note_defaults(Reading& reading, const Config& text, std::string_view type) {
  std::string used;
  for (const std::string& key : text.defaults_used()) used += (used.empty() ? "" : ", ") + key;
  if (used.empty()) return;
  reading.notes.push_back(fmt::format("left out of the config, and taken as the class of {} has them: {}", type, used));
}

Description read(Reading& reading) {
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
  auto vision = reading.root.child({"vision_config"});
  const bool whole = vision && add_image_part(reading, *vision, compact.number("hidden"), description);
  if (nested) {
    config.ignore({"dtype", "torch_dtype", "num_image_tokens"});  // what the root says goes first
    reading.warn_of_strangers(config);
  }
  const std::string what = reading.architecture.empty() ? reading.type : reading.architecture;
  if (!whole && (vision || reading.architecture_has("ConditionalGeneration"))) {
    reading.warnings.push_back(fmt::format("of {} only the decoder is read, not what feeds it", what));
  }
  if (reading.root.has("audio_config")) {
    reading.warnings.push_back(fmt::format("of {} what encodes sound is not read", what));
  }
  return description;
}

}  // namespace

std::optional<Config> text_part(Config& root) {
  return root.child({"text_config", "llm_config", "language_config", "text_model_config"});
}

const Kind kWrappers{types, read, "decoders in configs of several parts", "transformer"};

}  // namespace ridgepoint::hf
