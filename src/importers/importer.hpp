#pragma once
// What people already have: files of other tools that describe networks. Each importer makes of one the explicit
// description that a family would make, and says what it did not understand.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "network/description.hpp"

namespace ridgepoint {

/// A file that holds a model: its path ("-" is standard input), its first bytes, and its text as JSON where it is that.
class ModelFile {
 public:
  /// Reads no more than the first bytes; a file that is not there is found when its content is asked for.
  explicit ModelFile(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path as messages show it.
  [[nodiscard]] std::string label() const { return path_ == "-" ? "<stdin>" : path_; }
  /// The first bytes, at most 16; of standard input none.
  [[nodiscard]] std::string_view head() const { return head_; }
  /// Whether it is read as JSON: by its ending, else by its first character.
  [[nodiscard]] bool is_text() const { return text_; }
  /// The whole file as JSON, parsed when first asked for; what Python writes for numbers that are not finite
  /// (Infinity, NaN) is read as null or 0. Throws InputError.
  [[nodiscard]] const std::shared_ptr<const Document>& document() const;

 private:
  std::string path_;
  std::string head_;
  bool text_ = true;
  mutable std::shared_ptr<const Document> document_;
};

/// How a file is imported.
struct ImportOptions {
  bool strict = false;   ///< warnings are errors
  bool patterns = true;  ///< groups of nodes become the ops that they were written as
};

/// A reader of one format. `read` takes the key=value pairs of the command line that choose a structure out of
/// `overrides`, as load_model() does; the rest are parameters, for instantiate(). It fills `notes`, `warnings` and
/// `unmodelled` of the description. Throws InputError.
struct Importer {
  std::string_view name;
  std::string_view summary;
  bool (*recognizes)(const ModelFile& file);
  Description (*read)(const ModelFile& file, Attributes& overrides, const ImportOptions& options);
};

/// All importers, in the order in which they are asked.
std::span<const Importer> importers();

/// The file that MODEL means: a path, a folder with a config.json in it, or a name of models/. Throws InputError.
std::string model_path(const std::string& given);

/// Reads a model of any kind: an importer's, or the tool's own. Throws InputError, under `strict` also for what an
/// importer did not understand.
Description read_model(const ModelFile& file, Attributes& overrides, const ImportOptions& options = {});
Description read_model(const std::string& given, Attributes& overrides, const ImportOptions& options = {});

}  // namespace ridgepoint
