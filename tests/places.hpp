#pragma once
// Where tests find what they test. One file knows the paths of this build, so that no other is compiled anew for them.

#include <filesystem>
#include <string>

namespace ridgepoint {

/// The root of the sources.
const std::filesystem::path& source_root();
/// The program.
const std::string& tested_binary();
/// The folder of the modules.
const std::string& tested_modules();
/// The folder of a library under the name of NVIDIA's driver.
const std::string& fake_driver_folder();
/// The build itself, and the programs that install and pack it.
const std::string& build_folder();
const std::string& cmake_program();
const std::string& cpack_program();

}  // namespace ridgepoint
