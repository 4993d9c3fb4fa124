#include "network/description_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats.hpp"
#include "core/text.hpp"
#include "network/binding.hpp"
#include "network/expression.hpp"
#include "network/sections.hpp"

namespace ridgepoint {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

std::optional<DType> read_dtype(ObjectReader& reader, std::string_view key) {
  const Node* node = reader.optional(key);
  if (node == nullptr) return std::nullopt;
  return find_dtype(reader.choice(*node, arithmetic_formats()));
}

std::int64_t read_weight_group(ObjectReader& reader) {
  const Node* group = reader.optional("weight_group");
  if (group == nullptr) return 0;
  const std::int64_t values = reader.integer(*group);
  if (values < 0) reader.fail(*group, {"a group cannot be negative", "values per scale, 0 for no scales"});
  return values;
}

void read_precision(const ObjectReader& outer, const Node& node, PrecisionItem& precision) {
  ObjectReader reader(outer.document(), node, "precision");
  precision.activations = read_dtype(reader, "activations");
  precision.weights = read_dtype(reader, "weights");
  precision.kv_cache = read_dtype(reader, "kv_cache");
  precision.math = read_dtype(reader, "math");
  precision.weight_group = read_weight_group(reader);
  reader.finish();
}

WeightsItem read_weights(const ObjectReader& outer, const Node& node) {
  ObjectReader reader(outer.document(), node, "precision of a layer");
  WeightsItem item{.weights = read_dtype(reader, "weights"), .math = read_dtype(reader, "math")};
  item.weight_group = read_weight_group(reader);
  reader.finish();
  return item;
}

void expect_identifier(const ObjectReader& reader, const Node& node, std::string_view name) {
  if (is_identifier(name) && name != "index") return;
  reader.document()->fail(node.key_offset,
                          {fmt::format("{} cannot be the name of a parameter", in_quotes(name)),
                           "letters, digits and underscores, and not \"index\" (the number of a repetition)"});
}

Attributes read_parameters(const ObjectReader& outer, const Node& node, std::vector<std::string>* required) {
  const ObjectReader reader(outer.document(), node, "parameters");
  Attributes list;
  for (const Node& item : node.items) {
    expect_identifier(reader, item, item.key);
    if (item.kind == Node::Kind::kNull && required != nullptr) {
      required->push_back(item.key);
      continue;
    }
    Value value = read_value(reader, item);
    if (!std::holds_alternative<std::int64_t>(value.data) && !std::holds_alternative<std::string>(value.data)) {
      reader.fail(item, {fmt::format("parameter {} is {}", in_quotes(item.key), describe(item.kind)),
                         "an integer or an expression in quotes"});
    }
    list.push_back({item.key, std::move(value), {reader.document(), item.key_offset}});
  }
  return list;
}

std::vector<PhaseItem> read_phases(const ObjectReader& outer, const Node& node) {
  const ObjectReader reader(outer.document(), node, "phases");
  std::vector<PhaseItem> phases;
  for (const Node& item : node.items) {
    const auto found = std::find(kPhaseNames.begin(), kPhaseNames.end(), item.key);
    if (found == kPhaseNames.end()) {
      reader.document()->fail(item.key_offset,
                              {fmt::format("unknown phase {}", in_quotes(item.key)), join_choices(kPhaseNames),
                               std::string(nearest(item.key, kPhaseNames))});
    }
    phases.push_back({static_cast<Phase>(found - kPhaseNames.begin()), read_parameters(reader, item, nullptr)});
  }
  return phases;
}

void read_inputs(const ObjectReader& outer, const Node& node, Description& description) {
  const ObjectReader reader(outer.document(), node, "inputs");
  std::vector<std::string_view> formats{"activations"};
  for (const DTypeFacts& facts : kDTypes) formats.push_back(facts.name);
  for (const Node& item : node.items) {
    ObjectReader input(outer.document(), item, fmt::format("input {}", in_quotes(item.key)));
    InputItem result{.name = item.key, .shape = {}, .where = {outer.document(), item.offset}};
    for (const Node& extent : input.array(input.required("shape"))) result.shape.push_back(read_value(input, extent));
    if (const Node* dtype = input.optional("dtype")) result.dtype = input.choice(*dtype, formats);
    input.finish();
    description.inputs.push_back(std::move(result));
  }
  if (description.inputs.empty()) outer.fail(node, {"the network has no inputs", "at least one input"});
}

Reference read_reference(const ObjectReader& reader, const Node& node) {
  return {reader.string(node), reader.where(node)};
}

std::vector<Reference> read_references(const ObjectReader& reader, const Node& node) {
  if (node.kind == Node::Kind::kString) return {read_reference(reader, node)};
  std::vector<Reference> references;
  for (const Node& item : reader.array(node)) references.push_back(read_reference(reader, item));
  if (references.empty()) reader.fail(node, {"the list is empty", "at least one name"});
  return references;
}

// What is not a key of every item is an attribute of the op or a parameter of the block; binding checks those.
Item read_item(const ObjectReader& outer, const Node& node) {
  ObjectReader reader(outer.document(), node, "layer");
  Item item;
  item.where = {outer.document(), node.offset};
  item.name = reader.optional_string("name");
  const Node* op = reader.optional("op");
  const Node* block = reader.optional("block");
  if ((op == nullptr) == (block == nullptr)) {
    reader.fail(node, {op == nullptr ? "a layer without \"op\" or \"block\"" : "a layer with both \"op\" and \"block\"",
                       "either the op that it is or the block that it uses"});
  }
  item.op = op != nullptr ? reader.string(*op) : "";
  item.block = block != nullptr ? reader.string(*block) : "";
  if (const Node* inputs = reader.optional("inputs")) item.inputs = read_references(reader, *inputs);
  if (const Node* repeat = reader.optional("repeat")) item.repeat = read_value(reader, *repeat);
  if (const Node* skip = reader.optional("skip")) item.skip = read_value(reader, *skip);
  if (const Node* shared = reader.optional("shared")) item.shared = read_value(reader, *shared);
  if (const Node* tied = reader.optional("tied")) item.tied = read_reference(reader, *tied);
  if (const Node* precision = reader.optional("precision")) item.precision = read_weights(reader, *precision);
  for (const Node* rest : reader.rest()) {
    try {
      item.attributes.push_back({rest->key, read_value(reader, *rest), {outer.document(), rest->key_offset}});
    } catch (const InputError& error) {
      throw about(item, error);
    }
  }
  return item;
}

std::vector<Item> read_items(const ObjectReader& reader, const Node& node) {
  std::vector<Item> items;
  for (const Node& item : reader.array(node)) items.push_back(read_item(reader, item));
  if (items.empty()) reader.fail(node, {"there are no layers", "at least one layer"});
  return items;
}

Block read_block(const ObjectReader& outer, const Node& node) {
  ObjectReader reader(outer.document(), node, fmt::format("block {}", in_quotes(node.key)));
  Block block{.name = node.key, .where = {outer.document(), node.offset}};
  if (const Node* inputs = reader.optional("inputs")) {
    for (const Reference& input : read_references(reader, *inputs)) {
      if (std::find(block.inputs.begin(), block.inputs.end(), input.name) != block.inputs.end()) {
        input.where.fail({fmt::format("a second {}", in_quotes(input.name)), "each input of a block once"});
      }
      block.inputs.push_back(input.name);
    }
  } else {
    block.inputs = {"x"};
  }
  if (const Node* parameters = reader.optional("parameters")) {
    block.parameters = read_parameters(reader, *parameters, &block.required);
  }
  block.items = read_items(reader, reader.required("layers"));
  if (const Node* outputs = reader.optional("outputs")) block.outputs = read_references(reader, *outputs);
  reader.finish();
  return block;
}

}  // namespace

Value read_value(const ObjectReader& reader, const Node& node) {
  Value value;
  value.where = reader.where(node);
  switch (node.kind) {
    case Node::Kind::kBoolean: value.data = node.boolean; break;
    case Node::Kind::kInteger: value.data = node.integer; break;
    case Node::Kind::kReal: value.data = node.real; break;
    case Node::Kind::kString: value.data = node.text; break;
    case Node::Kind::kArray: {
      std::vector<Value> items;
      for (const Node& item : node.items) items.push_back(read_value(reader, item));
      value.data = std::move(items);
      break;
    }
    case Node::Kind::kNull:
    case Node::Kind::kObject:
      reader.fail(node, {fmt::format("{} is {}", in_quotes(node.key), describe(node.kind)),
                         "a number, a string, a boolean or a list"});
  }
  return value;
}

void read_heading(ObjectReader& reader, Description& description) {
  if (const Node* version = reader.optional("schema_version")) {
    if (reader.integer(*version) != kSchemaVersion) {
      reader.fail(*version, {fmt::format("schema version {} is not known", version->integer), "1"});
    }
  }
  description.name = reader.required_string("name");
  description.summary = reader.optional_string("summary");
  description.source = reader.optional_string("source");
  if (const Node* notes = reader.optional("notes")) {
    for (const Node& note : reader.array(*notes)) description.notes.push_back(reader.string(note));
  }
  if (const Node* precision = reader.optional("precision")) read_precision(reader, *precision, description.precision);
  for (const std::string_view key : {kPublishedKey, kGraphKey, kPipelineKey}) reader.optional(key);
}

Description read_description(const std::shared_ptr<const Document>& document) {
  ObjectReader reader(document, document->root(), "network");
  Description description;
  description.where = {document, document->root().offset};
  read_heading(reader, description);
  if (const Node* parameters = reader.optional("parameters")) {
    description.parameters = read_parameters(reader, *parameters, nullptr);
  }
  if (const Node* phases = reader.optional("phases")) description.phases = read_phases(reader, *phases);
  read_inputs(reader, reader.required("inputs"), description);
  if (const Node* blocks = reader.optional("blocks")) {
    const ObjectReader list(document, *blocks, "blocks");
    for (const Node& block : blocks->items) description.blocks.push_back(read_block(list, block));
  }
  description.items = read_items(reader, reader.required("layers"));
  reader.finish();
  return description;
}

}  // namespace ridgepoint
