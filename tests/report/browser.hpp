#pragma once
// A page in a real browser, without a screen: what a reader does is done by a script that is added to a copy of it.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "io/document.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {

/// The command of a Chromium on the path, or "".
inline std::string browser_command() {
  const char* const given = std::getenv("RIDGEPOINT_BROWSER");
  if (given != nullptr) return given;
  const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::istringstream folders(path);
    for (std::string folder; std::getline(folders, folder, ':');) {
      if (::access((folder + "/" + name).c_str(), X_OK) == 0) return folder + "/" + name;
    }
  }
  return "";
}

/// Whether there is a browser; says why the test is skipped when there is none.
inline bool has_browser() {
  if (!browser_command().empty()) return true;
  WARN("skipped: no chromium on the path (packages.txt, use \"test\"), nor in RIDGEPOINT_BROWSER");
  return false;
}

inline std::string percent_decoded(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    plain += escape ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    if (escape) i += 2;
  }
  return plain;
}

/// Runs the browser on a page for a while of its own time; what it prints comes back. `more` are options.
inline std::string browse(const std::string& page, const std::string& size, const std::string& more) {
  const TemporaryFolder folder;
  write_text(folder.file("page.html"), page);
  const std::string command = "HOME='" + folder.path().string() + "' '" + browser_command() +
                              "' --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars " +
                              "--user-data-dir='" + folder.file("profile") + "' --window-size=" + size +
                              " --virtual-time-budget=2000 " + more + " 'file://" + folder.file("page.html") +
                              "' 2>/dev/null";
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string printed;
  std::array<char, 65536> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) printed.append(buffer.data(), got);
  ::pclose(pipe);
  return printed;
}

/// The page with a script at its end.
inline std::string with_script(std::string page, const std::string& script) {
  return page.insert(page.rfind("</body>"), "<script>" + script + "</script>");
}

/// Opens the page, runs the body of a script in it, and gives what that returns, as JSON. The script may use
/// `fire(node, type, details)` for events and `$(selector)`. An error that the page itself throws fails the test.
inline std::shared_ptr<const Document> in_browser(std::string page, const std::string& script,
                                                  const std::string& size = "1300,1000") {
  const std::string before =
      "<script>window.failures = []; addEventListener('error', (e) => failures.push(e.message));</script>";
  const std::string after = R"(<script>
const $ = (selector) => document.querySelector(selector);
const fire = (node, type, details) => node.dispatchEvent(
  type.startsWith('key') ? new KeyboardEvent(type, { bubbles: true, ...details })
  : type.startsWith('pointer') ? new PointerEvent(type, { bubbles: true, ...details })
  : type === 'click' ? new MouseEvent(type, { bubbles: true, ...details }) : new Event(type, { bubbles: true }));
const at = (figure, p) => { const box = figure.getBoundingClientRect(); return { clientX: box.left + p.x, clientY: box.top + p.y }; };
let found;
try { found = (() => {)" + script +
                            R"(})(); } catch (e) { failures.push('test: ' + e.stack); }
document.documentElement.setAttribute('data-found', encodeURIComponent(JSON.stringify({ failures, found })));
</script>)";
  page.insert(page.find("<head>") + 6, before);
  page.insert(page.rfind("</body>"), after);
  const std::string dom = browse(page, size, "--dump-dom");
  const std::string mark = "data-found=\"";
  const std::size_t start = dom.find(mark);
  REQUIRE(start != std::string::npos);
  const std::size_t end = dom.find('"', start + mark.size());
  const auto result =
      Document::parse("found", percent_decoded(dom.substr(start + mark.size(), end - start - mark.size())));
  for (const Node& failure : result->root().find("failures")->items) FAIL_CHECK(failure.text);
  REQUIRE(result->root().find("found") != nullptr);
  return result;
}

}  // namespace ridgepoint
