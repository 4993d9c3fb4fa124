#include "importers/hf/quantization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "importers/hf/quantization_methods.hpp"

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

}  // namespace

std::optional<Quantization> read_quantization(Reading& reading) {
  auto config = reading.root.child({"quantization_config", "compression_config"});
  if (!config) return std::nullopt;
  Quantization q{.method = config->text({"quant_method"}, "")};
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
  // Heads, routers and what picks keys stay as they are unless they are named; so does the embedding.
  method->read(reading, *config, q);
  for (const char* module : {"lm_head", "head", "mlp.gate", "block_sparse_moe.gate", "mixer.gate", "mlp.router",
                             "feed_forward.router", "shared_expert_gate", "weights_proj", "indexers_proj"}) {
    q.add(module, -1);
  }
  reading.warn_of_strangers(*config);
  return q;
}

}  // namespace ridgepoint::hf
