#pragma once
#include <string_view>

#include "network/description.hpp"

namespace ridgepoint::onnx {

/// What a model in memory describes. `label` names the file in messages; with `patterns` groups of nodes become the ops
/// that they were written as. Throws InputError.
Description import_model(std::string_view bytes, const std::string& label, const Attributes& overrides, bool patterns);

}  // namespace ridgepoint::onnx
