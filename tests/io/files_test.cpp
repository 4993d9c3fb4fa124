#include "io/files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

// Lets no file of this process grow past `bytes`, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_CASE("a file reads back as it was written", "[io][files]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.json");
  for (const std::string& text : {std::string(), std::string("a\0\r\n\xff", 5), std::string(300'000, 'x')}) {
    write_file(path, text);
    CHECK((read_file(path) == text));
    CHECK(entries(folder.path()) == 1);
  }
}

TEST_CASE("a new file has the permissions that the user's mask leaves", "[io][files]") {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write_file(folder.file("a"), "x");
  ::umask(before);
  CHECK((fs::status(folder.file("a")).permissions() & fs::perms::mask) == fs::perms(0640));
}

TEST_CASE("a full disk leaves the old file and nothing else", "[io][files]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.json");
  write_file(path, "old");
  std::string message;
  {
    const FileSizeLimit limit(1000);
    message = message_of([&] { write_file(path, std::string(5000, 'x')); });
  }
  CHECK(message == "error: cannot write \"" + path + "\": File too large\n");
  CHECK(read_file(path) == "old");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a folder that cannot be written to", "[io][files]") {
  const TemporaryFolder folder;
  CHECK(message_of([&] { write_file(folder.file("no/a.json"), "x"); }) ==
        "error: cannot write \"" + folder.file("no/a.json") + "\": No such file or directory\n");
  if (::geteuid() == 0) return;  // root may write anywhere
  const std::string path = folder.file("a.json");
  write_file(path, "old");
  fs::permissions(folder.path(), fs::perms(0500));
  const std::string message = message_of([&] { write_file(path, "new"); });
  fs::permissions(folder.path(), fs::perms(0700));
  CHECK(message == "error: cannot write \"" + path + "\": Permission denied\n");
  CHECK(read_file(path) == "old");
}

TEST_CASE("a folder is not a file", "[io][files]") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  CHECK(message_of([&] { write_file(path, "x"); }) == "error: cannot write \"" + path + "\": Is a directory\n");
  CHECK(message_of([&] { read_file(path); }) == "error: cannot read \"" + path + "\": Is a directory\n");
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("devices and pipes are written in place", "[io][files]") {
  CHECK(message_of([] { write_file("/dev/full", "x"); }) ==
        "error: cannot write \"/dev/full\": No space left on device\n");
  write_file("/dev/null", "x");
  CHECK(fs::is_character_file("/dev/null"));

  const TemporaryFolder folder;
  const std::string path = folder.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  write_file(path, "through");
  std::string text(16, '\0');
  text.resize(static_cast<std::size_t>(::read(reader, text.data(), text.size())));
  ::close(reader);
  CHECK(text == "through");
  CHECK(fs::is_fifo(path));
}

TEST_CASE("a link stays a link, and the file behind it is written", "[io][files]") {
  const TemporaryFolder folder;
  write_file(folder.file("file"), "old");
  fs::create_symlink("file", folder.file("link"));
  write_file(folder.file("link"), "new");
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(read_file(folder.file("file")) == "new");
}

TEST_CASE("a file that is not there", "[io][files]") {
  CHECK(message_of([] { read_file("/nonexistent/a\n.json"); }) ==
        "error: cannot read \"/nonexistent/a\\x0a.json\": No such file or directory\n");
  CHECK(message_of([] { read_file(""); }) == "error: cannot read \"\": No such file or directory\n");
}

}  // namespace
}  // namespace ridgepoint
