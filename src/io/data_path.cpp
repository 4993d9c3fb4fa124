#include "io/data_path.hpp"

#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::vector<std::string> candidate_roots() {
  std::vector<std::string> roots;
  if (const char* given = std::getenv("RIDGEPOINT_DATA"); given != nullptr && *given != '\0') roots.emplace_back(given);
  const std::string above = parent_of(binary_folder());
  roots.push_back(above + "/share/ridgepoint");
  roots.push_back(parent_of(above));
  roots.emplace_back(RIDGEPOINT_SOURCE_DIR);
  return roots;
}

bool is_path(const std::string& given) {
  return given == "-" || given.find('/') != std::string::npos || given.ends_with(".json") || given.ends_with(".onnx");
}

// Names differ from publisher to publisher in nothing but these: vit_b_16, ViT-B-16.
std::string normalized(std::string_view name) {
  std::string result;
  for (const char c : name) {
    result += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

}  // namespace

std::string binary_folder() {
  std::error_code failed;
  std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) {  // a root without /proc: what the kernel was asked to run
    const auto* const name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));  // NOLINT: as the call gives it
    if (name != nullptr) path = std::filesystem::canonical(name, failed);
  }
  return path.parent_path().string();
}

std::string folder_of(const Catalog& catalog) {
  for (const std::string& root : candidate_roots()) {
    std::string folder = fmt::format("{}/{}", root, catalog.folder);
    if (exists(folder)) return folder;
  }
  throw InputError({fmt::format("the folder {} is not found beside the program", in_quotes(catalog.folder)),
                    "its parent in the environment variable RIDGEPOINT_DATA"});
}

std::vector<std::string> names_in(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(catalog))) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> find_name(const Catalog& catalog, const std::string& given) {
  const bool is_name = !given.empty() && given.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
  if (!is_name) return std::nullopt;
  if (exists(fmt::format("{}/{}.json", folder_of(catalog), given))) return given;
  for (std::string& name : names_in(catalog)) {
    if (normalized(name) == normalized(given)) return std::move(name);
  }
  return std::nullopt;
}

std::string resolve(const Catalog& catalog, const std::string& given) {
  if (is_path(given)) return given;
  if (const std::optional<std::string> name = find_name(catalog, given)) {
    return fmt::format("{}/{}.json", folder_of(catalog), *name);
  }
  const std::vector<std::string> names = names_in(catalog);
  throw InputError({fmt::format("unknown {} {}", catalog.noun, in_quotes(given)),
                    fmt::format("a path, or a name of `ridgepoint list {}s`", catalog.noun),
                    std::string(nearest(given, views(names)))});
}

}  // namespace ridgepoint
