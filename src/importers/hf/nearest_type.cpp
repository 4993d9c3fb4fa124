#include "importers/hf/nearest_type.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "core/text.hpp"

namespace ridgepoint::hf {
namespace {

/// Keys that say what kind of network it is, the most telling first. An empty second key asks for the first alone.
struct Telling {
  std::string_view key;
  std::string_view also;
  std::string_view type;
};

constexpr auto kTelling = std::to_array<Telling>({
    {"compress_ratios", "", "deepseek_v4"},
    {"index_topk", "kv_lora_rank", "deepseek_v32"},
    {"kv_lora_rank", "", "deepseek_v3"},
    {"linear_num_value_heads", "num_experts", "qwen3_next"},
    {"linear_num_value_heads", "", "qwen3_5_text"},
    {"hybrid_override_pattern", "", "nemotron_h"},
    {"mamba_d_state", "num_experts", "jamba"},
    {"mamba_d_state", "num_attention_heads", "bamba"},
    {"state_size", "num_heads", "mamba2"},
    {"state_size", "", "mamba"},
    {"vision_config", "text_config", "llava"},
    {"n_routed_experts", "", "glm4_moe"},
    {"num_local_experts", "", "mixtral"},
    {"num_experts", "", "qwen3_moe"},
    {"moe_intermediate_size", "", "qwen3_moe"},
    {"hidden_activation", "", "gemma2"},
    {"num_key_value_heads", "", "llama"},
    {"n_embd", "", "gpt2"},
    {"rms_norm_eps", "", "llama"},
});

/// Keys that many types have: they tell a kind of network. The last row fits everything.
constexpr auto kKinds = std::to_array<Telling>({
    {"num_mel_bins", "decoder_layers", "whisper"},
    {"conv_dim", "conv_kernel", "wav2vec2"},
    {"encoder_layers", "decoder_layers", "bart"},
    {"d_kv", "", "t5"},
    {"type_vocab_size", "", "bert"},
    {"depths", "num_heads", "swin"},
    {"depths", "", "convnext"},
    {"num_queries", "", "detr"},
    {"n_head", "vocab_size", "gpt2"},
    {"patch_size", "", "vit"},
    {"image_size", "", "vit"},
    {"", "", "llama"},
});

const Telling* first_fit(std::span<const Telling> rows, const Config& config) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Telling& row) {
    return (row.key.empty() || config.has(row.key)) && (row.also.empty() || config.has(row.also));
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string letters(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
  }
  return plain;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end.first - a.begin());
}

// Shorter common beginnings say nothing.
constexpr std::size_t kSeries = 4;

// The known type with the longest beginning in common; of equal ones the last, which is the newest of a series.
std::string_view of_series(std::string_view type, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t longest = kSeries - 1;
  for (const std::string_view candidate : known) {
    const std::size_t common = common_prefix(type, letters(candidate));
    if (common < kSeries || common < longest) continue;
    longest = common;
    best = candidate;
  }
  return best;
}

// "llama" of "LlamaForCausalLM": what stands before the words that all classes have.
std::string class_stem(std::string_view architecture) {
  for (const std::string_view word : {"For", "Model", "LMHead", "With"}) {
    architecture = architecture.substr(0, architecture.find(word, 1));
  }
  return letters(architecture);
}

// Shorter names are parts of words that have nothing to do with them ("sam" of "samba").
constexpr std::size_t kWord = 4;

// By spelling, by series, by a known name within it.
std::string_view by_name(const std::string& name, const std::vector<std::string_view>& known) {
  if (name.empty()) return "";
  if (const std::string_view near = nearest(name, known); !near.empty()) return near;
  if (const std::string_view near = of_series(name, known); !near.empty()) return near;
  const std::string_view within = type_within(name, known);
  return within.size() >= kWord ? within : "";
}

}  // namespace

std::string_view type_within(std::string_view name, const std::vector<std::string_view>& known) {
  const std::string plain = letters(name);
  std::string_view best;
  for (const std::string_view type : known) {
    const std::string wanted = letters(type);
    if (wanted.size() > 2 && type.size() > best.size() && plain.find(wanted) != std::string::npos) best = type;
  }
  return best;
}

std::string_view type_like(const Config& config) {
  const Telling* found = first_fit(kTelling, config);
  return found == nullptr ? "" : found->type;
}

NearestType nearest_type(std::string_view type, std::string_view architecture, const Config& config,
                         const std::vector<std::string_view>& known) {
  const std::string plain = letters(type);
  if (const std::string_view near = by_name(plain, known); !near.empty()) return {near, "name"};
  const std::string stem = class_stem(architecture);
  if (const std::string_view near = by_name(stem, known); !near.empty()) return {near, "architecture"};
  if (const std::string_view like = type_like(config); !like.empty()) return {like, "keys"};
  return {first_fit(kKinds, config)->type, "keys", true};
}

}  // namespace ridgepoint::hf
