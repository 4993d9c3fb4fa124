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
  constexpr std::array<std::string_view, 26> kWords{"running_",
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
                                                    "attn.k_bias",
                                                    "embed_scale",
                                                    "codebook.embed"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return has_word(name, word); });
}

bool names_folded_constant(std::string_view name) {
  constexpr std::array<std::string_view, 25> kBegins{"zeros",   "ones",      "full",   "where", "arange",
                                                     "tril",    "triu",      "cos",    "sin",   "eq",
                                                     "ne",      "lt",        "le",     "gt",    "ge",
                                                     "bitwise", "logical",   "masked", "new_",  "lifted",
                                                     "mul",     "expand_as", "div",    "sub",   "convert_element_type"};
  // Of torch.export: the function that gave a value, and a number.
  constexpr std::array<std::string_view, 16> kOps{"tmp",       "detach",   "pow",        "exp",    "log",   "neg",
                                                  "rsqrt",     "sqrt",     "reciprocal", "cumsum", "floor", "clamp",
                                                  "remainder", "linspace", "sigmoid",    "log2"};
  if (has_word(name, ".")) return false;
  const std::string_view op = name.substr(0, name.find_last_not_of("0123456789") + 1);
  const std::string_view base = op.ends_with('_') && op.size() < name.size() ? op.substr(0, op.size() - 1) : op;
  return std::any_of(kBegins.begin(), kBegins.end(), [&](std::string_view begin) { return name.starts_with(begin); }) ||
         std::find(kOps.begin(), kOps.end(), base) != kOps.end();
}

bool names_lookup(std::string_view name) { return name.starts_with("embedding") || name.starts_with("onnx::"); }

bool names_parameter(std::string_view name) {
  constexpr std::array<std::string_view, 10> kWords{"weight", "bias", "scale",       "gamma", "beta",
                                                    "alpha",  "gain", "temperature", "embed", "token"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return has_word(name, word); });
}

}  // namespace ridgepoint::onnx
