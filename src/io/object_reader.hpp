#pragma once
// Reads a JSON object strictly: what is missing, of the wrong type or not known is an error with its place.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.hpp"

namespace ridgepoint {

/// Takes members from one object by key and, at the end, complains about those that nobody took. `what` names the
/// object in messages ("layer", "device").
class ObjectReader {
 public:
  /// Throws InputError when the node is not an object.
  ObjectReader(std::shared_ptr<const Document> document, const Node& node, std::string what);

  /// The member, or null when absent.
  const Node* optional(std::string_view key);
  /// The member. Throws InputError when absent.
  const Node& required(std::string_view key);

  [[nodiscard]] std::string string(const Node& node) const;
  [[nodiscard]] bool boolean(const Node& node) const;
  [[nodiscard]] std::int64_t integer(const Node& node) const;
  /// A finite number, zero or more. Throws InputError otherwise.
  [[nodiscard]] double non_negative(const Node& node) const;
  /// A finite number above zero. Throws InputError otherwise.
  [[nodiscard]] double positive(const Node& node) const;
  /// One of the words. Throws InputError with the near miss otherwise.
  [[nodiscard]] std::string choice(const Node& node, std::span<const std::string_view> words) const;
  /// The items of an array. Throws InputError when it is not one.
  [[nodiscard]] const std::vector<Node>& array(const Node& node) const;

  std::string required_string(std::string_view key) { return string(required(key)); }
  std::string optional_string(std::string_view key, std::string fallback = "");

  /// Members not taken yet, in the order of the file.
  [[nodiscard]] std::vector<const Node*> rest() const;
  /// Throws InputError on the first member that nobody asked for; `more` are further keys that would have been right.
  void finish(std::span<const std::string_view> more = {}) const;

  [[nodiscard]] Where where(const Node& node) const { return {document_, node.offset}; }
  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] const std::shared_ptr<const Document>& document() const { return document_; }
  [[noreturn]] void fail(const Node& node, Problem problem) const { document_->fail(node.offset, std::move(problem)); }

 private:
  [[noreturn]] void wrong_type(const Node& node, std::string_view expected) const;
  void expect(const Node& node, Node::Kind kind) const;

  std::shared_ptr<const Document> document_;
  const Node& node_;
  std::string what_;
  std::vector<std::string> asked_;
};

}  // namespace ridgepoint
