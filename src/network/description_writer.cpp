#include "network/description_writer.hpp"

#include <fmt/format.h>

#include "io/json_text.hpp"

namespace ridgepoint {
namespace {

using Nodes = std::vector<Node>;

Node json_boolean(std::string key, bool value) {
  return {.kind = Node::Kind::kBoolean, .boolean = value, .key = std::move(key)};
}

Node value_node(std::string key, const Value& value) {
  struct Visitor {
    std::string& key;
    Node operator()(std::int64_t v) const { return json_integer(std::move(key), v); }
    Node operator()(double v) const { return json_real(std::move(key), v); }
    Node operator()(bool v) const { return json_boolean(std::move(key), v); }
    Node operator()(const std::string& v) const { return json_string(std::move(key), v); }
    Node operator()(const std::vector<Value>& values) const {
      Nodes items;
      for (const Value& v : values) items.push_back(value_node("", v));
      return json_array(std::move(key), std::move(items));
    }
  };
  return std::visit(Visitor{key}, value.data);
}

void add_text(Nodes& members, std::string_view key, const std::string& text) {
  if (!text.empty()) members.push_back(json_string(std::string(key), text));
}

void add_format(Nodes& members, std::string_view key, const std::optional<DType>& format) {
  if (format) members.push_back(json_string(std::string(key), std::string(name(*format))));
}

void add_group(Nodes& members, std::int64_t group) {
  if (group > 0) members.push_back(json_integer("weight_group", group));
}

Nodes attribute_nodes(const Attributes& attributes) {
  Nodes members;
  for (const Attribute& attribute : attributes) members.push_back(value_node(attribute.name, attribute.value));
  return members;
}

Node references_node(std::string key, const std::vector<Reference>& references) {
  if (references.size() == 1) return json_string(std::move(key), references.front().name);
  Nodes items;
  for (const Reference& reference : references) items.push_back(json_string("", reference.name));
  return json_array(std::move(key), std::move(items));
}

bool is_number(const Value& value, std::int64_t number) {
  const auto* given = std::get_if<std::int64_t>(&value.data);
  return given != nullptr && *given == number;
}

Node item_node(const Item& item) {
  Nodes members;
  add_text(members, "op", item.op);
  add_text(members, "block", item.block);
  add_text(members, "name", item.name);
  if (!item.inputs.empty()) members.push_back(references_node("inputs", item.inputs));
  for (Node& node : attribute_nodes(item.attributes)) members.push_back(std::move(node));
  if (!is_number(item.repeat, 1)) members.push_back(value_node("repeat", item.repeat));
  if (!is_number(item.skip, 0)) members.push_back(value_node("skip", item.skip));
  if (!is_number(item.shared, 0)) members.push_back(value_node("shared", item.shared));
  add_text(members, "tied", item.tied.name);
  if (item.precision) {
    Nodes formats;
    add_format(formats, "weights", item.precision->weights);
    add_format(formats, "math", item.precision->math);
    add_group(formats, item.precision->weight_group);
    members.push_back(json_object("precision", std::move(formats)));
  }
  return json_object("", std::move(members));
}

Node items_node(const std::vector<Item>& items) {
  Nodes nodes;
  for (const Item& item : items) nodes.push_back(item_node(item));
  return json_array("layers", std::move(nodes));
}

Node block_node(const Block& block) {
  Nodes members;
  Nodes inputs;
  for (const std::string& input : block.inputs) inputs.push_back(json_string("", input));
  members.push_back(json_array("inputs", std::move(inputs)));
  Nodes parameters;
  for (const std::string& name : block.required) parameters.push_back({.kind = Node::Kind::kNull, .key = name});
  for (Node& node : attribute_nodes(block.parameters)) parameters.push_back(std::move(node));
  if (!parameters.empty()) members.push_back(json_object("parameters", std::move(parameters)));
  members.push_back(items_node(block.items));
  if (!block.outputs.empty()) members.push_back(references_node("outputs", block.outputs));
  return json_object(block.name, std::move(members));
}

Node input_node(const InputItem& input) {
  Nodes extents;
  for (const Value& extent : input.shape) extents.push_back(value_node("", extent));
  return json_object(input.name, {json_array("shape", std::move(extents)), json_string("dtype", input.dtype)});
}

// What the importer said, as notes of the file.
Node notes_node(const Description& description) {
  Nodes notes;
  for (const std::string& note : description.notes) notes.push_back(json_string("", note));
  for (const std::string& warning : description.warnings) notes.push_back(json_string("", "warning: " + warning));
  for (const Unmodelled& item : description.unmodelled) {
    notes.push_back(json_string("", fmt::format("not modelled: {} ({}), {} of it", item.name, item.type, item.count)));
  }
  return json_array("notes", std::move(notes));
}

Nodes precision_nodes(const PrecisionItem& precision) {
  Nodes formats;
  add_format(formats, "activations", precision.activations);
  add_format(formats, "weights", precision.weights);
  add_format(formats, "kv_cache", precision.kv_cache);
  add_format(formats, "math", precision.math);
  add_group(formats, precision.weight_group);
  return formats;
}

}  // namespace

std::string write_description(const Description& description) {
  Nodes members{json_integer("schema_version", 1), json_string("name", description.name)};
  add_text(members, "summary", description.summary);
  add_text(members, "source", description.source);
  Node notes = notes_node(description);
  if (!notes.items.empty()) members.push_back(std::move(notes));
  Nodes precision = precision_nodes(description.precision);
  if (!precision.empty()) members.push_back(json_object("precision", std::move(precision)));
  members.push_back(json_object("parameters", attribute_nodes(description.parameters)));
  Nodes phases;
  for (const PhaseItem& phase : description.phases) {
    phases.push_back(json_object(std::string(name(phase.phase)), attribute_nodes(phase.parameters)));
  }
  if (!phases.empty()) members.push_back(json_object("phases", std::move(phases)));
  Nodes inputs;
  for (const InputItem& input : description.inputs) inputs.push_back(input_node(input));
  members.push_back(json_object("inputs", std::move(inputs)));
  Nodes blocks;
  for (const Block& block : description.blocks) blocks.push_back(block_node(block));
  if (!blocks.empty()) members.push_back(json_object("blocks", std::move(blocks)));
  members.push_back(items_node(description.items));
  return json_text(json_object("", std::move(members)));
}

}  // namespace ridgepoint
