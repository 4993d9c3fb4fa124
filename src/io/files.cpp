#include "io/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

[[noreturn]] void fail(const std::string& path, std::string_view verb, int error) {
  throw InputError({fmt::format("cannot {} {}: {}", verb, in_quotes(path), std::strerror(error)), ""});
}

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

void write_all(int descriptor, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, "write", errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Removes the neighbour file unless it was renamed into place.
class Neighbour {
 public:
  explicit Neighbour(const std::string& path) : path_(path), name_(path + ".part-XXXXXX") {
    descriptor_ = ::mkstemp(name_.data());
    if (descriptor_ < 0) fail(path, "write", errno);
  }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;
  ~Neighbour() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!placed_) ::unlink(name_.c_str());
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  void place() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(descriptor_, 0666 & ~mask);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(path_, "write", errno);
    if (::rename(name_.c_str(), path_.c_str()) != 0) fail(path_, "write", errno);
    placed_ = true;
  }

 private:
  std::string path_;
  std::string name_;
  int descriptor_ = -1;
  bool placed_ = false;
};

// Devices and pipes (/dev/stdout, a named pipe) are written in place: a rename would replace them.
bool is_special(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

// A link is followed: the file behind it is what the user wants to be written.
std::string behind_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  return resolved ? resolved.get() : path;
}

void write_in_place(const std::string& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY);
  if (descriptor < 0) fail(path, "write", errno);
  const std::shared_ptr<void> closer(nullptr, [descriptor](void*) { ::close(descriptor); });
  write_all(descriptor, text, path);
}

}  // namespace

std::string read_file(const std::string& path) {
  if (path != "-" && is_directory(path)) fail(path, "read", EISDIR);
  const File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) fail(path, "read", errno);
  std::string text;
  std::array<char, 1 << 16> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), count);
  }
  if (std::ferror(file.get()) != 0) fail(path, "read", errno);
  return text;
}

void write_file(const std::string& path, std::string_view text) {
  if (is_directory(path)) fail(path, "write", EISDIR);
  if (is_special(path)) return write_in_place(path, text);
  Neighbour neighbour(behind_links(path));
  write_all(neighbour.descriptor(), text, path);
  neighbour.place();
}

void expect_room(const std::string& path, std::size_t bytes) {
  if (is_directory(path)) fail(path, "write", EISDIR);
  if (is_special(path)) return;
  const Neighbour neighbour(path);
  write_all(neighbour.descriptor(), std::string(bytes, ' '), path);
}

}  // namespace ridgepoint
