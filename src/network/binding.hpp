#pragma once
#include "network/scope.hpp"
#include "ops/op.hpp"

namespace ridgepoint {

/// The same error, naming the layer's op and its name.
InputError about(const Item& item, const InputError& error);

/// The op that an item asks for, with its attributes set from the item's, expressions evaluated. Throws InputError on
/// an unknown op, an unknown or missing attribute, a wrong type or a value out of range.
Op bind_op(const Item& item, Scope& scope);

}  // namespace ridgepoint
