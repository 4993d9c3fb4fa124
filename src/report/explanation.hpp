#pragma once
#include <span>
#include <string>
#include <string_view>

#include "roofline/explanation.hpp"

namespace ridgepoint {

/// Explanations as text for people, as JSON (an array when there are several) or as Markdown.
std::string write_explanations(std::span<const Explanation> explanations, std::string_view format, std::size_t width);

}  // namespace ridgepoint
