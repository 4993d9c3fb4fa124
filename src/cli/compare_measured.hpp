#pragma once
#include <string>

#include "cli/sides.hpp"

namespace ridgepoint {

/// The one prediction that the arguments name against a profile of so many runs, as text. Throws InputError.
std::string compare_with_profile(const SideArguments& arguments, const std::string& profile, std::int64_t runs,
                                 std::string_view format, std::size_t top, std::size_t width);

}  // namespace ridgepoint
