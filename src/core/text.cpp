#include "core/text.hpp"

#include <algorithm>
#include <cstdint>

namespace ridgepoint {
namespace {

constexpr std::size_t kQuoteLimit = 60;

// The number of bytes of the UTF-8 sequence that starts here, or 0 when it is malformed.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool surrogate = byte(0) == 0xed && byte(1) >= 0xa0;
  const bool beyond = byte(0) == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

// A malformed byte counts as a character.
std::size_t character_length(std::string_view text) { return std::max<std::size_t>(1, sequence_length(text)); }

// Malformed, or one of C0, DEL and C1 (which some terminals obey even in UTF-8).
bool is_unprintable(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first >= 0x7f;
  return first == 0xc2 && static_cast<std::uint8_t>(character[1]) < 0xa0;
}

// Appends the first character of `text`.
void append_printable(std::string& shown, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string_view character = text.substr(0, character_length(text));
  if (!is_unprintable(character)) {
    shown += character;
    return;
  }
  for (const char c : character) {
    const auto byte = static_cast<std::uint8_t>(c);
    shown += "\\x";
    shown += kHex[byte >> 4];
    shown += kHex[byte & 0xf];
  }
}

// At most `limit`, up to three bytes less where that would cut a UTF-8 sequence.
std::size_t cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  std::size_t at = limit;
  while (at > limit - 3 && (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replace, last[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kQuoteLimit) return "";
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty() || word.size() < 3) return best;
  const auto contains = [&](std::string_view c) { return c.starts_with(word) || c.ends_with(word); };
  const auto found = std::find_if(candidates.begin(), candidates.end(), contains);
  return found == candidates.end() ? "" : *found;
}

std::string join_choices(std::span<const std::string_view> words, std::size_t limit) {
  std::string text;
  const std::size_t shown = words.size() > limit ? limit : words.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += (i + 1 == words.size()) ? " or " : ", ";
    text += words[i];
  }
  if (shown < words.size()) text += ", ... (" + std::to_string(words.size()) + " in all)";
  return text;
}

std::vector<std::string_view> views(std::span<const std::string> words) { return {words.begin(), words.end()}; }

std::string printable(std::string_view text) {
  std::string shown;
  for (; !text.empty(); text.remove_prefix(character_length(text))) append_printable(shown, text);
  return shown;
}

std::string in_quotes(std::string_view word) {
  std::string text = "\"";
  std::string_view left = word.substr(0, cut(word, kQuoteLimit));
  for (; !left.empty(); left.remove_prefix(character_length(left))) {
    if (left[0] == '"' || left[0] == '\\') text += '\\';
    append_printable(text, left);
  }
  if (word.size() > kQuoteLimit) text += "...";
  return text + "\"";
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t good = 0;
  while (good < text.size()) {
    const std::size_t length = sequence_length(text.substr(good));
    if (length == 0) break;
    good += length;
  }
  return good;
}

}  // namespace ridgepoint
