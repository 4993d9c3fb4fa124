// Sizes that only a run finds are bounded, and parameters.

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

using Ints = std::vector<std::int64_t>;

bool notes_mention(const Description& description, const std::string& text) {
  return std::any_of(description.notes.begin(), description.notes.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

// The rows of x for which a mask holds, through a layer.
std::string chosen_rows() {
  OnnxGraph g;
  g.input("x", {20, 8})
      .input("mask", {20}, 9)
      .weight("w", {8, 4})
      .node("NonZero", {"mask"}, {"at"}, {}, "", "/NonZero");
  g.node("Transpose", {"at"}, {"rows"}).node("GatherND", {"x", "rows"}, {"chosen"});
  g.node("MatMul", {"chosen", "w"}, {"y"}).output("y");
  return onnx_model(g);
}

TEST_CASE("values that are not zero are at most all, and fewer where the run says so", "[onnx]") {
  const Imported all = import_bytes(chosen_rows());
  CHECK(all.description.unmodelled.empty());
  CHECK(all.result() == Shape{20, 4});
  CHECK(notes_mention(all.description, "NonZero = 20"));
  CHECK(import_bytes(chosen_rows(), {{"NonZero", 6}}).result() == Shape{6, 4});
  const Network later =
      instantiate(all.description, {.phase = Phase::kInference, .parameters = {{"NonZero", 3}}, .precision = {}});
  CHECK(later.tensors.back().type.shape == Shape{3, 4});
}

TEST_CASE("boxes that remain are at most those asked for of each class", "[onnx]") {
  OnnxGraph g;
  g.input("boxes", {1, 500, 4}).input("scores", {1, 3, 500}).integers("most", {100});
  g.node("NonMaxSuppression", {"boxes", "scores", "most"}, {"kept"}).output("kept");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.ops()["nms"] == 1);
  CHECK(model.result() == Shape{300, 3});
  CHECK(message_of([] {
          OnnxGraph wrong;
          wrong.input("boxes", {1, 500, 5}).input("scores", {1, 3, 500});
          wrong.node("NonMaxSuppression", {"boxes", "scores"}, {"kept"}).output("kept");
          return import_bytes(onnx_model(wrong)).network.layers.size();
        }).find("[batch, boxes, 4]") != std::string::npos);
}

TEST_CASE("Compress and Unique leave at most what there was", "[onnx]") {
  OnnxGraph g;
  g.input("x", {6, 5}).input("c", {6}, 9).node("Compress", {"x", "c"}, {"some"}, {{"axis", 0}});
  g.node("Unique", {"some"}, {"y", "first", "inverse", "counts"}).output("y").output("inverse");
  const Imported model = import_bytes(onnx_model(g), {{"some", 4}});
  CHECK(model.description.unmodelled.empty());
  CHECK(model.result() == Shape{20});
}

TEST_CASE("slices that a loop takes one behind the other are its shares", "[onnx]") {
  OnnxGraph body;  // a bag: the rows of the ids between two offsets, added up
  body.input("i", {}, 7).input("go", {}, 9);
  body.node("Gather", {"starts", "i"}, {"a0"}, {{"axis", 0}}).node("Gather", {"ends", "i"}, {"b0"}, {{"axis", 0}});
  body.node("Unsqueeze", {"a0", "zero"}, {"a"}).node("Unsqueeze", {"b0", "zero"}, {"b"});
  body.node("Slice", {"ids", "a", "b", "zero"}, {"bag"}).node("Gather", {"table", "bag"}, {"rows"});
  body.node("ReduceSum", {"rows", "zero"}, {"sum"}, {{"keepdims", 0}}).node("Identity", {"go"}, {"on"});
  body.output("on").output("sum");
  OnnxGraph g;
  g.input("ids", {24}, 7)
      .input("starts", {8}, 7)
      .input("ends", {8}, 7)
      .weight("table", {100, 16})
      .integers("zero", {0});
  g.node("Shape", {"starts"}, {"shape"}).node("Gather", {"shape", "zero"}, {"bags"});
  g.node("Loop", {"bags", ""}, {"y"}, {OnnxAttribute::graph("body", body.bytes())}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.description.unmodelled.empty());
  CHECK(model.result() == Shape{8, 16});
  CHECK(parameters_of(model.network) == 1600);
  std::int64_t lookups = 0;
  for (const Layer& layer : model.network.layers) {
    if (name_of(layer.op) == "embedding")
      lookups +=
          layer.repeat * model.network.tensors[static_cast<std::size_t>(layer.inputs.front())].type.shape.elements();
  }
  CHECK(lookups == 24);
}

TEST_CASE("a loop without a number of trips runs until its condition ends it", "[onnx]") {
  OnnxGraph body;
  body.input("i", {}, 7).input("go", {}, 9).input("n", {}, 7).input("h", {2, 8});
  body.node("MatMul", {"h", "w"}, {"h2"}).node("Add", {"n", "one"}, {"n2"}).node("Less", {"n2", "five"}, {"on"});
  body.output("on").output("n2").output("h2");
  OnnxGraph g;
  g.input("x", {2, 8}).weight("w", {8, 8}).initializer(onnx_tensor("one", {}, 7, {1}));
  g.initializer(onnx_tensor("five", {}, 7, {5})).initializer(onnx_tensor("start", {}, 7, {0}));
  g.initializer(onnx_tensor("yes", {}, 9, {1}));
  g.node("Loop", {"", "yes", "start", "x"}, {"count", "y"}, {OnnxAttribute::graph("body", body.bytes())}).output("y");
  const Imported model = import_bytes(onnx_model(g));
  CHECK(model.description.unmodelled.empty());
  CHECK(product_macs(model.network) == 5 * 2 * 8 * 8);
  CHECK(parameters_of(model.network) == 64);
}

}  // namespace
}  // namespace ridgepoint
