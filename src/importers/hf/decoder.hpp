#pragma once
// Decoders of the Llama kind: one reader for all, with a row of traits for each model type.

#include <array>
#include <functional>
#include <string_view>

#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {

/// Which layers attend within a window where the config gives none by name.
enum class Windows : std::uint8_t { kNone, kAll, kEven, kOdd, kPattern, kUpper };

/// What a model type is where its config has no key for it; words are those of the family `transformer`.
struct DecoderTraits {
  std::string_view type;
  std::string_view norm = "rms";
  std::string_view placement = "pre";
  std::string_view branches = "serial";
  std::string_view position = "rope";
  std::string_view activation = "silu";  ///< where the config names none
  std::string_view qk_norm = "none";
  bool gated = true;
  bool norm_weight = true;
  bool norm_bias = true;  ///< of layer norms
  bool qkv_bias = false;
  bool output_bias = false;
  bool output_follows = true;  ///< `attention_bias` covers the output projection
  bool mlp_bias = false;
  bool tied = false;  ///< where the config does not say
  bool head_bias = false;
  bool embedding_norm = false;
  Windows windows = Windows::kNone;
  std::int64_t pattern = 0;    ///< of kPattern: every so many layers a full one
  std::int64_t ffn_ratio = 0;  ///< of the MLP's width to hidden where the config has none; 0 demands one
  double rotated = 1;          ///< part of each head that is rotated where the config does not say
  bool bias_stays = false;     ///< `no_bias` leaves those of q, k and v
  bool expert_offset = false;  ///< the first of each step of layers has experts, else the last
  std::int64_t shared_experts = 0;
  bool shared_gate = false;          ///< the shared expert has a gate
  bool only_states = false;          ///< neither attention nor an MLP: `more` says what its layers are
  bool own_attention = false;        ///< `more` says which heads it has
  bool own_layers = false;           ///< `more` says which layers are of which kind
  std::string_view state = "delta";  ///< what configs call "linear_attention" or "mamba"
  bool choice_bias = false;          ///< of the router
  std::string_view router = "softmax";
  void (*more)(Reading& reading, Config& config, Compact& compact) = nullptr;  ///< what only this type has
};

/// Fills a compact description of the family `transformer`.
void map_decoder(Reading& reading, Config& config, const DecoderTraits& traits, Compact& compact);

/// Parts of it.
void map_attention(Config& config, const DecoderTraits& traits, Compact& compact);
void map_mixers(Config& config, const DecoderTraits& traits, Compact& compact);
void map_experts(Config& config, const DecoderTraits& traits, Compact& compact);
void map_latent_attention(Config& config, Compact& compact);
/// The family's word of an activation. Throws InputError for one that is not known.
std::string activation_word(Config& config, Keys keys, std::string_view fallback, bool gated);
/// The number of classes: of `id2label`, else of `num_labels`, else 2.
Size label_count(Config& root);
/// The rows of all types.
const DecoderTraits* find_decoder(std::string_view type);

}  // namespace ridgepoint::hf
