#pragma once
#include <string_view>
#include <vector>

#include "network/network.hpp"

namespace ridgepoint {

/// The layers that a person means by `text`, by index: the one with this name; all that match a glob with * and ?; or
/// the one whose name ends so. One of several repetitions ("layers.7.mlp.up") is the layer that stands for it. Throws
/// InputError with the near miss, or with the names that the ending fits.
std::vector<std::size_t> find_layers(const Network& network, std::string_view text);

}  // namespace ridgepoint
