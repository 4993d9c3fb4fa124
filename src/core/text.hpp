#pragma once
// Text helpers that messages share.

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ridgepoint {

/// The Damerau-Levenshtein distance (adjacent swaps count one) between two words, in edits.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, or "" when none is near enough to be a slip of the hand. A candidate that `word`
/// starts or ends (h100 for h100-sxm5) is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "a, b or c"; lists longer than `limit` end with "... (N in all)".
std::string join_choices(std::span<const std::string_view> words, std::size_t limit = 16);

/// The views of a list of strings, for the functions above.
std::vector<std::string_view> views(std::span<const std::string> words);

/// The `name` of every item of a list or table.
template <class Items>
std::vector<std::string_view> names_of(const Items& items) {
  std::vector<std::string_view> names;
  names.reserve(std::size(items));
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

/// The text with control characters and bytes that are not UTF-8 as \xNN: safe to send to a terminal.
std::string printable(std::string_view text);

/// The word in double quotes, made printable, with quotes and backslashes escaped and long text cut.
std::string in_quotes(std::string_view word);

/// The number of bytes at the start of `text` that are well-formed UTF-8; all of them in a good text.
std::size_t utf8_prefix(std::string_view text);

/// Whether `text` is well-formed UTF-8.
inline bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

}  // namespace ridgepoint
