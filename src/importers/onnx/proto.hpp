#pragma once
// An ONNX file as it is written: views into its bytes, nothing of its weights copied. Field numbers are those of the
// public onnx.proto (https://github.com/onnx/onnx); proto.cpp holds them in one place.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace ridgepoint::onnx {

/// TensorProto.DataType: the formats that ONNX knows, by its numbers.
enum class Elem : std::int32_t {
  kUndefined = 0,
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4m3fn = 17,
  kFloat8E4m3fnuz = 18,
  kFloat8E5m2 = 19,
  kFloat8E5m2fnuz = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2m1 = 23,
  kFloat8E8m0 = 24,
  kUint2 = 25,
  kInt2 = 26,
};

/// A tensor of the file: its extents, its format, and where its values lie. They are decoded only when asked for.
struct TensorView {
  std::string_view name;
  std::vector<std::int64_t> dims;
  Elem elem = Elem::kUndefined;
  std::string_view raw;                ///< little-endian values
  std::string_view packed;             ///< values of a typed field, in its wire format
  std::vector<std::uint64_t> singles;  ///< values of a typed field that were written one by one
  std::int32_t field = 0;              ///< which typed field
  bool external = false;               ///< its values are in another file, which is never opened
};

struct GraphView;

/// AttributeProto.AttributeType.
enum class AttributeKind : std::int32_t {
  kUndefined = 0,
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
};

/// One attribute of a node. Only the member that its kind names is set.
struct AttributeView {
  std::string_view name;
  std::string_view reference;  ///< of a function's attribute that it stands for
  AttributeKind kind = AttributeKind::kUndefined;
  float real = 0;
  std::int64_t integer = 0;
  std::string_view text;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  std::vector<std::string_view> texts;
  std::shared_ptr<const TensorView> tensor;
  std::shared_ptr<const GraphView> graph;
};

struct NodeView {
  std::string_view name;
  std::string_view type;
  std::string_view domain;
  std::string_view scopes;  ///< of the modules that PyTorch's exporter writes down
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<AttributeView> attributes;
};

/// A dimension as declared: a number, a name, or neither.
struct DimView {
  std::int64_t number = 0;
  bool has_number = false;
  std::string_view name;
};

/// The declared type of a value: a tensor, or something else (a sequence, a map), which `tensor` says.
struct ValueView {
  std::string_view name;
  Elem elem = Elem::kUndefined;
  bool tensor = false;
  bool has_shape = false;
  std::vector<DimView> dims;
};

struct GraphView {
  std::string_view name;
  std::vector<NodeView> nodes;
  std::vector<TensorView> initializers;
  std::vector<ValueView> inputs;
  std::vector<ValueView> outputs;
  std::vector<ValueView> values;
};

/// A function of the model: nodes that a node of its name stands for.
struct FunctionView {
  std::string_view name;
  std::string_view domain;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<NodeView> nodes;
  std::vector<AttributeView> defaults;
};

struct ModelView {
  std::int64_t ir_version = 0;
  std::string_view producer;
  std::vector<std::pair<std::string_view, std::int64_t>> opsets;  ///< domain and version
  GraphView graph;
  std::vector<FunctionView> functions;
  bool has_graph = false;
};

/// What a reader says of bytes that are no ONNX model.
struct MalformedModel {
  const char* what;
};

/// Reads everything but values of tensors. The bytes must outlive the result. Throws MalformedModel.
ModelView read_model_view(std::string_view bytes);

}  // namespace ridgepoint::onnx
