#pragma once
// Small ONNX files for tests, written field by field.

#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ridgepoint {

/// An attribute of a node; the number of its kind is written as onnx.proto has it.
class OnnxAttribute {
  struct Kind {
    std::int32_t number;
  };

 public:
  OnnxAttribute(std::string name, std::int64_t value) : OnnxAttribute(std::move(name), Kind{2}) {
    writer().add_int64(3, value);
  }
  OnnxAttribute(std::string name, int value) : OnnxAttribute(std::move(name), std::int64_t{value}) {}
  OnnxAttribute(std::string name, float value) : OnnxAttribute(std::move(name), Kind{1}) {
    writer().add_float(2, value);
  }
  OnnxAttribute(std::string name, const char* value) : OnnxAttribute(std::move(name), Kind{3}) {
    writer().add_string(4, value);
  }
  OnnxAttribute(std::string name, const std::vector<std::int64_t>& values) : OnnxAttribute(std::move(name), Kind{7}) {
    for (const std::int64_t value : values) writer().add_int64(8, value);
  }
  /// A graph: the bytes of OnnxGraph.
  static OnnxAttribute graph(std::string name, const std::string& bytes) {
    OnnxAttribute attribute(std::move(name), Kind{5});
    attribute.writer().add_message(6, bytes);
    return attribute;
  }
  /// A tensor of 64-bit integers.
  static OnnxAttribute tensor(std::string name, const std::string& bytes) {
    OnnxAttribute attribute(std::move(name), Kind{4});
    attribute.writer().add_message(5, bytes);
    return attribute;
  }
  /// Says that it is of a kind that it is not.
  OnnxAttribute& as(std::int32_t kind) {
    writer().add_int32(20, kind);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  OnnxAttribute(std::string name, Kind kind) {
    writer().add_string(1, name);
    writer().add_int32(20, kind.number);
  }
  protozero::pbf_writer writer() { return protozero::pbf_writer(bytes_); }
  std::string bytes_;
};

/// A tensor's bytes: its numbers where they are given, else only its extents.
inline std::string onnx_tensor(const std::string& name, const std::vector<std::int64_t>& dims, std::int32_t elem = 1,
                               const std::vector<std::int64_t>& values = {}) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  for (const std::int64_t dim : dims) writer.add_int64(1, dim);
  writer.add_int32(2, elem);
  if (!values.empty()) writer.add_packed_int64(7, values.begin(), values.end());
  writer.add_string(8, name);
  return bytes;
}

/// A scalar of 32-bit reals.
inline std::string onnx_real(const std::string& name, float value) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_int32(2, 1);
  writer.add_float(4, value);
  writer.add_string(8, name);
  return bytes;
}

/// A graph with the calls in the order of its file.
class OnnxGraph {
 public:
  using Size = std::variant<std::int64_t, std::string>;
  using Sizes = std::vector<Size>;

  OnnxGraph& input(const std::string& name, const Sizes& shape, std::int32_t elem = 1) {
    return value(11, name, shape, elem);
  }
  OnnxGraph& output(const std::string& name) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name);
    writer().add_message(12, bytes);
    return *this;
  }
  OnnxGraph& initializer(const std::string& tensor) {
    writer().add_message(5, tensor);
    return *this;
  }
  OnnxGraph& weight(const std::string& name, const std::vector<std::int64_t>& dims, std::int32_t elem = 1) {
    return initializer(onnx_tensor(name, dims, elem));
  }
  OnnxGraph& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    return initializer(onnx_tensor(name, {static_cast<std::int64_t>(values.size())}, 7, values));
  }
  OnnxGraph& node(const std::string& type, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs, const std::vector<OnnxAttribute>& attributes = {},
                  const std::string& domain = "", const std::string& name = "") {
    writer().add_message(1, node_bytes(type, inputs, outputs, attributes, domain, name));
    return *this;
  }
  static std::string node_bytes(const std::string& type, const std::vector<std::string>& inputs,
                                const std::vector<std::string>& outputs,
                                const std::vector<OnnxAttribute>& attributes = {}, const std::string& domain = "",
                                const std::string& name = "") {
    std::string bytes;
    protozero::pbf_writer node(bytes);
    for (const std::string& input : inputs) node.add_string(1, input);
    for (const std::string& output : outputs) node.add_string(2, output);
    if (!name.empty()) node.add_string(3, name);
    node.add_string(4, type);
    for (const OnnxAttribute& attribute : attributes) node.add_message(5, attribute.bytes());
    if (!domain.empty()) node.add_string(7, domain);
    return bytes;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  OnnxGraph& value(std::uint32_t field, const std::string& name, const Sizes& shape, std::int32_t elem) {
    std::string dims;
    for (const Size& size : shape) {
      std::string dim;
      protozero::pbf_writer writer(dim);
      if (const auto* number = std::get_if<std::int64_t>(&size)) writer.add_int64(1, *number);
      if (const auto* word = std::get_if<std::string>(&size)) writer.add_string(2, *word);
      protozero::pbf_writer(dims).add_message(1, dim);
    }
    std::string tensor;
    protozero::pbf_writer(tensor).add_int32(1, elem);
    protozero::pbf_writer(tensor).add_message(2, dims);
    std::string type;
    protozero::pbf_writer(type).add_message(1, tensor);
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name);
    protozero::pbf_writer(bytes).add_message(2, type);
    writer().add_message(field, bytes);
    return *this;
  }
  protozero::pbf_writer writer() { return protozero::pbf_writer(bytes_); }
  std::string bytes_;
};

/// A function of a model: its name, domain, inputs, outputs and nodes.
inline std::string onnx_function(const std::string& name, const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs, const std::vector<std::string>& nodes) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_string(1, name);
  for (const std::string& input : inputs) writer.add_string(4, input);
  for (const std::string& output : outputs) writer.add_string(5, output);
  for (const std::string& node : nodes) writer.add_message(7, node);
  writer.add_string(10, "made.up");
  return bytes;
}

/// A whole file.
inline std::string onnx_model(const OnnxGraph& graph, std::int64_t opset = 17,
                              const std::vector<std::string>& functions = {}, std::int64_t ir_version = 8) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_int64(1, ir_version);
  writer.add_message(7, graph.bytes());
  std::string version;
  protozero::pbf_writer(version).add_int64(2, opset);
  writer.add_message(8, version);
  for (const std::string& function : functions) writer.add_message(25, function);
  return bytes;
}

}  // namespace ridgepoint
