#pragma once
// A file as memory: only the pages that are looked at are read.

#include <string>
#include <string_view>

namespace ridgepoint {

/// A read-only view of a whole file. A file that shrinks while it is mapped is not guarded against.
class MappedFile {
 public:
  /// Throws InputError when the file cannot be read; an empty file is an empty view.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace ridgepoint
