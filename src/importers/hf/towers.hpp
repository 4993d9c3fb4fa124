#pragma once
// Networks of several parts: descriptions of the parts under one name.

#include <string>

#include "families/build.hpp"
#include "importers/hf/encoder.hpp"

namespace ridgepoint::hf {

/// Adds a part to a network, its names with a prefix: "vision" makes "vision_layer" of "layer" and "vision_hidden" of
/// the parameter "hidden". Parameters in `common` keep theirs: one for all parts. The name of the part's last layer.
std::string add_part(const std::string& prefix, Description part, Description& description,
                     const std::vector<std::string>& common = {"batch"});

/// A learned tensor that no run of the network reads, such as the token for masked patches.
Item unread_parameter(const std::string& name, std::vector<Value> shape, const std::string& input);

}  // namespace ridgepoint::hf
