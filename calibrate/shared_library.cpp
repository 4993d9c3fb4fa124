#include "calibrate/shared_library.hpp"

#include <dlfcn.h>

namespace ridgepoint {

SharedLibrary::SharedLibrary(std::span<const std::string> names) {
  problem_.clear();
  for (const std::string& name : names) {
    handle_ = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ != nullptr) break;
    const char* const reason = ::dlerror();
    if (problem_.empty()) problem_ = reason != nullptr ? reason : name + " cannot be loaded";
  }
  if (handle_ != nullptr) problem_.clear();
}

void* SharedLibrary::address(const char* symbol) const {
  return handle_ == nullptr ? nullptr : ::dlsym(handle_, symbol);
}

}  // namespace ridgepoint
