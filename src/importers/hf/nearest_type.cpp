#include "importers/hf/nearest_type.hpp"

#include <algorithm>
#include <array>
#include <cctype>

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
    {"num_attention_heads", "vocab_size", "llama"},
});

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
    const std::size_t common = common_prefix(type, candidate);
    if (common < kSeries || common < longest) continue;
    longest = common;
    best = candidate;
  }
  return best;
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
  const auto* found = std::find_if(kTelling.begin(), kTelling.end(), [&](const Telling& row) {
    return config.has(row.key) && (row.also.empty() || config.has(row.also));
  });
  return found == kTelling.end() ? "" : found->type;
}

std::string_view nearest_type(std::string_view type, const Config& config, const std::vector<std::string_view>& known) {
  if (const std::string_view near = nearest(type, known); !near.empty()) return near;
  if (const std::string_view near = of_series(type, known); !near.empty()) return near;
  return type_like(config);
}

}  // namespace ridgepoint::hf
