#include "cli/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "io/files.hpp"

namespace ridgepoint {

const Format& choose_format(const std::string& name, const std::string& output,
                            std::span<const std::string_view> allowed) {
  const auto named = [](std::string_view wanted) -> const Format& {
    return *std::find_if(formats().begin(), formats().end(), [&](const Format& f) { return f.name == wanted; });
  };
  if (!name.empty()) return named(allowed[choose("format", name, allowed)]);
  for (const std::string_view candidate : allowed) {
    if (output.ends_with(named(candidate).extension)) return named(candidate);
  }
  return named(allowed.front());
}

bool wants_color(std::string_view choice, bool to_file) {
  constexpr std::array<std::string_view, 3> kChoices{"auto", "always", "never"};
  const std::size_t chosen = choose("colour choice", choice, kChoices);
  if (chosen != 0) return chosen == 1;
  const char* no_color = std::getenv("NO_COLOR");
  return !to_file && isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return kPlainWidth;
  return std::clamp<std::size_t>(size.ws_col, 80, 140);
}

void emit(const std::string& path, std::string_view text) {
  if (!path.empty()) return write_file(path, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw InputError({std::string("cannot write standard output: ") + std::strerror(errno), ""});
  }
}

}  // namespace ridgepoint
