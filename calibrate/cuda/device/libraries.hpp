#pragma once
// The toolkit's libraries, loaded when a microkernel needs them: one that is missing costs that microkernel only.

#include <string>
#include <string_view>
#include <vector>

#include "calibrate/shared_library.hpp"

namespace ridgepoint::cuda {

/// A library of the toolkit by its name without "lib" and ".so", and the version in its file's name. It is looked for
/// in $RIDGEPOINT_CUDA_LIBRARIES (folders with colons between), in the loader's places, and in the toolkit's folder.
SharedLibrary toolkit_library(std::string_view name, std::string_view version);

/// The major version of the toolkit that this was compiled with, as in the names of its libraries' files.
std::string toolkit_major();

/// What to say when a library is not there: its name, what it is needed for, and the loader's reason.
std::string missing_library(std::string_view name, const SharedLibrary& library);

}  // namespace ridgepoint::cuda
