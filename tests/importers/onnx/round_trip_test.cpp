// What `import` writes of an ONNX file is the same network, layer by layer.

#include <filesystem>

#include "io/mapped_file.hpp"
#include "network/description_reader.hpp"
#include "network/description_writer.hpp"
#include "tests/importers/onnx/imported.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
const fs::path kTests = source_root() / "tests";

void expect_same(const Network& a, const Network& b) {
  REQUIRE(a.layers.size() == b.layers.size());
  CHECK(a.precision == b.precision);
  CHECK(a.parameters == b.parameters);
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    const Layer& x = a.layers[i];
    const Layer& y = b.layers[i];
    INFO(x.name);
    CHECK((x.name == y.name && x.op == y.op && x.inputs == y.inputs && x.tied_to == y.tied_to));
    CHECK(parameter_count(x) == parameter_count(y));
  }
  for (std::size_t i = 0; i < a.tensors.size(); ++i) CHECK(a.tensors[i].type == b.tensors[i].type);
}

TEST_CASE("every export reads back as the same network", "[onnx]") {
  std::size_t files = 0;
  for (const fs::path& folder : {kTests / "importers" / "onnx" / "exports", kTests / "fuzz" / "corpus" / "onnx"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".onnx") continue;
      INFO(entry.path().filename().string());
      const MappedFile file(entry.path().string());
      const Description first = onnx::import_model(file.bytes(), entry.path().string(), {}, true);
      const std::string text = write_description(first);
      const Description second = read_description(Document::parse("written.json", text));
      for (const Phase phase : phases_of(first)) {
        expect_same(instantiate(first, {.phase = phase}), instantiate(second, {.phase = phase}));
      }
      ++files;
    }
  }
  CHECK(files >= 100);
}

}  // namespace
}  // namespace ridgepoint
