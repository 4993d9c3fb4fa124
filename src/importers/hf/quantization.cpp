#include "importers/hf/quantization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "core/text.hpp"
#include "importers/hf/quantization_methods.hpp"
#include "io/files.hpp"

namespace ridgepoint::hf {
namespace {

/// A method, and how its config is read.
struct Method {
  std::string_view name;
  ReadMethod* read;
};

constexpr auto kMethods = std::to_array<Method>({{"fp8", read_fp8},
                                                 {"fbgemm_fp8", read_fbgemm},
                                                 {"compressed-tensors", read_compressed_tensors},
                                                 {"modelopt", read_modelopt},
                                                 {"modelopt_fp4", read_modelopt},
                                                 {"gptq", read_integers},
                                                 {"gptq_marlin", read_integers},
                                                 {"awq", read_integers},
                                                 {"awq_marlin", read_integers},
                                                 {"auto-round", read_integers},
                                                 {"intel/auto-round", read_integers},
                                                 {"bitsandbytes", read_bitsandbytes},
                                                 {"mxfp4", read_mxfp4}});

// What NVIDIA's Model Optimizer writes beside the config.
std::optional<Config> config_beside(const Reading& reading) {
  if (reading.folder.empty()) return std::nullopt;
  const std::filesystem::path path = std::filesystem::path(reading.folder) / "hf_quant_config.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  const auto document = Document::parse(path.string(), read_file(path.string()));
  return Config(document, document->root());
}

// A name that promises quantized weights, of which the config says nothing.
void warn_of_name(Reading& reading) {
  std::string name = reading.name;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const std::string_view word : {"NVFP4", "MXFP4", "FP8", "INT4", "INT8", "W4A16", "W8A8", "GPTQ", "AWQ"}) {
    if (name.find(word) == std::string::npos) continue;
    reading.warnings.push_back(fmt::format(
        "the name says {} and the config has no quantization_config: weights are counted unquantized. Files "
        "hold scales too, and of four-bit weights two or more as one value",
        word));
    return;
  }
}

}  // namespace

std::optional<Quantization> read_quantization(Reading& reading) {
  auto config = reading.root.child({"quantization_config", "compression_config"});
  const bool beside = !config;
  if (!config) config = config_beside(reading);
  if (!config) {
    warn_of_name(reading);
    return std::nullopt;
  }
  Quantization q{.method = config->text({"quant_method"}, "")};
  if (beside && q.method.empty()) q.method = "modelopt";
  if (q.method.empty() && config->has("config_groups")) q.method = "compressed-tensors";
  if (q.method.empty() && config->has("load_in_4bit")) q.method = "bitsandbytes";
  const auto* method =
      std::find_if(kMethods.begin(), kMethods.end(), [&](const Method& row) { return row.name == q.method; });
  if (method == kMethods.end()) {
    std::vector<std::string_view> names;
    names.reserve(std::size(kMethods));
    for (const Method& row : kMethods) names.push_back(row.name);
    reading.warnings.push_back(fmt::format("the method {} of {} is not known ({} are): weights are counted unquantized",
                                           in_quotes(q.method), in_quotes("quantization_config"), join_choices(names)));
    return std::nullopt;
  }
  // Heads, routers, what picks keys and what makes compressed entries stay as they are unless they are named; so does
  // the embedding.
  method->read(reading, *config, q);
  for (const char* module :
       {"lm_head", "head", "mlp.gate", "block_sparse_moe.gate", "mixer.gate", "mlp.router", "feed_forward.router",
        "shared_expert_gate", "weights_proj", "indexers_proj", "compressor.wkv", "compressor.wgate",
        "compressor.kv_proj", "compressor.gate_proj", "indexer.kv_proj", "indexer.gate_proj"}) {
    q.add(module, -1);
  }
  reading.warn_of_strangers(*config);
  return q;
}

}  // namespace ridgepoint::hf
