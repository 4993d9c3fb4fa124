#pragma once
// Reads a compact description: each key either becomes a parameter of the network or decides its structure.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "network/description_reader.hpp"

namespace ridgepoint {

/// Takes hyper-parameters from a compact description and from the overrides of the command line. Sizes go to the
/// description's parameters, where instantiate() applies the overrides; options are overridden here, and their
/// overrides are taken out of the list. Every function throws InputError at the value, or naming the --set key.
class CompactReader {
 public:
  CompactReader(ObjectReader& reader, Attributes& overrides, Description& description)
      : reader_(reader), overrides_(overrides), description_(description) {}

  /// A size that must be given: a positive integer, or an expression over other sizes.
  void size(std::string_view key);
  /// A size with a default.
  void size(std::string_view key, Value fallback);
  /// A size that may be absent; whether it was given.
  bool optional_size(std::string_view key);

  /// One of the words.
  std::string word(std::string_view key, std::span<const std::string_view> words, std::string_view fallback);
  /// The row of a table that the word names; rows have a `name`.
  template <class Table>
  const auto& row(std::string_view key, const Table& table, std::string_view fallback) {
    const std::string wanted = word(key, names_of(table), fallback);
    return *std::find_if(std::begin(table), std::end(table), [&](const auto& row) { return row.name == wanted; });
  }
  bool flag(std::string_view key, bool fallback);
  /// A list of words, or the fallback; --set writes it a,b,c. One word stands for a list of it.
  std::vector<std::string> words(std::string_view key, std::span<const std::string_view> choices,
                                 std::vector<std::string> fallback);
  /// A text, a list of texts, or nothing, for what others read; --set writes a list a,b,c.
  std::optional<Value> texts(std::string_view key);
  /// A number that need not be an integer, and is not negative.
  double real(std::string_view key, double fallback);
  /// An integer, at least 0, that decides the structure.
  std::int64_t integer(std::string_view key, std::int64_t fallback);
  /// Whether the file or the command line gives the key.
  [[nodiscard]] bool has(std::string_view key) const;
  /// A list of integers that must be given, each at least `minimum`; --set writes it 3,4,6,3.
  std::vector<std::int64_t> list(std::string_view key, std::int64_t minimum = 1);
  /// Whether the file or the command line gives the key as a list rather than as one number.
  [[nodiscard]] bool is_list(std::string_view key) const;

  /// The value of a size, when file and command line give it as a plain number.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key) const;
  /// Whether the file or the command line gives the key.
  [[nodiscard]] bool is_given(std::string_view key) const;
  /// Whether the command line sets the key.
  [[nodiscard]] bool overridden(std::string_view key) const;
  /// Fails when both sizes are plain numbers and `divisor` does not divide `dividend`.
  void expect_divides(std::string_view divisor, std::string_view dividend) const;
  /// Fails when both sizes are plain numbers and the first is the larger.
  void expect_at_most(std::string_view key, std::string_view limit) const;
  /// Throws the problem at the key's value.
  [[noreturn]] void fail(std::string_view key, Problem problem) const;

  /// Fails on keys that nobody asked for, in the file and on the command line.
  void finish();

 private:
  [[nodiscard]] const Attribute* find_override(std::string_view key) const;
  std::optional<std::string> take_override(std::string_view key);
  void add(std::string_view key, Value value);
  void check_override(std::string_view key) const;

  ObjectReader& reader_;
  Attributes& overrides_;
  Description& description_;
  std::vector<std::string> options_;
  Attributes used_;
};

}  // namespace ridgepoint
