#include "importers/importer.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "families/family.hpp"
#include "importers/foreign.hpp"
#include "importers/importers.hpp"
#include "io/data_path.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kHead = 16;

// JSON begins with a bracket, behind blanks and a byte-order mark that the parser complains about itself.
bool looks_like_text(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || head[first] == '{' || head[first] == '[';
}

// What Python's json module writes for numbers that are not finite, and what is read instead: as long, so that places
// stay.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kInfinities{
    {{"-Infinity", "null     "}, {"Infinity", "null    "}, {"NaN", "0.0"}}};

std::string without_infinities(std::string text) {
  if (text.find("Infinity") == std::string::npos && text.find("NaN") == std::string::npos) return text;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && quoted) {
      ++at;
      continue;
    }
    if (text[at] == '"') quoted = !quoted;
    if (quoted) continue;
    for (const auto& [word, instead] : kInfinities) {
      if (text.compare(at, word.size(), word) == 0) text.replace(at, word.size(), instead);
    }
  }
  return text;
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

[[noreturn]] void fail_strictly(const Description& description, const ModelFile& file) {
  const bool warned = !description.warnings.empty();
  const std::size_t more = description.warnings.size() + description.unmodelled.size() - 1;
  const std::string first = warned ? description.warnings.front()
                                   : fmt::format("{} ({}) is not modelled", description.unmodelled.front().name,
                                                 description.unmodelled.front().type);
  throw InputError({fmt::format("{}{}", first, more == 0 ? "" : fmt::format(" (and {} more)", more)),
                    "a file that is understood in full, or a run without --strict"},
                   {.file = file.label()});
}

}  // namespace

ModelFile::ModelFile(std::string path) : path_(std::move(path)) {
  if (path_ == "-") return;
  std::ifstream stream(path_, std::ios::binary);
  std::array<char, kHead> buffer{};
  stream.read(buffer.data(), buffer.size());
  head_.assign(buffer.data(), static_cast<std::size_t>(stream.gcount()));
  text_ = path_.ends_with(".json") || (!path_.ends_with(".onnx") && looks_like_text(head_));
}

const std::shared_ptr<const Document>& ModelFile::document() const {
  if (!document_) document_ = Document::parse(label(), without_infinities(read_file(path_)));
  return document_;
}

std::span<const Importer> importers() {
  static const std::array list{kHuggingFaceImporter, kOnnxImporter};
  return list;
}

std::string model_path(const std::string& given) {
  const bool path = given.find('/') != std::string::npos || given == "." || given == "..";
  if (path && is_folder(given)) {
    std::string config = given + (given.ends_with('/') ? "" : "/") + "config.json";
    if (!std::filesystem::exists(config)) {
      throw InputError({fmt::format("{} is a folder without a config.json", in_quotes(given)),
                        "a file, or a folder with a config.json in it"});
    }
    return config;
  }
  // A file of another format beside the name of no model is said to be that.
  std::error_code ignored;
  if (given.find('.') != std::string::npos && std::filesystem::is_regular_file(given, ignored)) return given;
  return resolve(kModels, given);
}

Description read_model(const ModelFile& file, Attributes& overrides, const ImportOptions& options) {
  for (const Importer& importer : importers()) {
    if (!importer.recognizes(file)) continue;
    Description description = importer.read(file, overrides, options);
    description.importer = importer.name;
    if (options.strict && !(description.warnings.empty() && description.unmodelled.empty())) {
      fail_strictly(description, file);
    }
    return description;
  }
  const std::string_view format = file.is_text() ? std::string_view{} : foreign_format(file.head());
  if (!format.empty()) {
    throw InputError({fmt::format("no model but {}", format), "a description (.json), a config.json or an .onnx file"},
                     {.file = file.label()});
  }
  return load_model(file.document(), overrides);
}

Description read_model(const std::string& given, Attributes& overrides, const ImportOptions& options) {
  return read_model(ModelFile(model_path(given)), overrides, options);
}

}  // namespace ridgepoint
