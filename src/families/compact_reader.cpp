#include "families/compact_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "core/split.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 2> kFlagWords{"true", "false"};

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? "true" : "false";
  return "";
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::vector<std::int64_t>> parse_list(std::string_view text, std::int64_t minimum) {
  std::vector<std::int64_t> values;
  for (const std::string& part : split(text, ',')) {
    const auto value = parse_integer(part);
    if (!value || *value < minimum) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

const Attribute* find(const Attributes& attributes, std::string_view key) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.name == key; });
  return found == attributes.end() ? nullptr : &*found;
}

[[noreturn]] void fail_set(const Attribute& attribute, Problem problem) {
  problem.what = fmt::format("--set {}={}: {}", attribute.name, text_of(attribute.value), problem.what);
  attribute.value.where.fail(std::move(problem));
}

}  // namespace

const Attribute* CompactReader::find_override(std::string_view key) const {
  // The last of several wins, as it does for parameters.
  const auto found =
      std::find_if(overrides_.rbegin(), overrides_.rend(), [&](const Attribute& a) { return a.name == key; });
  return found == overrides_.rend() ? nullptr : &*found;
}

std::optional<std::string> CompactReader::take_override(std::string_view key) {
  options_.emplace_back(key);
  const Attribute* given = find_override(key);
  if (given == nullptr) return std::nullopt;
  used_.push_back(*given);
  std::erase_if(overrides_, [&](const Attribute& a) { return a.name == key; });
  return text_of(used_.back().value);
}

void CompactReader::check_override(std::string_view key) const {
  const Attribute* given = find_override(key);
  if (given == nullptr) return;
  const auto value = parse_integer(text_of(given->value));
  if (value && *value < 1) fail_set(*given, {fmt::format("{} is {}", in_quotes(key), *value), "at least 1"});
}

void CompactReader::add(std::string_view key, Value value) {
  check_override(key);
  description_.parameters.push_back({std::string(key), std::move(value)});
}

void CompactReader::size(std::string_view key) {
  if (!overridden(key)) (void)reader_.required(key);
  size(key, Value{});  // never this value: the file gives one, or the run
}

void CompactReader::size(std::string_view key, Value fallback) {
  if (!optional_size(key)) add(key, std::move(fallback));
}

bool CompactReader::optional_size(std::string_view key) {
  const Node* node = reader_.optional(key);
  if (node == nullptr) return false;
  if (node->kind != Node::Kind::kString && reader_.integer(*node) < 1) {
    reader_.fail(*node, {fmt::format("{} is {}", in_quotes(key), node->integer), "at least 1"});
  }
  add(key, node->kind == Node::Kind::kString ? read_value(reader_, *node) : Value(reader_.integer(*node)));
  return true;
}

std::string CompactReader::word(std::string_view key, std::span<const std::string_view> words,
                                std::string_view fallback) {
  const Node* node = reader_.optional(key);
  std::string value = node == nullptr ? std::string(fallback) : reader_.choice(*node, words);
  if (const auto given = take_override(key)) {
    value = *given;
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      fail_set(used_.back(), {fmt::format("unknown {} {}", key, in_quotes(value)), join_choices(words),
                              std::string(nearest(value, words))});
    }
  }
  return value;
}

bool CompactReader::flag(std::string_view key, bool fallback) {
  const Node* node = reader_.optional(key);
  const bool value = node == nullptr ? fallback : reader_.boolean(*node);
  const auto given = take_override(key);
  if (!given) return value;
  if (*given == "true" || *given == "1") return true;
  if (*given == "false" || *given == "0") return false;
  fail_set(used_.back(), {fmt::format("{} is not a boolean", in_quotes(key)), "true or false",
                          std::string(nearest(*given, kFlagWords))});
}

std::vector<std::string> CompactReader::words(std::string_view key, std::span<const std::string_view> choices,
                                              std::vector<std::string> fallback) {
  std::vector<std::string> values;
  if (const Node* node = reader_.optional(key)) {
    if (node->kind == Node::Kind::kString) values.push_back(reader_.choice(*node, choices));
    if (node->kind != Node::Kind::kString) {
      for (const Node& item : reader_.array(*node)) values.push_back(reader_.choice(item, choices));
    }
    if (values.empty()) reader_.fail(*node, {fmt::format("{} is an empty list", in_quotes(key)), "at least one word"});
  }
  if (const auto given = take_override(key)) {
    values = split(*given, ',');
    for (const std::string& word : values) {
      if (std::find(choices.begin(), choices.end(), word) != choices.end()) continue;
      fail_set(used_.back(), {fmt::format("unknown word {}", in_quotes(word)), join_choices(choices),
                              std::string(nearest(word, choices))});
    }
  }
  return values.empty() ? std::move(fallback) : values;
}

std::optional<Value> CompactReader::texts(std::string_view key) {
  const Node* node = reader_.optional(key);
  const auto given = take_override(key);
  if (!given) return node == nullptr ? std::nullopt : std::optional(read_value(reader_, *node));
  const Where where = used_.back().value.where;
  const auto text = [&](const std::string& word) {
    Value value(word);
    value.where = where;
    return value;
  };
  if (given->find(',') == std::string::npos) return text(*given);
  std::vector<Value> list;
  for (const std::string& word : split(*given, ',')) list.push_back(text(word));
  return Value(std::move(list));
}

double CompactReader::real(std::string_view key, double fallback) {
  double value = fallback;
  if (const Node* node = reader_.optional(key)) {
    value = reader_.non_negative(*node);
  }
  if (const auto given = take_override(key)) {
    char* end = nullptr;
    value = std::strtod(given->c_str(), &end);
    if (given->empty() || *end != '\0' || !(value >= 0)) {
      fail_set(used_.back(), {fmt::format("{} is no number", in_quotes(*given)), "a number of at least 0"});
    }
  }
  return value;
}

std::int64_t CompactReader::integer(std::string_view key, std::int64_t fallback) {
  std::int64_t value = fallback;
  if (const Node* node = reader_.optional(key)) {
    value = reader_.integer(*node);
    if (value < 0) reader_.fail(*node, {fmt::format("{} is {}", in_quotes(key), value), "at least 0"});
  }
  if (const auto given = take_override(key)) {
    const auto parsed = parse_integer(*given);
    if (!parsed || *parsed < 0) {
      fail_set(used_.back(), {fmt::format("{} is no such number", in_quotes(*given)), "an integer of at least 0"});
    }
    value = *parsed;
  }
  return value;
}

bool CompactReader::has(std::string_view key) const {
  return find_override(key) != nullptr || reader_.node().find(key) != nullptr;
}

std::vector<std::int64_t> CompactReader::list(std::string_view key, std::int64_t minimum) {
  const std::string expected = fmt::format("a list of integers of at least {}", minimum);
  const auto given = take_override(key);
  const Node* node = given ? reader_.optional(key) : &reader_.required(key);
  std::vector<std::int64_t> values;
  if (node != nullptr) {
    for (const Node& item : reader_.array(*node)) {
      values.push_back(reader_.integer(item));
      if (values.back() < minimum)
        reader_.fail(item, {fmt::format("{} holds {}", in_quotes(key), values.back()), expected});
    }
  }
  if (given) {
    const auto parsed = parse_list(*given, minimum);
    if (!parsed) fail_set(used_.back(), {"not such a list", expected + ", such as 3,4,6,3"});
    values = *parsed;
  }
  if (values.empty()) fail(key, {fmt::format("{} is an empty list", in_quotes(key)), expected});
  return values;
}

bool CompactReader::is_list(std::string_view key) const {
  const Attribute* given = find_override(key);
  if (given != nullptr) return text_of(given->value).find(',') != std::string::npos;
  const Node* node = reader_.node().find(key);
  return node != nullptr && node->kind == Node::Kind::kArray;
}

bool CompactReader::is_given(std::string_view key) const {
  return find_override(key) != nullptr || reader_.node().find(key) != nullptr;
}

std::optional<std::int64_t> CompactReader::number(std::string_view key) const {
  if (const Attribute* given = find_override(key)) return parse_integer(text_of(given->value));
  const Attribute* parameter = find(description_.parameters, key);
  if (parameter == nullptr) return std::nullopt;
  const auto* value = std::get_if<std::int64_t>(&parameter->value.data);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

bool CompactReader::overridden(std::string_view key) const {
  return find_override(key) != nullptr || find(used_, key) != nullptr;
}

void CompactReader::expect_divides(std::string_view divisor, std::string_view dividend) const {
  const auto small = number(divisor);
  const auto large = number(dividend);
  if (!small || !large || *large % *small == 0) return;
  // The command line is at fault when it set either.
  const bool blame_dividend = !overridden(divisor) && overridden(dividend);
  fail(blame_dividend ? dividend : divisor,
       {fmt::format("{} {} do not divide {} of {}", *small, divisor, in_quotes(dividend), *large),
        blame_dividend ? fmt::format("a multiple of {}", *small) : fmt::format("a divisor of {}", *large)});
}

void CompactReader::expect_at_most(std::string_view key, std::string_view limit) const {
  const auto value = number(key);
  const auto most = number(limit);
  if (!value || !most || *value <= *most) return;
  fail(overridden(limit) && !overridden(key) ? limit : key,
       {fmt::format("{} of {} is more than {} of {}", in_quotes(key), *value, in_quotes(limit), *most),
        fmt::format("at most {}, or a larger {}", *most, in_quotes(limit))});
}

void CompactReader::fail(std::string_view key, Problem problem) const {
  const Attribute* given = find_override(key);
  if (given == nullptr) given = find(used_, key);
  if (given != nullptr) fail_set(*given, std::move(problem));
  const Node* node = reader_.node().find(key);
  reader_.fail(node == nullptr ? reader_.node() : *node, std::move(problem));
}

void CompactReader::finish() {
  reader_.finish();
  std::vector<std::string_view> known = views(options_);
  for (const Attribute& parameter : description_.parameters) known.push_back(parameter.name);
  for (const Attribute& given : overrides_) {
    if (std::find(known.begin(), known.end(), given.name) != known.end()) continue;
    given.key.fail({fmt::format("--set {}: {} has no parameter or option {}", given.name, description_.name,
                                in_quotes(given.name)),
                    "one of " + join_choices(known, 80), std::string(nearest(given.name, known))});
  }
}

}  // namespace ridgepoint
