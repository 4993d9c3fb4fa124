#include "io/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ridgepoint {
namespace {

constexpr std::size_t kColumns = 120;

Node make(std::string key, Node::Kind kind) {
  Node node;
  node.kind = kind;
  node.key = std::move(key);
  return node;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

// A real number reads back as one: whole values keep a sign of it.
std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

bool is_container(const Node& node) { return node.kind == Node::Kind::kArray || node.kind == Node::Kind::kObject; }

std::size_t depth(const Node& node) {
  if (!is_container(node)) return 0;
  std::size_t deepest = 0;
  for (const Node& item : node.items) deepest = std::max(deepest, depth(item));
  return deepest + 1;
}

std::string one_line(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return "null";
    case Node::Kind::kBoolean: return node.boolean ? "true" : "false";
    case Node::Kind::kInteger: return fmt::format("{}", node.integer);
    case Node::Kind::kReal: return real_text(node.real);
    case Node::Kind::kString: return quoted(node.text);
    case Node::Kind::kArray:
    case Node::Kind::kObject: break;
  }
  const bool object = node.kind == Node::Kind::kObject;
  std::string out = object ? "{" : "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (object) out += quoted(node.items[i].key) + ": ";
    out += one_line(node.items[i]);
  }
  return out + (object ? "}" : "]");
}

void append(std::string& out, const Node& node, std::size_t indent, std::size_t used) {
  if (!is_container(node) || node.items.empty()) {
    out += one_line(node);
    return;
  }
  if (depth(node) <= 2 && indent > 0) {
    const std::string line = one_line(node);
    if (used + line.size() + 1 <= kColumns) {
      out += line;
      return;
    }
  }
  const bool object = node.kind == Node::Kind::kObject;
  out += object ? "{\n" : "[\n";
  const std::string margin(indent + 2, ' ');
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string label = object ? quoted(node.items[i].key) + ": " : "";
    out += margin + label;
    append(out, node.items[i], indent + 2, margin.size() + label.size());
    out += i + 1 < node.items.size() ? ",\n" : "\n";
  }
  out += std::string(indent, ' ') + (object ? "}" : "]");
}

}  // namespace

Node json_string(std::string key, std::string value) {
  Node node = make(std::move(key), Node::Kind::kString);
  node.text = std::move(value);
  return node;
}

Node json_integer(std::string key, std::int64_t value) {
  Node node = make(std::move(key), Node::Kind::kInteger);
  node.integer = value;
  node.real = static_cast<double>(value);
  return node;
}

Node json_real(std::string key, double value) {
  Node node = make(std::move(key), Node::Kind::kReal);
  node.real = value;
  return node;
}

Node json_object(std::string key, std::vector<Node> members) {
  Node node = make(std::move(key), Node::Kind::kObject);
  node.items = std::move(members);
  return node;
}

Node json_array(std::string key, std::vector<Node> items) {
  Node node = make(std::move(key), Node::Kind::kArray);
  node.items = std::move(items);
  return node;
}

std::string json_text(const Node& value) {
  std::string out;
  append(out, value, 0, 0);
  return out + "\n";
}

}  // namespace ridgepoint
