#pragma once
// JSON that remembers where each value stands, so that every message can point at it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace ridgepoint {

/// One JSON value with the byte offset at which it starts. Objects keep their members in the order of the file.
struct Node {
  enum class Kind : std::uint8_t { kNull, kBoolean, kInteger, kReal, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;  ///< also set for integers
  std::size_t offset = 0;
  std::size_t key_offset = 0;
  std::string key;   ///< this member's key, when the parent is an object
  std::string text;  ///< a string's value
  std::vector<Node> items;

  /// The member with this key, or null. Only for objects.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

/// "an object", "a string" ...: what a message calls a value of this kind.
std::string_view describe(Node::Kind kind);

/// A parsed file. Kept alive by whatever may still have to complain about it.
class Document {
 public:
  /// Parses strict JSON (UTF-8, no comments, no duplicate keys, nesting of at most 64). Throws InputError.
  static std::shared_ptr<const Document> parse(std::string file, std::string text);
  /// Reads and parses a file; "-" is standard input. Throws InputError.
  static std::shared_ptr<const Document> load(const std::string& path);

  /// A document with the text and places of `original` and another tree: what another notation means. Nodes keep the
  /// offsets of the values that they come from, so that messages point there.
  static std::shared_ptr<const Document> rewritten(std::shared_ptr<const Document> original, Node root);

  [[nodiscard]] const Node& root() const { return root_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  /// Line, column and JSON pointer of a byte offset.
  [[nodiscard]] Location locate(std::size_t offset) const;
  /// Throws the problem as an InputError at that offset.
  [[noreturn]] void fail(std::size_t offset, Problem problem) const;

 private:
  std::string file_;
  std::string text_;
  Node root_;
  std::shared_ptr<const Document> original_;  ///< of a rewritten one
};

/// A place in a document, or nowhere (a default one) for what was not read from a file.
struct Where {
  std::shared_ptr<const Document> document{};
  std::size_t offset = 0;

  /// Throws the problem as an InputError here; without a document the message names no place.
  [[noreturn]] void fail(Problem problem) const;
};

}  // namespace ridgepoint
