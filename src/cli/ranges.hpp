#pragma once
// What an option of a sweep asks for: lists and ranges of values.

#include <string>
#include <string_view>
#include <vector>

#include "hardware/what_if.hpp"

namespace ridgepoint {

/// The most values that one option may name.
inline constexpr std::size_t kMostValues = 1'000'000;

/// Sizes as they stand on the command line: numbers, words and expressions with commas between them, and ranges of
/// whole numbers: "1:1024:x2" (each the double of the one before), "1024:8192:+1024", "1:8" (+1). A range ends at its
/// end or before it. Throws InputError at the character that is wrong; `option` is what the message names.
std::vector<std::string> parse_sizes(std::string_view option, const std::string& text);

/// Values of a property of a device: "x0.5:x4:x2", "80GB,141GB", "1e12:4e12:+1e12".
std::vector<DeviceChange> parse_changes(std::string_view key, const std::string& text);

}  // namespace ridgepoint
