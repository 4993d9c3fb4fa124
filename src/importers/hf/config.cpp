#include "importers/hf/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "io/json_text.hpp"

namespace ridgepoint::hf {

Config::Config(std::shared_ptr<const Document> document, const Node& node, std::string path)
    : document_(std::move(document)),
      node_(&node),
      path_(std::move(path)),
      asked_(std::make_shared<std::set<std::string, std::less<>>>()) {
  if (node.kind == Node::Kind::kObject) return;
  fail(node, fmt::format("{} is {}", path_.empty() ? "the config" : in_quotes(path_), describe(node.kind)),
       "an object");
}

std::string Config::named(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const Node* Config::find(Keys keys) {
  const Node* found = nullptr;
  bool absent = true;
  for (const std::string_view key : keys) {
    asked_->emplace(key);
    const Node* node = node_->find(key);
    absent = absent && node == nullptr;
    if (found == nullptr && node != nullptr && node->kind != Node::Kind::kNull) found = node;
  }
  return absent ? default_of(keys) : found;
}

const Node* Config::default_of(Keys keys) {
  for (const Node& node : defaults_) {
    if (std::find(keys.begin(), keys.end(), node.key) == keys.end()) continue;
    used_.insert(fmt::format("{} ({})", node.key, node.integer));
    return &node;
  }
  return nullptr;
}

void Config::set_defaults(const std::vector<ClassDefault>& defaults) {
  for (const auto& [key, value] : defaults) {
    Node node = json_integer(std::string(key), value);
    node.offset = node.key_offset = node_->offset;
    defaults_.push_back(std::move(node));
  }
}

std::vector<std::string> Config::defaults_used() const { return {used_.begin(), used_.end()}; }

bool Config::has(std::string_view key) const {
  const Node* node = node_->find(key);
  return node != nullptr && node->kind != Node::Kind::kNull;
}

void Config::ignore(Keys keys) { (void)find(keys); }

void Config::fail(const Node& node, std::string what, std::string expected) const {
  document_->fail(node.offset, {std::move(what), std::move(expected)});
}

void Config::fail(Keys keys, std::string what, std::string expected) const {
  for (const std::string_view key : keys) {
    if (const Node* node = node_->find(key); node != nullptr) fail(*node, std::move(what), std::move(expected));
  }
  fail(*node_, std::move(what), std::move(expected));
}

std::int64_t Config::integer(const Node& node) const {
  const bool whole = node.kind == Node::Kind::kReal && node.real == static_cast<double>(node.integer);
  if (node.kind != Node::Kind::kInteger && !whole) {
    fail(node, fmt::format("{} is {}", in_quotes(named(node.key)), describe(node.kind)), "an integer");
  }
  return node.integer;
}

std::optional<Size> Config::size(Keys keys) {
  const Node* node = find(keys);
  if (node == nullptr) return std::nullopt;
  const std::int64_t value = integer(*node);
  if (value < 1) fail(*node, fmt::format("{} is {}", in_quotes(named(node->key)), value), "at least 1");
  return Size{value, node->offset};
}

Size Config::required(Keys keys) {
  if (const auto given = size(keys)) return *given;
  const std::string name = in_quotes(named(*keys.begin()));
  for (const std::string_view key : keys) {
    if (const Node* node = node_->find(key); node != nullptr) {
      fail(*node, fmt::format("{} is null", in_quotes(named(key))), "an integer: the network needs this size");
    }
  }
  std::vector<std::string_view> names(keys);
  fail(*node_, fmt::format("missing key {} in the config", name), join_choices(names));
}

Size Config::size_or(Keys keys, std::int64_t fallback) {
  const auto given = size(keys);
  return given ? *given : Size{fallback, at()};
}

std::optional<Size> Config::uniform(Keys keys, std::int64_t layers) {
  const Node* node = find(keys);
  if (node == nullptr || node->kind != Node::Kind::kArray) return size(keys);
  const std::vector<std::int64_t> values = *list(keys, layers);
  const bool alike = std::all_of(values.begin(), values.end(), [&](auto value) { return value == values.front(); });
  if (!alike || values.empty() || values.front() < 1) {
    fail(*node, fmt::format("{} differs from layer to layer", in_quotes(named(node->key))), "equal positive integers");
  }
  return Size{values.front(), node->offset};
}

std::int64_t Config::count(Keys keys, std::int64_t fallback) {
  const Node* node = find(keys);
  if (node == nullptr) return fallback;
  const std::int64_t value = integer(*node);
  if (value < 0) fail(*node, fmt::format("{} is {}", in_quotes(named(node->key)), value), "0 or more");
  return value;
}

bool Config::flag(Keys keys, bool fallback) {
  const Node* node = find(keys);
  if (node == nullptr) return fallback;
  if (node->kind != Node::Kind::kBoolean) {
    fail(*node, fmt::format("{} is {}", in_quotes(named(node->key)), describe(node->kind)), "true or false");
  }
  return node->boolean;
}

std::string Config::text(Keys keys, std::string_view fallback) {
  const Node* node = find(keys);
  if (node == nullptr) return std::string(fallback);
  if (node->kind != Node::Kind::kString) {
    fail(*node, fmt::format("{} is {}", in_quotes(named(node->key)), describe(node->kind)), "a string");
  }
  return node->text;
}

double Config::real(Keys keys, double fallback) {
  const Node* node = find(keys);
  if (node == nullptr) return fallback;
  if (node->kind != Node::Kind::kReal && node->kind != Node::Kind::kInteger) {
    fail(*node, fmt::format("{} is {}", in_quotes(named(node->key)), describe(node->kind)), "a number");
  }
  return node->real;
}

void Config::expect_length(const Node& node, std::int64_t length) const {
  if (node.kind != Node::Kind::kArray) {
    fail(node, fmt::format("{} is {}", in_quotes(named(node.key)), describe(node.kind)), "a list");
  }
  if (length > 0 && static_cast<std::int64_t>(node.items.size()) != length) {
    fail(node, fmt::format("{} has {} entries for {} layers", in_quotes(named(node.key)), node.items.size(), length),
         "one for each layer");
  }
}

std::optional<std::vector<std::int64_t>> Config::list(Keys keys, std::int64_t length) {
  const Node* node = find(keys);
  if (node == nullptr) return std::nullopt;
  expect_length(*node, length);
  std::vector<std::int64_t> values;
  for (const Node& item : node->items) {
    if (item.kind == Node::Kind::kBoolean) {
      values.push_back(item.boolean ? 1 : 0);
      continue;
    }
    if (item.kind != Node::Kind::kInteger) {
      fail(item, fmt::format("{} holds {}", in_quotes(named(node->key)), describe(item.kind)), "integers");
    }
    values.push_back(item.integer);
  }
  return values;
}

std::optional<std::vector<std::string>> Config::words(Keys keys, std::int64_t length) {
  const Node* node = find(keys);
  if (node == nullptr) return std::nullopt;
  expect_length(*node, length);
  std::vector<std::string> values;
  for (const Node& item : node->items) {
    if (item.kind != Node::Kind::kString) {
      fail(item, fmt::format("{} holds {}", in_quotes(named(node->key)), describe(item.kind)), "strings");
    }
    values.push_back(item.text);
  }
  return values;
}

std::optional<Config> Config::child(Keys keys) {
  const Node* node = find(keys);
  if (node == nullptr) return std::nullopt;
  return Config(document_, *node, named(node->key));
}

std::vector<std::string> Config::strangers() const {
  std::vector<std::string> found;
  for (const Node& member : node_->items) {
    const bool null = member.kind == Node::Kind::kNull;
    if (!null && !asked_->contains(member.key) && !is_without_effect(member.key)) found.push_back(named(member.key));
  }
  return found;
}

void expect_heads(const Config& config, Keys keys, std::int64_t heads, std::int64_t width, std::string_view instead) {
  if (width % heads == 0) return;
  config.fail(keys, fmt::format("{} heads do not divide a width of {}", heads, width),
              fmt::format("a divisor of the width{}", instead));
}

void expect_layers(const Config& config, Keys keys, std::int64_t layers) {
  constexpr std::int64_t kMostLayers = 100'000;
  if (layers > kMostLayers) {
    config.fail(keys, fmt::format("{} layers", layers), fmt::format("at most {}", kMostLayers));
  }
}

}  // namespace ridgepoint::hf
