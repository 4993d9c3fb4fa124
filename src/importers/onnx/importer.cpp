#include <algorithm>

#include "importers/importers.hpp"
#include "importers/onnx/import.hpp"
#include "io/files.hpp"
#include "io/mapped_file.hpp"

namespace ridgepoint {
namespace {

// The first field of a model is its IR version, a small number.
bool recognizes(const ModelFile& file) {
  const std::string_view head = file.head();
  return file.path().ends_with(".onnx") || (!file.is_text() && head.size() > 1 && head[0] == 8 && head[1] < 100);
}

std::string name_of(const std::string& path) {
  const std::string file = path.substr(path.rfind('/') + 1);
  return file.substr(0, file.rfind('.'));
}

Description read(const ModelFile& file, Attributes& overrides, const ImportOptions& options) {
  const MappedFile mapped(file.path());
  Description description = onnx::import_model(mapped.bytes(), file.label(), overrides, options.patterns);
  description.name = name_of(file.path());
  return description;
}

}  // namespace

const Importer kOnnxImporter{"onnx", "a graph of the Open Neural Network Exchange (.onnx)", recognizes, read};

}  // namespace ridgepoint
