// Files that nobody vouches for: one message, no crash, bounded time and memory.

#include <random>

#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

std::string message(const std::string& bytes) {
  return message_of([&] { return import_bytes(bytes).network.layers.size(); });
}

OnnxGraph small() {
  OnnxGraph g;
  g.input("x", {"batch", 3, 8, 8}).weight("w", {4, 3, 3, 3}).integers("shape", {0, -1}).weight("head", {144, 10});
  g.node("Conv", {"x", "w"}, {"c"}, {{"pads", std::vector<std::int64_t>{0, 0, 0, 0}}}, "", "conv");
  g.node("Relu", {"c"}, {"r"}).node("Reshape", {"r", "shape"}, {"f"}).node("MatMul", {"f", "head"}, {"y"}).output("y");
  return g;
}

void expect_message_or_network(const std::string& bytes) {
  try {
    const Imported model = import_bytes(bytes);
    CHECK(std::isfinite(parameters_of(model.network)));
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).size() > 10);
  }
}

TEST_CASE("a file that ends too early is an error wherever it ends", "[onnx]") {
  const std::string bytes = onnx_model(small());
  REQUIRE(message(bytes) == "(nothing thrown)");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO(length);
    expect_message_or_network(bytes.substr(0, length));
  }
}

TEST_CASE("random changes of a file give a message or a network", "[onnx]") {
  const std::string bytes = onnx_model(small());
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
  for (int round = 0; round < 3000; ++round) {
    std::string changed = bytes;
    const auto changes = 1 + random() % 4;
    for (unsigned i = 0; i < changes; ++i) changed[random() % changed.size()] = static_cast<char>(random());
    expect_message_or_network(changed);
  }
}

TEST_CASE("files of other formats are named as such", "[onnx]") {
  const std::vector<std::pair<std::string, std::string>> files{
      {"\x89PNG\r\n\x1a\n and more", "a PNG image"},
      {"PK\x03\x04 a zip", "a zip archive, as PyTorch writes"},
      {std::string("\x40\0\0\0\0\0\0\0{\"w\":{}}", 16), "a file of safetensors"},
      {"\x80\x02}q", "a pickle of Python"},
      {"{\"model_type\": \"llama\"}", "text of JSON"},
      {"<!DOCTYPE html>", "text of HTML"},
      {"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"},
      {"hello world, this is text", "damaged or end too early"},
      {std::string(100, '\0'), "damaged or end too early"},
      {"", "the file is empty"}};
  for (const auto& [bytes, says] : files) {
    INFO(says);
    CHECK(message(bytes).find("model.onnx") != std::string::npos);
    CHECK(message(bytes).find("not an ONNX model") != std::string::npos);
    CHECK(message(bytes).find(says) != std::string::npos);
  }
}

TEST_CASE("graphs that cannot be run are refused by name", "[onnx]") {
  struct Case {
    std::string bytes;
    std::string says;
  };
  std::vector<Case> cases;
  const auto add = [&](const OnnxGraph& g, const std::string& says) { cases.push_back({onnx_model(g), says}); };
  add(OnnxGraph()
          .input("x", {2, 3})
          .node("Add", {"x", "b"}, {"a"}, {}, "", "first")
          .node("Relu", {"a"}, {"b"})
          .output("b"),
      "waits for its own output");
  add(OnnxGraph().input("x", {2, 3}).node("Add", {"x", "nobody"}, {"y"}).output("y"),
      "takes \"nobody\", which nothing gives");
  add(OnnxGraph().input("x", {2, 3}).node("Relu", {"x"}, {"y"}).node("Tanh", {"x"}, {"y"}).output("y"),
      "two values are named \"y\"");
  add(OnnxGraph().input("x", {2, 3}).node("Relu", {"x"}, {"y"}).output("z"), "the output \"z\" is given by nothing");
  add(OnnxGraph().input("x", {-5, 3}).node("Relu", {"x"}, {"y"}).output("y"), "input \"x\" has an extent of -5");
  add(OnnxGraph().input("x", {2, 3}).weight("w", {3, -4}).node("MatMul", {"x", "w"}, {"y"}).output("y"),
      "initializer \"w\" has an extent of -4");
  add(OnnxGraph().input("x", {std::int64_t{1} << 40, std::int64_t{1} << 40}).node("Relu", {"x"}, {"y"}).output("y"),
      "a size overflows");
  add(OnnxGraph()
          .input("x", {2, 3})
          .weight("w", {4, 5})
          .node("MatMul", {"x", "w"}, {"y"}, {}, "", "product")
          .output("y"),
      "MatMul \"product\": cannot multiply 2 x 3 by 4 x 5");
  add(OnnxGraph().input("x", {2, 3}).node("Softmax", {"x"}, {"y"}, {{"axis", 7}}).output("y"),
      "axis 7 of a tensor with 2 axes");
  add(OnnxGraph().input("x", {2, 3}).node("Concat", {"x", "x"}, {"y"}, {OnnxAttribute("axis", 1).as(7)}).output("y"),
      "attribute \"axis\" is integers");
  add(OnnxGraph().input("x", {2, 3}).integers("s", {4, 4}).node("Reshape", {"x", "s"}, {"y"}).output("y"),
      "cannot reshape 2 x 3 to 4 x 4");
  add(OnnxGraph().input("x", {2, 3}).node("Frobnicate", {"x"}, {"y"}).output("y"), "none of the 1 nodes");
  for (const Case& c : cases) {
    INFO(c.says);
    CHECK(message(c.bytes).find(c.says) != std::string::npos);
    CHECK(message(c.bytes).find("model.onnx") != std::string::npos);
  }
}

TEST_CASE("functions and loops that grow without end are stopped", "[onnx]") {
  const std::string itself =
      onnx_function("F", {"a"}, {"b"}, {OnnxGraph::node_bytes("F", {"a"}, {"b"}, {}, "made.up")});
  OnnxGraph g;
  g.input("x", {2, 3}).node("F", {"x"}, {"y"}, {}, "made.up").output("y");
  CHECK(message(onnx_model(g, 17, {itself})).find("function \"F\" calls itself") != std::string::npos);

  // Ten calls each, twelve deep.
  std::vector<std::string> functions;
  for (int level = 0; level < 12; ++level) {
    std::vector<std::string> nodes;
    const std::string inner = level == 0 ? "Relu" : "G" + std::to_string(level - 1);
    for (int i = 0; i < 10; ++i) {
      nodes.push_back(OnnxGraph::node_bytes(inner, {i == 0 ? "a" : "t" + std::to_string(i - 1)},
                                            {i == 9 ? "b" : "t" + std::to_string(i)}, {}, level == 0 ? "" : "made.up"));
    }
    functions.push_back(onnx_function("G" + std::to_string(level), {"a"}, {"b"}, nodes));
  }
  OnnxGraph deep;
  deep.input("x", {2, 3}).node("G11", {"x"}, {"y"}, {}, "made.up").output("y");
  CHECK(message(onnx_model(deep, 17, functions)).find("more than 200000 nodes") != std::string::npos);
}

TEST_CASE("values in another file are not looked for", "[onnx]") {
  std::string tensor = onnx_tensor("w", {8, 4});
  std::string entry;
  protozero::pbf_writer(entry).add_string(1, "location");
  protozero::pbf_writer(entry).add_string(2, "/nonexistent/../../etc/passwd");
  protozero::pbf_writer(tensor).add_message(13, entry);
  protozero::pbf_writer(tensor).add_int32(14, 1);
  OnnxGraph g;
  g.input("x", {2, 8}).initializer(tensor).node("MatMul", {"x", "w"}, {"y"}).output("y");
  CHECK(parameters_of(import_bytes(onnx_model(g)).network) == 32);
}

}  // namespace
}  // namespace ridgepoint
