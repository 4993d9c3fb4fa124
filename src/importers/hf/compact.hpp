#pragma once
// A compact description being written from a config. Every value keeps the place that it comes from, so that what the
// family finds wrong is shown in the config.

#include <string>
#include <string_view>
#include <vector>

#include "importers/hf/config.hpp"

namespace ridgepoint::hf {

/// The members of a compact description; setting a key again replaces it.
class Compact {
 public:
  /// `at` is the place of what has none of its own.
  Compact(std::string_view family, std::string_view name, std::size_t at);

  void set(std::string_view key, Size size);
  void set(std::string_view key, std::int64_t value);
  void set(std::string_view key, bool value);
  void set(std::string_view key, std::string_view word);
  void set(std::string_view key, const char* word) { set(key, std::string_view(word)); }
  void set(std::string_view key, const std::vector<std::int64_t>& values, std::size_t at = 0);
  void set(std::string_view key, const std::vector<std::string>& words, std::size_t at = 0);
  void erase(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) const { return root_.find(key) != nullptr; }
  /// The number of a size that was set.
  [[nodiscard]] std::int64_t number(std::string_view key) const;
  [[nodiscard]] std::string word(std::string_view key) const;
  [[nodiscard]] const Node& root() const { return root_; }

 private:
  void put(std::string_view key, Node node, std::size_t at);

  Node root_;
};

}  // namespace ridgepoint::hf
