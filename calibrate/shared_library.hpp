#pragma once
// Libraries of the system that may be missing: a driver, a vendor's library.

#include <span>
#include <string>

namespace ridgepoint {

/// A library that is loaded by name, if it is there. It stays loaded until the program ends.
class SharedLibrary {
 public:
  SharedLibrary() = default;
  /// Tries the names, in the loader's usual places, until one can be loaded.
  explicit SharedLibrary(std::span<const std::string> names);
  explicit SharedLibrary(const std::string& name) : SharedLibrary(std::span(&name, 1)) {}

  [[nodiscard]] bool loaded() const { return handle_ != nullptr; }
  /// Why it is not loaded, of the first name; "" if it is.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// Sets `function` to the library's function of this name, null when there is none; says whether there is.
  template <class Function>
  bool find(const char* symbol, Function*& function) const {
    function = reinterpret_cast<Function*>(address(symbol));
    return function != nullptr;
  }

 private:
  [[nodiscard]] void* address(const char* symbol) const;

  void* handle_ = nullptr;
  std::string problem_ = "not looked for";
};

}  // namespace ridgepoint
