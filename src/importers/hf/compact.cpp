#include "importers/hf/compact.hpp"

#include <algorithm>

#include "io/json_text.hpp"

namespace ridgepoint::hf {

Compact::Compact(std::string_view family, std::string_view name, std::size_t at) {
  root_.kind = Node::Kind::kObject;
  root_.offset = at;
  set("name", name);
  set("family", family);
}

void Compact::put(std::string_view key, Node node, std::size_t at) {
  node.key = key;
  node.offset = node.key_offset = at == 0 ? root_.offset : at;
  for (Node& item : node.items) item.offset = node.offset;
  erase(key);
  root_.items.push_back(std::move(node));
}

void Compact::set(std::string_view key, Size size) { put(key, json_integer("", size.value), size.at); }
void Compact::set(std::string_view key, std::int64_t value) { put(key, json_integer("", value), 0); }
void Compact::set(std::string_view key, bool value) { put(key, {.kind = Node::Kind::kBoolean, .boolean = value}, 0); }
void Compact::set(std::string_view key, std::string_view word) { put(key, json_string("", std::string(word)), 0); }

void Compact::set(std::string_view key, const std::vector<std::int64_t>& values, std::size_t at) {
  std::vector<Node> items;
  items.reserve(values.size());
  for (const std::int64_t value : values) items.push_back(json_integer("", value));
  put(key, json_array("", std::move(items)), at);
}

void Compact::set(std::string_view key, const std::vector<std::string>& words, std::size_t at) {
  std::vector<Node> items;
  items.reserve(words.size());
  for (const std::string& word : words) items.push_back(json_string("", word));
  put(key, json_array("", std::move(items)), at);
}

void Compact::erase(std::string_view key) {
  std::erase_if(root_.items, [&](const Node& item) { return item.key == key; });
}

std::int64_t Compact::number(std::string_view key) const {
  const Node* node = root_.find(key);
  return node != nullptr ? node->integer : 0;
}

std::string Compact::word(std::string_view key) const {
  const Node* node = root_.find(key);
  return node != nullptr ? node->text : "";
}

}  // namespace ridgepoint::hf
