// IR versions and operator sets from old to new, and what is said of nodes that are not understood.

#include <filesystem>
#include <fstream>

#include "importers/importer.hpp"
#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

OnnxGraph small() {
  OnnxGraph g;
  g.input("x", {2, 3, 8, 8}).weight("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}, {"c"});
  return g.node("Relu", {"c"}, {"y"}).output("y");
}

TEST_CASE("every IR version from 3 and every operator set from 7 is read", "[onnx]") {
  for (std::int64_t ir = 3; ir <= 13; ++ir) {
    for (std::int64_t opset = 7; opset <= 28; ++opset)
      CHECK(parameters_of(import_bytes(onnx_model(small(), opset, {}, ir)).network) == 4 * 3 * 3 * 3);
  }
  CHECK(message_of([] { import_bytes(onnx_model(small(), 7, {}, 2)); }).find("IR version is 2") != std::string::npos);
}

TEST_CASE("initializers of IR version 3 are inputs too", "[onnx]") {
  OnnxGraph g;
  g.input("x", {2, 3, 8, 8}).input("w", {4, 3, 3, 3}).weight("w", {4, 3, 3, 3});
  g.node("Conv", {"x", "w"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g, 7, {}, 3));
  CHECK(parameters_of(model.network) == 4 * 3 * 3 * 3);
  CHECK(model.description.inputs.size() == 1);
}

// What later sets take as inputs were attributes before: 1 to 12 of the operators of shapes.
TEST_CASE("attributes of old operator sets are read where new ones have inputs", "[onnx]") {
  using Integers = std::vector<std::int64_t>;
  OnnxGraph g;
  g.input("x", {1, 4, 8, 8});
  g.node("Slice", {"x"}, {"a"}, {{"axes", Integers{2}}, {"starts", Integers{2}}, {"ends", Integers{6}}});
  g.node("Unsqueeze", {"a"}, {"b"}, {{"axes", Integers{0}}}).node("Squeeze", {"b"}, {"c"}, {{"axes", Integers{0}}});
  g.node("Pad", {"c"}, {"d"}, {{"pads", Integers{0, 0, 1, 0, 0, 0, 1, 0}}});
  g.node("ReduceSum", {"d"}, {"e"}, {{"axes", Integers{1}}, {"keepdims", 1}});
  g.node("Split", {"e"}, {"f", "g"}, {{"axis", 3}, {"split", Integers{2, 6}}});
  g.node("Dropout", {"g"}, {"h"}).node("Relu", {"h"}, {"y"}).output("y");
  const Imported model = import_bytes(onnx_model(g, 9));
  CHECK(model.result() == Shape{1, 1, 6, 6});
  CHECK(model.description.unmodelled.empty());
}

TEST_CASE("a node that is not understood is an error where that is asked for, else counted", "[onnx]") {
  OnnxGraph g = small();
  g.node("Frobnicate", {"y"}, {"z"}, {}, "somebody.else", "odd").output("z");
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "ridgepoint_not_understood.onnx";
  std::ofstream(path, std::ios::binary) << onnx_model(g);
  Attributes none;
  const Description description = read_model(path.string(), none, {});
  REQUIRE(description.unmodelled.size() == 1);
  CHECK((description.unmodelled[0].name == "odd" && description.unmodelled[0].type == "Frobnicate"));
  CHECK(description.notes.back() == "2 of the 3 nodes that the run computes are understood (66.7 %)");
  const std::string message = message_of([&] { read_model(path.string(), none, {.strict = true}); });
  CHECK(message.find("odd (Frobnicate) is not modelled") != std::string::npos);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ridgepoint
