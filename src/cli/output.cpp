#include "cli/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
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

std::string format_help(std::span<const std::string_view> allowed) {
  return join_choices(allowed) + "; guessed from -o";
}

bool wants_color(std::string_view choice, bool to_file) {
  const std::size_t chosen = choose("colour choice", choice, kColorChoices);
  if (chosen != 0) return chosen == 1;
  const char* no_color = std::getenv("NO_COLOR");
  return !to_file && isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

void declare_glyphs(CLI::App& app, GlyphArguments& a, const std::string& group) {
  app.add_option("--glyphs", a.which, "auto, unicode or ascii: what bars and drawings are made of")
      ->type_name("WHICH")
      ->group(group);
  app.add_flag("--ascii", a.ascii, "The same as --glyphs ascii")->group(group);
}

namespace {

// The first of these that is set decides (POSIX, environment variables of the locale).
bool has_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

bool wants_unicode(const GlyphArguments& a, bool to_file) {
  const std::size_t chosen = choose("choice of glyphs", a.which, kGlyphChoices);
  if (a.ascii) return false;
  if (chosen != 0) return chosen == 1;
  return !to_file && isatty(STDOUT_FILENO) != 0 && has_utf8_locale();
}

std::size_t terminal_width() {
  constexpr std::size_t kNarrowest = 60;
  constexpr std::size_t kWidest = 240;
  std::size_t width = kPlainWidth;
  winsize size{};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width = size.ws_col;
  if (const char* const asked = std::getenv("COLUMNS")) {
    const std::string_view text = asked;
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
    if (error == std::errc{} && end == text.data() + text.size() && columns > 0) width = columns;
  }
  return std::clamp(width, kNarrowest, kWidest);
}

void emit(const std::string& path, std::string_view text) {
  if (!path.empty()) return write_file(path, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw InputError({std::string("cannot write standard output: ") + std::strerror(errno), ""});
  }
}

}  // namespace ridgepoint
