#pragma once
// Which known model type a config is most like.

#include <string_view>
#include <vector>

#include "importers/hf/config.hpp"

namespace ridgepoint::hf {

/// A known type, and what says that it is near: "name", "architecture" or "keys".
struct NearestType {
  std::string_view type;
  std::string_view by;
  bool thin = false;  ///< the keys are those that many types have
};

/// The longest known type that a class or file name holds: "LlamaForCausalLM" is llama; "" for none.
std::string_view type_within(std::string_view name, const std::vector<std::string_view>& known);

/// The type whose keys the config has, by those that only some types have; "" where it has none of them.
std::string_view type_like(const Config& config);

/// The nearest known type to an unknown one: by its spelling, by its series ("qwen9" is after qwen3), by its class, by
/// its keys. There is always one.
NearestType nearest_type(std::string_view type, std::string_view architecture, const Config& config,
                         const std::vector<std::string_view>& known);

}  // namespace ridgepoint::hf
