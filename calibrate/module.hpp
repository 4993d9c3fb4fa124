#pragma once
// Modules: parts of the tool that are loaded when a command needs them, so that the others start as fast without them
// and run on machines that lack what they need.

#include <string>
#include <string_view>

namespace ridgepoint {

/// The path of ridgepoint_<name>.so. Throws InputError when it is not there.
std::string module_file(std::string_view name);

/// A loaded module. It stays loaded until the program ends, so that what it returned stays valid.
class Module {
 public:
  /// Loads ridgepoint_<name>.so from $RIDGEPOINT_MODULES, from modules/ beside the program or from
  /// ../lib/ridgepoint/modules. Throws InputError with the file and the reason.
  explicit Module(std::string_view name);

  /// The function that the module exports under this name; `Entry` is its pointer type. Throws InputError when the
  /// module has none, as one of another version.
  template <class Entry>
  [[nodiscard]] Entry function(const char* symbol) const {
    return reinterpret_cast<Entry>(address(symbol));
  }

 private:
  [[nodiscard]] void* address(const char* symbol) const;

  std::string path_;
  void* handle_ = nullptr;
};

}  // namespace ridgepoint
