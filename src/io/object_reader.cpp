#include "io/object_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace ridgepoint {
namespace {

// What a message calls a value: its key, if it has one.
std::string subject(const Node& node) { return node.key.empty() ? "this value" : in_quotes(node.key); }

}  // namespace

ObjectReader::ObjectReader(std::shared_ptr<const Document> document, const Node& node, std::string what)
    : document_(std::move(document)), node_(node), what_(std::move(what)) {
  if (node.kind != Node::Kind::kObject) {
    document_->fail(node.offset,
                    {fmt::format("{} is {}", what_, describe(node.kind)), fmt::format("an object for the {}", what_)});
  }
}

const Node* ObjectReader::optional(std::string_view key) {
  asked_.emplace_back(key);
  return node_.find(key);
}

const Node& ObjectReader::required(std::string_view key) {
  const Node* found = optional(key);
  if (found != nullptr) return *found;
  const std::vector<const Node*> left = rest();
  std::vector<std::string_view> strangers;
  strangers.reserve(left.size());
  for (const Node* stranger : left) strangers.push_back(stranger->key);
  if (const std::string_view slip = nearest(key, strangers); !slip.empty()) {
    document_->fail(node_.find(slip)->key_offset, {fmt::format("unknown key {} in {}", in_quotes(slip), what_),
                                                   fmt::format("the key {}", in_quotes(key)), std::string(key)});
  }
  document_->fail(node_.offset, {fmt::format("missing key {} in {}", in_quotes(key), what_),
                                 fmt::format("a member {} here", in_quotes(key))});
}

void ObjectReader::wrong_type(const Node& node, std::string_view expected) const {
  document_->fail(node.offset, {fmt::format("{} is {}", subject(node), describe(node.kind)), std::string(expected)});
}

void ObjectReader::expect(const Node& node, Node::Kind kind) const {
  if (node.kind != kind) wrong_type(node, describe(kind));
}

std::string ObjectReader::string(const Node& node) const {
  expect(node, Node::Kind::kString);
  return node.text;
}

bool ObjectReader::boolean(const Node& node) const {
  expect(node, Node::Kind::kBoolean);
  return node.boolean;
}

std::int64_t ObjectReader::integer(const Node& node) const {
  const bool real = node.kind == Node::Kind::kReal;
  if (!real && node.kind != Node::Kind::kInteger) wrong_type(node, "an integer");
  if (real && node.real != static_cast<double>(node.integer)) {
    fail(node, {fmt::format("{} is {}", subject(node), node.real), "an integer"});
  }
  return node.integer;
}

double ObjectReader::non_negative(const Node& node) const {
  if (node.kind != Node::Kind::kInteger && node.kind != Node::Kind::kReal) wrong_type(node, "a number");
  if (!std::isfinite(node.real) || node.real < 0) {
    fail(node, {fmt::format("{} is {}", subject(node), node.real), "a finite number, zero or more"});
  }
  return node.real;
}

double ObjectReader::positive(const Node& node) const {
  const double value = non_negative(node);
  if (value == 0) fail(node, {fmt::format("{} is 0", subject(node)), "a number above zero"});
  return value;
}

std::string ObjectReader::choice(const Node& node, std::span<const std::string_view> words) const {
  std::string word = string(node);
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    fail(node, {fmt::format("unknown {} {}", node.key.empty() ? "word" : printable(node.key), in_quotes(word)),
                join_choices(words), std::string(nearest(word, words))});
  }
  return word;
}

const std::vector<Node>& ObjectReader::array(const Node& node) const {
  expect(node, Node::Kind::kArray);
  return node.items;
}

std::string ObjectReader::optional_string(std::string_view key, std::string fallback) {
  const Node* found = optional(key);
  return found == nullptr ? std::move(fallback) : string(*found);
}

std::vector<const Node*> ObjectReader::rest() const {
  std::vector<const Node*> left;
  for (const Node& item : node_.items) {
    if (std::find(asked_.begin(), asked_.end(), item.key) == asked_.end()) left.push_back(&item);
  }
  return left;
}

void ObjectReader::finish(std::span<const std::string_view> more) const {
  const std::vector<const Node*> left = rest();
  if (left.empty()) return;
  std::vector<std::string_view> known = views(asked_);
  known.insert(known.end(), more.begin(), more.end());
  const Node& stranger = *left.front();
  document_->fail(stranger.key_offset, {fmt::format("unknown key {} in {}", in_quotes(stranger.key), what_),
                                        join_choices(known), std::string(nearest(stranger.key, known))});
}

}  // namespace ridgepoint
