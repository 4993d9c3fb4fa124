#pragma once
// What the layers of the family `transformer` are called in checkpoints.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ridgepoint::hf {

/// A layer with weights: the blocks that it may be in, its name there, and its names in checkpoints, below "layers.N.".
struct ModuleName {
  std::string_view group;  ///< "attention", "mlp", "moe" ...
  std::string_view item;
  std::vector<std::string_view> names;
};

/// All of them.
std::span<const ModuleName> module_names();

/// The group of a block: that of "window_attention" is "attention"; "" for a block without weights of its own.
std::string_view group_of_block(std::string_view block);

/// The groups of a layer with this mixer and this MLP (words of the family).
std::vector<std::string_view> groups_of_layer(std::string_view mixer, std::string_view mlp);

}  // namespace ridgepoint::hf
