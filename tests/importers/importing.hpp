#pragma once
// What tests of importers share.

#include <string>

#include "importers/importer.hpp"
#include "io/files.hpp"
#include "tests/families/counting.hpp"
#include "tests/support.hpp"

namespace ridgepoint {

/// A config or an explicit description written down in a test, as a file of its own.
class TextFile {
 public:
  explicit TextFile(const std::string& text, const std::string& name = "config.json") : path_(folder_.file(name)) {
    write_file(path_, text);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

inline Description imported(const std::string& path, ImportOptions options = {}) {
  Attributes none;
  return read_model(path, none, options);
}

}  // namespace ridgepoint
