#pragma once
// Short ways to write items of a description down.

#include <string>
#include <utility>
#include <vector>

#include "network/description.hpp"

namespace ridgepoint {

using References = std::vector<Reference>;

/// A layer; without inputs it takes what the item before it gives.
inline Item layer(std::string name, std::string op, Attributes attributes = {}, References inputs = {}) {
  Item item;
  item.name = std::move(name);
  item.op = std::move(op);
  item.attributes = std::move(attributes);
  item.inputs = std::move(inputs);
  return item;
}

/// The use of a block in the place of a layer.
inline Item use(std::string name, std::string block, Attributes attributes = {}, References inputs = {},
                Value repeat = 1) {
  Item item;
  item.name = std::move(name);
  item.block = std::move(block);
  item.attributes = std::move(attributes);
  item.inputs = std::move(inputs);
  item.repeat = std::move(repeat);
  return item;
}

/// A list of sizes, each a number or an expression.
inline Value sizes(std::vector<Value> values) { return {std::move(values)}; }

}  // namespace ridgepoint
