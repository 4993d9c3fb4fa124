#include "importers/onnx/names.hpp"

#include <algorithm>
#include <array>

namespace ridgepoint::onnx {
namespace {

bool has_word(std::string_view name, std::string_view word) { return name.find(word) != std::string_view::npos; }

}  // namespace

bool is_anonymous(std::string_view name) {
  return name.empty() || name.starts_with("onnx::") || name.starts_with("val_") || name.starts_with('/') ||
         has_word(name, "Constant") || has_word(name, "scalar_tensor") || has_word(name, "const") ||
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool names_buffer(std::string_view name) {
  constexpr std::array<std::string_view, 24> kWords{"running_",
                                                    "num_batches",
                                                    "mask",
                                                    "inv_freq",
                                                    "position_ids",
                                                    "relative_position_index",
                                                    "relative_coords_table",
                                                    "cos_cached",
                                                    "sin_cached",
                                                    "rope.",
                                                    "rotary",
                                                    "freqs",
                                                    "anchors",
                                                    "causal",
                                                    "token_type_ids",
                                                    "coords",
                                                    "image_mean",
                                                    "image_std",
                                                    "embed_positions.weights",
                                                    "lifted_tensor",
                                                    "bias_idx",
                                                    "pos_indices",
                                                    "final_logits_bias",
                                                    "attn.k_bias"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return has_word(name, word); });
}

bool names_folded_constant(std::string_view name) {
  constexpr std::array<std::string_view, 24> kOps{
      "zeros", "ones", "full", "where",   "arange",  "tril",   "triu", "cos",    "sin", "eq",        "ne",  "lt",
      "le",    "gt",   "ge",   "bitwise", "logical", "masked", "new_", "lifted", "mul", "expand_as", "div", "sub"};
  if (has_word(name, ".")) return false;
  return std::any_of(kOps.begin(), kOps.end(), [&](std::string_view op) { return name.starts_with(op); });
}

bool names_parameter(std::string_view name) {
  constexpr std::array<std::string_view, 10> kWords{"weight", "bias", "scale",       "gamma", "beta",
                                                    "alpha",  "gain", "temperature", "embed", "token"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return has_word(name, word); });
}

}  // namespace ridgepoint::onnx
