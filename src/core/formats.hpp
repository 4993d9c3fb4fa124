#pragma once
// The names of number formats, for what people may choose among.

#include <string_view>
#include <vector>

#include "core/dtype.hpp"

namespace ridgepoint {

/// The formats that hold numbers to compute with, in the order of the table.
inline std::vector<std::string_view> arithmetic_formats() {
  std::vector<std::string_view> names;
  names.reserve(kDTypeCount);
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.arithmetic) names.push_back(facts.name);
  }
  return names;
}

}  // namespace ridgepoint
