#pragma once
// The graph behind a file, flat: functions, constant branches and loops expanded, every value with what is known of it.

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/onnx/dim.hpp"
#include "importers/onnx/proto.hpp"

namespace ridgepoint::onnx {

/// One known number: a size, or a real. A real that is whole is a size too, so that sizes survive a detour through
/// floats.
struct Scalar {
  Dim size{};
  double real = 0;
  bool whole = true;

  Scalar() = default;
  Scalar(Dim dim) : size(std::move(dim)), real(static_cast<double>(size.value())) {}  // NOLINT
  static Scalar of(double value);
};

/// The most elements whose numbers are kept: sizes and indices, not weights.
constexpr std::int64_t kMostKnown = 256;

/// A tensor of the graph. `data` are its numbers where they are known. A constant does not depend on the inputs of the
/// run; `roots` are the initializers that it is made of.
struct ValueInfo {
  std::string name;
  Elem elem = Elem::kUndefined;
  std::optional<Dims> shape;
  std::optional<std::vector<Scalar>> data;
  bool constant = false;
  std::vector<int> roots;
  int producer = -1;  ///< node, or -1 for inputs and initializers
  bool is_initializer = false;
  bool stored_values = false;  ///< an initializer whose bytes are in the file
  const TensorView* tensor = nullptr;
  std::shared_ptr<const std::vector<int>> sequence;  ///< the values in a sequence of tensors

  [[nodiscard]] std::int64_t rank() const { return shape ? static_cast<std::int64_t>(shape->size()) : -1; }
  [[nodiscard]] bool known() const { return data.has_value(); }
};

/// A node of the flat graph. `lowered` is set by a pattern: the op and attributes that it was recognised as.
struct Node {
  std::string_view type;
  std::string_view domain;
  std::string name;
  std::string scope;  ///< of the module it is from, or ""
  const NodeView* view = nullptr;
  std::vector<int> inputs;  ///< -1 where one is left out
  std::vector<int> outputs;
  bool dead = false;
  std::string op;
  Attributes attributes;
};

struct Graph {
  std::vector<ValueInfo> values;
  std::deque<Node> nodes;
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::int64_t opset = 0;  ///< of the default domain
  /// Where a run sets the batch of a file that fixes it: the batch, and what the file has in its place.
  std::optional<Dim> batch;
  std::int64_t fixed_batch = 1;
  std::size_t known_left = 500'000;  ///< numbers that may still be kept
  bool quantized = false;            ///< activations were quantized and dequantized at once
  std::int64_t trips = 1;            ///< of the loops around the node that is inferred, all together
  /// Makes a parameter of a size that only the run finds: of the node of this name, and at most so much.
  std::function<Dim(const std::string& node, const Dim& most)> name_size;

  /// Throws std::out_of_range for an input that a node leaves out.
  [[nodiscard]] ValueInfo& value(int id) { return values.at(static_cast<std::size_t>(id)); }
  [[nodiscard]] const ValueInfo& value(int id) const { return values.at(static_cast<std::size_t>(id)); }
};

/// The initializer whose elements a constant has, in whatever order: the one of as many; itself where there is none.
int root_of(const Graph& graph, int id);

bool is_integer(Elem elem);
bool is_real(Elem elem);
/// The format of the tool that stores such values.
DType format_of(Elem elem);

/// The numbers of a tensor of at most kMostKnown elements, where the file holds them.
std::optional<std::vector<Scalar>> decode(const TensorView& tensor);

}  // namespace ridgepoint::onnx
