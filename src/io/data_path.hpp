#pragma once
// Where the data that comes with the tool is: models/ and hwspecs/.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// A folder of JSON files that names refer to.
struct Catalog {
  std::string_view folder;  ///< "models" or "hwspecs"
  std::string_view noun;    ///< "model" or "device", for messages
};
inline constexpr Catalog kModels{"models", "model"};
inline constexpr Catalog kDevices{"hwspecs", "device"};

/// The file that `given` means: a path (it has a slash, ends in .json or .onnx, or is "-") stays itself, a name is
/// looked up in the catalog's folder. Throws InputError with the near miss when there is no such name.
std::string resolve(const Catalog& catalog, const std::string& given);

/// The name in a catalog that `given` means: upper and lower case are the same, and so are "_" and "-".
std::optional<std::string> find_name(const Catalog& catalog, const std::string& given);

/// All names of a catalog, sorted.
std::vector<std::string> names_in(const Catalog& catalog);

/// The catalog's folder. $RIDGEPOINT_DATA, the folders beside the binary (build tree, installation) and the source tree
/// are tried in this order. Throws InputError when none has it.
std::string folder_of(const Catalog& catalog);

/// The folder of the running program.
std::string binary_folder();

}  // namespace ridgepoint
