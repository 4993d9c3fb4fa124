#pragma once
// Values of one section of a model file, or what --set gives instead.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/object_reader.hpp"
#include "pipeline/plan_reader.hpp"

namespace ridgepoint {

/// The members of a section; it may be absent. Every function throws InputError at the value or naming --set.
class PlanValues {
 public:
  /// `node` is null where the file has no such section.
  PlanValues(const std::shared_ptr<const Document>& document, const Node* node, std::string what,
             const Settings& settings);

  [[nodiscard]] bool has(std::string_view key);
  std::size_t word(std::string_view key, std::span<const std::string_view> words, std::size_t fallback);
  bool flag(std::string_view key, bool fallback);
  std::optional<double> number(std::string_view key, double least, double most);
  double number(std::string_view key, double least, double most, double fallback) {
    return number(key, least, most).value_or(fallback);
  }
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t fallback);
  std::vector<double> list(std::string_view key);
  std::string text(std::string_view key);
  /// The member of the file, or null where it is absent or --set has another.
  const Node* member(std::string_view key);
  /// Throws the problem at the value.
  [[noreturn]] void fail(std::string_view key, Problem problem);
  [[nodiscard]] const ObjectReader* reader() const { return reader_ ? &*reader_ : nullptr; }
  /// Complains about members that nobody asked for.
  void finish() const {
    if (reader_) reader_->finish();
  }

 private:
  [[nodiscard]] const std::string* setting(std::string_view key) const;

  std::optional<ObjectReader> reader_;
  const Settings& settings_;
};

}  // namespace ridgepoint
