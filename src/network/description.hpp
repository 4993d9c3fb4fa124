#pragma once
// A network as it is written down: layers by name, sizes as expressions, blocks that repeat. Files are read into this
// form and families produce it; instantiate() makes a network of it.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "io/document.hpp"
#include "ops/op_base.hpp"

namespace ridgepoint {

/// A number, a word or an expression, or a list of them, with its place in the file (nowhere when generated).
struct Value {
  std::variant<std::int64_t, double, bool, std::string, std::vector<Value>> data = std::int64_t{0};
  Where where{};

  // NOLINTBEGIN(google-explicit-constructor): families write values and names down as they are
  Value() = default;
  Value(std::int64_t value) : data(value) {}
  Value(int value) : data(std::int64_t{value}) {}
  Value(bool value) : data(value) {}
  Value(double value) : data(value) {}
  Value(std::string value) : data(std::move(value)) {}
  Value(const char* value) : data(std::string(value)) {}
  Value(std::vector<Value> values) : data(std::move(values)) {}
  Value(const std::vector<std::int64_t>& values) : data(std::vector<Value>(values.begin(), values.end())) {}
  // NOLINTEND(google-explicit-constructor)
};

/// One `key: value` of a layer, a block or the parameters.
struct Attribute {
  std::string name;
  Value value;
  Where key{};
};
using Attributes = std::vector<Attribute>;

/// The name of a tensor: an input, a layer (its first output), or `layer:1` for its second.
struct Reference {
  std::string name;
  Where where{};
  // NOLINTBEGIN(google-explicit-constructor)
  Reference() = default;
  Reference(std::string text, Where at = {}) : name(std::move(text)), where(std::move(at)) {}
  Reference(const char* text) : name(text) {}
  // NOLINTEND(google-explicit-constructor)
};

/// The formats that a description asks for; what is absent follows from the rest.
struct PrecisionItem {
  std::optional<DType> activations{};
  std::optional<DType> weights{};
  std::optional<DType> kv_cache{};
  std::optional<DType> math{};
  std::int64_t weight_group = 0;
};

/// How the matmul weights of some layers are stored, and what their products compute in; absent, as the activations.
struct WeightsItem {
  std::optional<DType> weights{};
  std::optional<DType> math{};
  std::int64_t weight_group = 0;
  friend bool operator==(const WeightsItem&, const WeightsItem&) = default;
};

/// A layer, or the use of a block in the place of one. Without inputs it takes what the item before it gives.
struct Item {
  std::string name;   ///< "" takes the op's or the block's name, numbered when it is taken
  std::string op;     ///< of a layer, else ""
  std::string block;  ///< of a block's use, else ""
  std::vector<Reference> inputs{};
  Attributes attributes{};
  Value repeat{1};
  Value skip{0};     ///< not 0: it keeps its parameters and state, and runs nothing
  Value shared{0};   ///< not 0: all repetitions of the block have one set of parameters
  Reference tied{};  ///< the layer whose parameters this one shares
  /// Formats of this layer's, or this block's, weights and products where they are not the network's: of a checkpoint
  /// that is quantized in part.
  std::optional<WeightsItem> precision{};
  Where where{};
};

/// Items under one name, with parameters and inputs of their own. A repeated block feeds its outputs back into its
/// first inputs.
struct Block {
  std::string name;
  std::vector<std::string> inputs{};
  Attributes parameters{};              ///< with defaults
  std::vector<std::string> required{};  ///< parameters without default
  std::vector<Item> items{};
  std::vector<Reference> outputs{};
  Where where{};
};

/// A tensor that the run provides. `dtype` is a format, or "activations".
struct InputItem {
  std::string name;
  std::vector<Value> shape;
  std::string dtype = "activations";
  Where where{};
};

/// What a phase sets, over the defaults of the parameters.
struct PhaseItem {
  Phase phase = Phase::kInference;
  Attributes parameters{};
};

/// What an imported file holds and this tool has no op for: counted, never dropped in silence.
struct Unmodelled {
  std::string name;
  std::string type;
  std::int64_t count = 1;
};

/// A whole network as written.
struct Description {
  std::string name;
  std::string summary;
  std::string source;
  std::string family;  ///< of a compact description, else ""
  std::vector<std::string> notes{};
  std::string importer;                 ///< of an imported file, else ""
  std::vector<std::string> warnings{};  ///< of the importer: what it did not understand and could matter
  std::vector<Unmodelled> unmodelled{};
  PrecisionItem precision{};
  Attributes parameters{};
  std::vector<PhaseItem> phases{};  ///< empty: inference and training
  std::vector<InputItem> inputs{};
  std::vector<Block> blocks{};
  std::vector<Item> items{};
  Where where{};
};

}  // namespace ridgepoint
