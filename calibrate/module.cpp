#include "calibrate/module.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/data_path.hpp"

namespace ridgepoint {
namespace {

std::vector<std::string> candidate_folders() {
  std::vector<std::string> folders;
  const char* given = std::getenv("RIDGEPOINT_MODULES");
  if (given != nullptr && *given != '\0') return {given};
  const std::string binary = binary_folder();
  return {binary + "/modules", binary + "/../lib/ridgepoint/modules"};
}

std::string find_module(std::string_view name, const std::string& file) {
  std::string tried;
  for (const std::string& folder : candidate_folders()) {
    std::string path = folder + "/" + file;
    if (::access(path.c_str(), F_OK) == 0) return path;
    tried += (tried.empty() ? "" : " or ") + folder;
  }
  throw InputError({fmt::format("the module {} is not there: {} is not in {}", name, file, tried),
                    "a build or installation with this module, or its folder in RIDGEPOINT_MODULES"});
}

}  // namespace

std::string module_file(std::string_view name) { return find_module(name, fmt::format("ridgepoint_{}.so", name)); }

Module::Module(std::string_view name) : path_(module_file(name)) {
  handle_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ != nullptr) return;
  const char* reason = ::dlerror();
  throw InputError({fmt::format("the module {} cannot be loaded: {}", in_quotes(path_), reason ? reason : "unknown"),
                    "the libraries that it needs"});
}

void* Module::address(const char* symbol) const {
  if (void* found = ::dlsym(handle_, symbol)) return found;
  throw InputError({fmt::format("the module {} has no function {}", in_quotes(path_), symbol),
                    "a module of the same version as the program"});
}

}  // namespace ridgepoint
