#pragma once
// Reads a Hugging Face config: keys under their many names, null as "absent", wrong forms as errors, and what nobody
// asked for.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/hf/class_defaults.hpp"
#include "io/document.hpp"

namespace ridgepoint::hf {

/// Names of one key, in the order in which they are looked for.
using Keys = std::initializer_list<std::string_view>;

/// A number and where the config gives it (at its object when it follows from others).
struct Size {
  std::int64_t value = 0;
  std::size_t at = 0;
};

/// An object of a config: the root, or a member such as `text_config`. Copies share what was asked for.
class Config {
 public:
  Config(std::shared_ptr<const Document> document, const Node& node, std::string path = "");

  /// The member of the first of these names that is there and not null; all of them count as understood.
  const Node* find(Keys keys);
  [[nodiscard]] bool has(std::string_view key) const;

  /// A positive integer. Throws InputError at another form.
  std::optional<Size> size(Keys keys);
  /// The same, and an error that names the first of the keys where there is none.
  Size required(Keys keys);
  Size size_or(Keys keys, std::int64_t fallback);
  /// The same, or a list of equal ones with one for each layer.
  std::optional<Size> uniform(Keys keys, std::int64_t layers);
  /// An integer, zero or more.
  std::int64_t count(Keys keys, std::int64_t fallback);
  bool flag(Keys keys, bool fallback);
  std::string text(Keys keys, std::string_view fallback);
  double real(Keys keys, double fallback);
  /// Integers, or booleans as 1 and 0, of a list; nothing when absent. `length` is how many there must be, or 0.
  std::optional<std::vector<std::int64_t>> list(Keys keys, std::int64_t length = 0);
  std::optional<std::vector<std::string>> words(Keys keys, std::int64_t length = 0);
  /// A member that is an object, not null.
  std::optional<Config> child(Keys keys);

  /// Sizes to take where a key has none of its names; null is not left out.
  void set_defaults(const std::vector<ClassDefault>& defaults);
  /// "head_dim (128)": those that were taken.
  [[nodiscard]] std::vector<std::string> defaults_used() const;

  /// Marks keys as understood.
  void ignore(Keys keys);
  /// The keys that nobody asked for and that are not known to be without effect, with their path.
  [[nodiscard]] std::vector<std::string> strangers() const;

  [[noreturn]] void fail(const Node& node, std::string what, std::string expected) const;
  /// At the first of these keys that is there, else at the object.
  [[noreturn]] void fail(Keys keys, std::string what, std::string expected) const;
  [[nodiscard]] std::size_t at() const { return node_->offset; }
  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] const std::shared_ptr<const Document>& document() const { return document_; }
  /// "text_config.hidden_size": how messages name a key.
  [[nodiscard]] std::string named(std::string_view key) const;

 private:
  const Node* default_of(Keys keys);
  [[nodiscard]] std::int64_t integer(const Node& node) const;
  void expect_length(const Node& node, std::int64_t length) const;

  std::shared_ptr<const Document> document_;
  const Node* node_;
  std::string path_;
  std::shared_ptr<std::set<std::string, std::less<>>> asked_;
  std::vector<Node> defaults_;
  std::set<std::string> used_;
};

/// Throws InputError at the keys of heads that do not divide a width; `instead` is what would do as well.
void expect_heads(const Config& config, Keys keys, std::int64_t heads, std::int64_t width,
                  std::string_view instead = "");
/// Throws InputError at the keys of more layers than can be looked at one by one.
void expect_layers(const Config& config, Keys keys, std::int64_t layers);

/// Whether a key says something about training, generation or tokens, and nothing about the network's size.
bool is_without_effect(std::string_view key);

}  // namespace ridgepoint::hf
