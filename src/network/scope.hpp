#pragma once
// Names that expressions can use, from the global parameters down to the block being expanded.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "network/description.hpp"

namespace ridgepoint {

/// The parameters of a description, evaluated when first asked for. Later attributes override earlier ones of the same
/// name. Throws InputError on a cycle, an unknown name or an overflow.
class GlobalScope {
 public:
  explicit GlobalScope(const std::vector<const Attributes*>& layers);

  [[nodiscard]] bool has(std::string_view name) const { return entries_.find(name) != entries_.end(); }
  std::int64_t value(std::string_view name);
  [[nodiscard]] std::vector<std::string_view> names() const;
  /// All parameters by name, evaluated.
  std::vector<std::pair<std::string, std::int64_t>> all();

 private:
  enum class State : std::uint8_t { kOpen, kBusy, kDone };
  struct Entry {
    const Attribute* attribute;
    State state = State::kOpen;
    std::int64_t value = 0;
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> order_;
  int depth_ = 0;  ///< of the chain of parameters being evaluated
};

/// What a layer's expressions see: the parameters of its block, the number of the repetition, then the globals.
class Scope {
 public:
  explicit Scope(GlobalScope& globals) : globals_(&globals) {}
  /// A scope for a block's body: the globals and, set afterwards, its own parameters.
  [[nodiscard]] Scope inner() const { return Scope(*globals_); }

  void set(std::string name, std::int64_t value) { locals_[std::move(name)] = value; }
  [[nodiscard]] std::vector<std::string_view> names() const;
  /// Whether some expression asked for `index`.
  [[nodiscard]] bool index_used() const { return index_used_; }
  void clear_index_used() { index_used_ = false; }

  /// The value as an integer: a number, or an expression. Throws InputError at the value's place.
  std::int64_t integer(const Value& value, std::string_view attribute);
  /// Whether a value is true: a boolean, or an expression that is not 0.
  bool truth(const Value& value, std::string_view attribute);

 private:
  std::int64_t resolve(std::string_view name);

  GlobalScope* globals_;
  std::map<std::string, std::int64_t, std::less<>> locals_;
  bool index_used_ = false;
};

}  // namespace ridgepoint
