// What classes of the transformers library take where a nested config leaves a key out: its writers leave out what is
// as in the class (https://huggingface.co/docs/transformers, the page of each model).

#include <array>

#include "importers/hf/class_defaults.hpp"
#include "importers/hf/rows.hpp"

namespace ridgepoint::hf {
namespace {

/// One class: its sizes in the order of kNames, 0 where the class has none.
struct Row {
  std::string_view type;
  std::array<std::int64_t, 8> sizes;
};

constexpr std::array<std::string_view, 8> kNames{"hidden_size",         "intermediate_size", "num_hidden_layers",
                                                 "num_attention_heads", "vocab_size",        "max_position_embeddings",
                                                 "num_key_value_heads", "head_dim"};

constexpr auto kRows = std::to_array<Row>({
    {"llama", {4096, 11008, 32, 32, 32000, 2048, 0, 0}},
    {"mistral", {4096, 14336, 32, 32, 32000, 131072, 8, 0}},
    {"mixtral", {4096, 14336, 32, 32, 32000, 131072, 8, 0}},
    {"qwen2", {4096, 22016, 32, 32, 151936, 32768, 32, 0}},
    {"qwen3", {4096, 22016, 32, 32, 151936, 32768, 32, 128}},
    {"gemma", {3072, 24576, 28, 16, 256000, 8192, 16, 256}},
    {"gemma2", {2304, 9216, 26, 8, 256000, 8192, 4, 256}},
    {"gemma3_text", {2304, 9216, 26, 8, 262208, 131072, 4, 256}},
    {"gemma4_text", {2304, 9216, 30, 8, 262144, 131072, 4, 256}},
    {"phi3", {3072, 8192, 32, 32, 32064, 4096, 0, 0}},
    {"cohere", {8192, 22528, 40, 64, 256000, 8192, 0, 0}},
    {"cohere2", {8192, 22528, 40, 64, 256000, 8192, 0, 128}},
    {"stablelm", {2560, 6912, 32, 32, 50304, 4096, 0, 0}},
    {"opt", {768, 0, 12, 12, 50272, 2048, 0, 0}},
    {"ministral3", {4096, 14336, 34, 32, 131072, 262144, 8, 128}},
    {"qwen2_5_vl_text", {8192, 29568, 80, 64, 152064, 32768, 8, 0}},
    {"qwen2_vl_text", {8192, 29568, 80, 64, 152064, 32768, 8, 0}},
    {"qwen3_vl_text", {4096, 22016, 32, 32, 151936, 128000, 32, 128}},
    {"llama4_text", {5120, 8192, 48, 40, 202048, 131072, 8, 128}},
    {"mllama_text_model", {4096, 14336, 40, 32, 128256, 131072, 8, 0}},
    {"granite", {4096, 11008, 32, 32, 32000, 2048, 0, 0}},
    {"smollm3", {2048, 11008, 36, 16, 128256, 32768, 4, 0}},
});

}  // namespace

std::vector<ClassDefault> class_defaults(std::string_view type) {
  std::vector<ClassDefault> defaults;
  const Row* row = find_row(kRows, type);
  if (row == nullptr) return defaults;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (row->sizes[i] > 0) defaults.push_back({kNames[i], row->sizes[i]});
  }
  return defaults;
}

}  // namespace ridgepoint::hf
