#include "importers/onnx/proto.hpp"

// protozero checks wire types with assertions; in a file that nobody vouches for they are errors.
#define protozero_assert(condition) \
  ((condition) ? static_cast<void>(0) : throw ::ridgepoint::onnx::MalformedModel{"a field has the wrong wire type"})
#include <protozero/pbf_message.hpp>

namespace ridgepoint::onnx {
namespace {

// The numbers of the fields that are read, message by message, as onnx.proto gives them.
// clang-format off
enum class InModel : protozero::pbf_tag_type { kIrVersion = 1, kProducer = 2, kGraph = 7, kOpset = 8, kFunction = 25 };
enum class InOpset : protozero::pbf_tag_type { kDomain = 1, kVersion = 2 };
enum class InGraph : protozero::pbf_tag_type { kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12, kValue = 13 };
enum class InNode : protozero::pbf_tag_type { kInput = 1, kOutput = 2, kName = 3, kType = 4, kAttribute = 5, kDomain = 7, kMetadata = 9 };
enum class InEntry : protozero::pbf_tag_type { kKey = 1, kValue = 2 };
enum class InAttribute : protozero::pbf_tag_type { kName = 1, kFloat = 2, kInt = 3, kString = 4, kTensor = 5, kGraph = 6, kFloats = 7, kInts = 8, kStrings = 9, kKind = 20, kReference = 21 };
enum class InTensor : protozero::pbf_tag_type { kDims = 1, kElem = 2, kFloats = 4, kInt32s = 5, kInt64s = 7, kName = 8, kRaw = 9, kDoubles = 10, kUint64s = 11, kExternal = 13, kLocation = 14 };
enum class InFunction : protozero::pbf_tag_type { kName = 1, kInput = 4, kOutput = 5, kNode = 7, kDomain = 10, kDefault = 11 };
enum class InValue : protozero::pbf_tag_type { kName = 1, kType = 2 };
enum class InType : protozero::pbf_tag_type { kTensor = 1 };
enum class InTensorType : protozero::pbf_tag_type { kElem = 1, kShape = 2 };
enum class InShape : protozero::pbf_tag_type { kDim = 1 };
enum class InDim : protozero::pbf_tag_type { kNumber = 1, kName = 2 };
// clang-format on

constexpr std::string_view kScopes = "pkg.torch.onnx.name_scopes";
constexpr std::size_t kMostAxes = 64;
constexpr std::size_t kMostSingles = 4096;
constexpr int kDeepestGraphs = 16;

template <class Field>
using Message = protozero::pbf_message<Field>;

template <class Field>
std::string_view text(Message<Field>& message) {
  const protozero::data_view view = message.get_view();
  return {view.data(), view.size()};
}

template <class Field>
Message<Field> inner(std::string_view bytes) {
  return Message<Field>(bytes.data(), bytes.size());
}

bool is_length_delimited(protozero::pbf_wire_type type) { return type == protozero::pbf_wire_type::length_delimited; }

// A repeated number, packed or not; no more than `most` are kept.
template <class Field>
void append_integers(Message<Field>& message, std::vector<std::int64_t>& list) {
  if (is_length_delimited(message.wire_type())) {
    for (const std::int64_t value : message.get_packed_int64()) list.push_back(value);
  } else {
    list.push_back(message.get_int64());
  }
}

template <class Field>
void append_floats(Message<Field>& message, std::vector<float>& list) {
  if (is_length_delimited(message.wire_type())) {
    for (const float value : message.get_packed_float()) list.push_back(value);
  } else {
    list.push_back(message.get_float());
  }
}

// A single value of a typed field: its bits.
std::uint64_t single(Message<InTensor>& message) {
  switch (message.wire_type()) {
    case protozero::pbf_wire_type::fixed32: return message.get_fixed32();
    case protozero::pbf_wire_type::fixed64: return message.get_fixed64();
    default: return message.get_uint64();
  }
}

void read_values(Message<InTensor>& message, TensorView& tensor) {
  tensor.field = static_cast<std::int32_t>(message.tag());
  if (is_length_delimited(message.wire_type())) {
    tensor.packed = text(message);
  } else {
    const std::uint64_t bits = single(message);
    if (tensor.singles.size() <= kMostSingles) tensor.singles.push_back(bits);
  }
}

TensorView read_tensor(std::string_view bytes) {
  TensorView tensor;
  auto message = inner<InTensor>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InTensor::kDims: append_integers(message, tensor.dims); break;
      case InTensor::kElem: tensor.elem = static_cast<Elem>(message.get_int32()); break;
      case InTensor::kName: tensor.name = text(message); break;
      case InTensor::kRaw: tensor.raw = text(message); break;
      case InTensor::kFloats:
      case InTensor::kInt32s:
      case InTensor::kInt64s:
      case InTensor::kDoubles:
      case InTensor::kUint64s: read_values(message, tensor); break;
      case InTensor::kExternal:
        tensor.external = true;
        message.skip();
        break;
      case InTensor::kLocation: tensor.external = message.get_int32() == 1; break;
      default: message.skip();
    }
    if (tensor.dims.size() > kMostAxes) throw MalformedModel{"a tensor has more than 64 axes"};
  }
  return tensor;
}

GraphView read_graph(std::string_view bytes, int depth);

void read_kind(Message<InAttribute>& message, AttributeView& attribute) {
  attribute.kind = static_cast<AttributeKind>(message.get_int32());
}

AttributeView read_attribute(std::string_view bytes, int depth) {
  AttributeView attribute;
  auto message = inner<InAttribute>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InAttribute::kName: attribute.name = text(message); break;
      case InAttribute::kReference: attribute.reference = text(message); break;
      case InAttribute::kKind: read_kind(message, attribute); break;
      case InAttribute::kFloat: attribute.real = message.get_float(); break;
      case InAttribute::kInt: attribute.integer = message.get_int64(); break;
      case InAttribute::kString: attribute.text = text(message); break;
      case InAttribute::kTensor: attribute.tensor = std::make_shared<TensorView>(read_tensor(text(message))); break;
      case InAttribute::kGraph:
        attribute.graph = std::make_shared<GraphView>(read_graph(text(message), depth + 1));
        break;
      case InAttribute::kFloats: append_floats(message, attribute.reals); break;
      case InAttribute::kInts: append_integers(message, attribute.integers); break;
      case InAttribute::kStrings: attribute.texts.push_back(text(message)); break;
      default: message.skip();
    }
  }
  return attribute;
}

void read_metadata(std::string_view bytes, NodeView& node) {
  auto message = inner<InEntry>(bytes);
  std::string_view key;
  std::string_view value;
  while (message.next()) {
    switch (message.tag()) {
      case InEntry::kKey: key = text(message); break;
      case InEntry::kValue: value = text(message); break;
      default: message.skip();
    }
  }
  if (key == kScopes) node.scopes = value;
}

NodeView read_node(std::string_view bytes, int depth) {
  NodeView node;
  auto message = inner<InNode>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InNode::kInput: node.inputs.push_back(text(message)); break;
      case InNode::kOutput: node.outputs.push_back(text(message)); break;
      case InNode::kName: node.name = text(message); break;
      case InNode::kType: node.type = text(message); break;
      case InNode::kDomain: node.domain = text(message); break;
      case InNode::kAttribute: node.attributes.push_back(read_attribute(text(message), depth)); break;
      case InNode::kMetadata: read_metadata(text(message), node); break;
      default: message.skip();
    }
  }
  return node;
}

DimView read_dim(std::string_view bytes) {
  DimView dim;
  auto message = inner<InDim>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InDim::kNumber:
        dim.number = message.get_int64();
        dim.has_number = true;
        break;
      case InDim::kName: dim.name = text(message); break;
      default: message.skip();
    }
  }
  return dim;
}

void read_shape(std::string_view bytes, ValueView& value) {
  value.has_shape = true;
  auto message = inner<InShape>(bytes);
  while (message.next(InShape::kDim, protozero::pbf_wire_type::length_delimited)) {
    value.dims.push_back(read_dim(text(message)));
    if (value.dims.size() > kMostAxes) throw MalformedModel{"a value has more than 64 axes"};
  }
}

void read_tensor_type(std::string_view bytes, ValueView& value) {
  value.tensor = true;
  auto message = inner<InTensorType>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InTensorType::kElem: value.elem = static_cast<Elem>(message.get_int32()); break;
      case InTensorType::kShape: read_shape(text(message), value); break;
      default: message.skip();
    }
  }
}

ValueView read_value_view(std::string_view bytes) {
  ValueView value;
  auto message = inner<InValue>(bytes);
  while (message.next()) {
    if (message.tag() == InValue::kName) {
      value.name = text(message);
    } else if (message.tag() == InValue::kType) {
      auto type = inner<InType>(text(message));
      while (type.next(InType::kTensor, protozero::pbf_wire_type::length_delimited))
        read_tensor_type(text(type), value);
    } else {
      message.skip();
    }
  }
  return value;
}

GraphView read_graph(std::string_view bytes, int depth) {
  if (depth > kDeepestGraphs) throw MalformedModel{"graphs within graphs are nested too deeply"};
  GraphView graph;
  auto message = inner<InGraph>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InGraph::kNode: graph.nodes.push_back(read_node(text(message), depth)); break;
      case InGraph::kName: graph.name = text(message); break;
      case InGraph::kInitializer: graph.initializers.push_back(read_tensor(text(message))); break;
      case InGraph::kInput: graph.inputs.push_back(read_value_view(text(message))); break;
      case InGraph::kOutput: graph.outputs.push_back(read_value_view(text(message))); break;
      case InGraph::kValue: graph.values.push_back(read_value_view(text(message))); break;
      default: message.skip();
    }
  }
  return graph;
}

FunctionView read_function(std::string_view bytes) {
  FunctionView function;
  auto message = inner<InFunction>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InFunction::kName: function.name = text(message); break;
      case InFunction::kDomain: function.domain = text(message); break;
      case InFunction::kInput: function.inputs.push_back(text(message)); break;
      case InFunction::kOutput: function.outputs.push_back(text(message)); break;
      case InFunction::kNode: function.nodes.push_back(read_node(text(message), 0)); break;
      case InFunction::kDefault: function.defaults.push_back(read_attribute(text(message), 0)); break;
      default: message.skip();
    }
  }
  return function;
}

std::pair<std::string_view, std::int64_t> read_opset(std::string_view bytes) {
  std::pair<std::string_view, std::int64_t> opset{"", 0};
  auto message = inner<InOpset>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InOpset::kDomain: opset.first = text(message); break;
      case InOpset::kVersion: opset.second = message.get_int64(); break;
      default: message.skip();
    }
  }
  return opset;
}

ModelView read_fields(std::string_view bytes) {
  ModelView model;
  auto message = inner<InModel>(bytes);
  while (message.next()) {
    switch (message.tag()) {
      case InModel::kIrVersion: model.ir_version = message.get_int64(); break;
      case InModel::kProducer: model.producer = text(message); break;
      case InModel::kGraph:
        model.graph = read_graph(text(message), 0);
        model.has_graph = true;
        break;
      case InModel::kOpset: model.opsets.push_back(read_opset(text(message))); break;
      case InModel::kFunction: model.functions.push_back(read_function(text(message))); break;
      default: message.skip();
    }
  }
  return model;
}

}  // namespace

ModelView read_model_view(std::string_view bytes) {
  if (bytes.empty()) throw MalformedModel{"the file is empty"};
  try {
    return read_fields(bytes);
  } catch (const protozero::exception&) {
    throw MalformedModel{"its bytes are damaged or end too early"};
  }
}

}  // namespace ridgepoint::onnx
