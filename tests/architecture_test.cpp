// The house rules: which folder may include which, where heavy headers may be, and what stands at the top.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kRoot = source_root();

// Who knows whom. What those know may be included too.
const std::map<std::string, Names> kKnows{
    {"core", {}},
    {"io", {"core"}},
    {"kernels", {"core"}},
    {"ops", {"kernels"}},
    {"graph", {"core", "io"}},
    {"network", {"ops", "io"}},
    {"families", {"network", "io"}},
    {"importers", {"families", "network", "io"}},
    {"hardware", {"kernels", "io"}},
    {"cost", {"kernels", "hardware"}},
    {"roofline", {"network", "cost"}},
    {"pipeline", {"graph", "roofline"}},
    {"placement", {"roofline"}},
    {"report", {"roofline", "pipeline", "placement"}},
    {"calibrate", {"cost", "io"}},
    {"cli", {"report", "importers", "calibrate"}},
    {"main.cpp", {"cli"}},
};

// Where a header that is slow to compile may be included.
const std::map<std::string, Names> kHeavyHomes{
    {"CLI", {"cli"}},
    {"nlohmann", {"io", "importers", "report"}},
    {"protozero", {"importers"}},
};

const Names kTopLevel{"src", "models", "hwspecs", "calibrate", "tests", "docs"};

bool may_include(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const Names& known = kKnows.at(from);
  return std::any_of(known.begin(), known.end(), [&](const std::string& next) { return may_include(next, to); });
}

// What is wrong with one line of a file in `folder`, or "".
std::string complaint(const std::string& folder, const std::string& line) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*(["<])([^">]*)[">].*)");
  std::smatch match;
  if (!std::regex_match(line, match, kInclude)) return "";
  if (!kKnows.contains(folder)) return "the folder " + folder + " is not in the table of tests/architecture_test.cpp";
  const std::string header = match[2];
  const std::size_t slash = header.find('/');
  const std::string home = header.substr(0, slash);
  if (const auto heavy = kHeavyHomes.find(home); heavy != kHeavyHomes.end()) {
    return heavy->second.contains(folder) ? ""
                                          : folder + " must not include <" + header + ">, which is slow to compile";
  }
  if (match[1] == "<") return kKnows.contains(home) ? "<" + header + "> is ours: use quotes" : "";
  if (slash == std::string::npos) return "\"" + header + "\" needs its folder";
  if (!kKnows.contains(home)) return "\"" + header + "\" is in no folder of the table";
  return may_include(folder, home) ? "" : folder + " must not know " + home + " (\"" + header + "\")";
}

// The folder that a file belongs to: the first below src, or calibrate.
std::string folder_of(const fs::path& relative) {
  const auto first = relative.begin();
  return first->string() == "src" ? std::next(first)->string() : first->string();
}

std::vector<std::string> complaints(const fs::path& file) {
  std::vector<std::string> found;
  const fs::path relative = file.lexically_relative(kRoot);
  std::ifstream stream(file);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const std::string what = complaint(folder_of(relative), line);
    if (!what.empty()) found.push_back(relative.string() + ":" + std::to_string(number) + ": " + what);
  }
  return found;
}

std::vector<fs::path> sources() {
  static const Names kExtensions{".cpp", ".hpp", ".cu", ".cuh", ".h"};
  std::vector<fs::path> files;
  for (const char* const top : {"src", "calibrate"}) {
    if (!fs::exists(kRoot / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      if (kExtensions.contains(entry.path().extension().string())) files.push_back(entry.path());
    }
  }
  return files;
}

TEST_CASE("includes point one way only", "[architecture]") {
  const std::vector<fs::path> files = sources();
  REQUIRE(files.size() > 40);
  std::vector<std::string> found;
  for (const fs::path& file : files) {
    const std::vector<std::string> more = complaints(file);
    found.insert(found.end(), more.begin(), more.end());
  }
  CHECK(found == std::vector<std::string>{});
}

TEST_CASE("the include rule allows what is below and nothing else", "[architecture]") {
  struct Case {
    std::string folder;
    std::string line;
    std::string complaint;
  };
  const std::vector<Case> cases{
      {"core", "#include <vector>", ""},
      {"core", "#include <fmt/format.h>", ""},
      {"core", "#include \"core/text.hpp\"", ""},
      {"core", "// #include \"io/files.hpp\"", ""},
      {"network", "#include \"core/text.hpp\"", ""},
      {"report", "#include \"hardware/device.hpp\"", ""},
      {"cli", "#include \"calibrate/fit.hpp\"", ""},
      {"cli", "#include <CLI/CLI.hpp>", ""},
      {"main.cpp", "#include \"cli/app.hpp\"", ""},
      {"core", "#include \"io/files.hpp\"", "core must not know io (\"io/files.hpp\")"},
      {"core", "  #  include \"io/files.hpp\"  // why", "core must not know io (\"io/files.hpp\")"},
      {"kernels", "#include \"io/files.hpp\"", "kernels must not know io (\"io/files.hpp\")"},
      {"ops", "#include \"io/files.hpp\"", "ops must not know io (\"io/files.hpp\")"},
      {"network", "#include \"hardware/device.hpp\"", "network must not know hardware (\"hardware/device.hpp\")"},
      {"cost", "#include \"ops/op.hpp\"", "cost must not know ops (\"ops/op.hpp\")"},
      {"roofline", "#include \"families/cnn.hpp\"", "roofline must not know families (\"families/cnn.hpp\")"},
      {"report", "#include \"cli/app.hpp\"", "report must not know cli (\"cli/app.hpp\")"},
      {"calibrate", "#include \"network/network.hpp\"", "calibrate must not know network (\"network/network.hpp\")"},
      {"core", "#include <io/files.hpp>", "<io/files.hpp> is ours: use quotes"},
      {"core", "#include \"text.hpp\"", "\"text.hpp\" needs its folder"},
      {"core", "#include \"utils/x.hpp\"", "\"utils/x.hpp\" is in no folder of the table"},
      {"utils", "#include <vector>", "the folder utils is not in the table of tests/architecture_test.cpp"},
      {"report", "#include <CLI/CLI.hpp>", "report must not include <CLI/CLI.hpp>, which is slow to compile"},
      {"cost", "#include <nlohmann/json.hpp>", "cost must not include <nlohmann/json.hpp>, which is slow to compile"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.folder, c.line);
    CHECK(complaint(c.folder, c.line) == c.complaint);
  }
}

// Two types of one name in one namespace are one type for the linker, which keeps the functions of either.
TEST_CASE("no two headers define the same type", "[architecture]") {
  static const std::regex kNamespace(R"(^namespace ([a-z:]+) \{.*)");
  static const std::regex kType(R"(^(?:struct|class|enum class) (\w+)(?: final)?(?: :[^;]*)? \{.*)");
  std::map<std::string, std::string> homes;
  for (const char* top : {"src", "calibrate"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      if (entry.path().extension() != ".hpp") continue;
      std::ifstream lines(entry.path());
      std::string where;
      std::smatch match;
      for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, kNamespace)) where = match[1];
        if (!std::regex_match(line, match, kType)) continue;
        const auto [home, is_new] = homes.emplace(where + "::" + match[1].str(), entry.path().string());
        CAPTURE(home->first, home->second, entry.path().string());
        CHECK(is_new);
      }
    }
  }
  CHECK(homes.size() > 200);
}

TEST_CASE("only the agreed folders stand at the top", "[architecture]") {
  Names strangers;
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && !name.starts_with('.') && !name.starts_with("build") && !kTopLevel.contains(name)) {
      strangers.insert(name);
    }
  }
  CHECK(strangers == Names{});
}

}  // namespace
}  // namespace ridgepoint
