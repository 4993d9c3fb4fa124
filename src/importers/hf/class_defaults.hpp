#pragma once
// Sizes that a nested config may leave out.

#include <cstdint>
#include <string_view>
#include <vector>

namespace ridgepoint::hf {

/// A size of a class of the transformers library, taken where a nested config has no key for it.
struct ClassDefault {
  std::string_view key;
  std::int64_t value = 0;
};

/// Those of a model type; empty where a config always has them.
std::vector<ClassDefault> class_defaults(std::string_view type);

}  // namespace ridgepoint::hf
