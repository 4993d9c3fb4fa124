#include "core/version.hpp"

namespace ridgepoint {

std::string_view version() { return RIDGEPOINT_VERSION; }

}  // namespace ridgepoint
