#pragma once
// What the name of an initializer says of it, where its place in the graph does not.

#include <string_view>

namespace ridgepoint::onnx {

/// A name that an exporter made up for what it folded, or a constant of a node.
bool is_anonymous(std::string_view name);

/// Buffers are saved beside parameters and are none: statistics, masks, tables of angles and positions.
bool names_buffer(std::string_view name);

/// A value that PyTorch's exporter computed from no parameter and named by the operation that gave it.
bool names_folded_constant(std::string_view name);

/// Rows of an embedding that an exporter looked up, or that may be such: sines and cosines in one are parameters.
bool names_lookup(std::string_view name);

/// A single number is a parameter where its name says so.
bool names_parameter(std::string_view name);

}  // namespace ridgepoint::onnx
