#include "tests/places.hpp"

namespace ridgepoint {

const std::filesystem::path& source_root() {
  static const std::filesystem::path path = RIDGEPOINT_TEST_SOURCE_DIR;
  return path;
}

const std::string& tested_binary() {
  static const std::string path = RIDGEPOINT_TEST_BINARY;
  return path;
}

const std::string& tested_modules() {
  static const std::string path = RIDGEPOINT_TEST_MODULES;
  return path;
}

const std::string& fake_driver_folder() {
  static const std::string path = RIDGEPOINT_TEST_FAKE_DRIVER;
  return path;
}

const std::string& build_folder() {
  static const std::string path = RIDGEPOINT_TEST_BUILD;
  return path;
}

const std::string& cmake_program() {
  static const std::string path = RIDGEPOINT_TEST_CMAKE;
  return path;
}

const std::string& cpack_program() {
  static const std::string path = RIDGEPOINT_TEST_CPACK;
  return path;
}

}  // namespace ridgepoint
