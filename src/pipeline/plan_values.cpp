#include "pipeline/plan_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/split.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

std::optional<double> parse_number(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string range_of(double least, double most) {
  return most < 1e18 ? fmt::format("a number from {:.10g} to {:.10g}", least, most)
                     : fmt::format("a number of at least {:.10g}", least);
}

}  // namespace

PlanValues::PlanValues(const std::shared_ptr<const Document>& document, const Node* node, std::string what,
                       const Settings& settings)
    : settings_(settings) {
  if (node != nullptr) reader_.emplace(document, *node, std::move(what));
}

const std::string* PlanValues::setting(std::string_view key) const {
  const auto found = std::find_if(settings_.rbegin(), settings_.rend(), [&](const auto& s) { return s.first == key; });
  return found == settings_.rend() ? nullptr : &found->second;
}

const Node* PlanValues::member(std::string_view key) {
  const Node* node = reader_ ? reader_->optional(key) : nullptr;
  return setting(key) != nullptr ? nullptr : node;
}

bool PlanValues::has(std::string_view key) { return setting(key) != nullptr || member(key) != nullptr; }

void PlanValues::fail(std::string_view key, Problem problem) {
  if (const std::string* text = setting(key)) {
    problem.what = fmt::format("--set {}={}: {}", key, *text, problem.what);
    throw InputError(std::move(problem));
  }
  if (const Node* node = member(key)) reader_->fail(*node, std::move(problem));
  problem.what = fmt::format("{}: {}", in_quotes(key), problem.what);
  throw InputError(std::move(problem));
}

std::size_t PlanValues::word(std::string_view key, std::span<const std::string_view> words, std::size_t fallback) {
  std::string word;
  if (const Node* node = member(key)) word = reader_->choice(*node, words);
  if (const std::string* text = setting(key)) word = *text;
  if (word.empty()) return fallback;
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) {
    fail(key,
         {fmt::format("unknown {} {}", key, in_quotes(word)), join_choices(words), std::string(nearest(word, words))});
  }
  return static_cast<std::size_t>(found - words.begin());
}

bool PlanValues::flag(std::string_view key, bool fallback) {
  if (const Node* node = member(key)) return reader_->boolean(*node);
  const std::string* text = setting(key);
  if (text == nullptr) return fallback;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  fail(key, {fmt::format("{} is not a boolean", in_quotes(key)), "true or false"});
}

std::optional<double> PlanValues::number(std::string_view key, double least, double most) {
  std::optional<double> value;
  if (const Node* node = member(key)) value = reader_->non_negative(*node);
  if (const std::string* text = setting(key)) {
    value = parse_number(*text);
    if (!value) fail(key, {fmt::format("{} is no number", in_quotes(*text)), range_of(least, most)});
  }
  if (value && (*value < least || *value > most))
    fail(key, {fmt::format("{} is {:.10g}", in_quotes(key), *value), range_of(least, most)});
  return value;
}

std::int64_t PlanValues::integer(std::string_view key, std::int64_t least, std::int64_t fallback) {
  constexpr double kMost = 1e9;
  const auto value = number(key, static_cast<double>(least), kMost);
  if (!value) return fallback;
  if (*value != std::floor(*value)) {
    fail(key, {fmt::format("{} is {:.10g}", in_quotes(key), *value), "a whole number"});
  }
  return static_cast<std::int64_t>(*value);
}

std::vector<double> PlanValues::list(std::string_view key) {
  std::vector<double> values;
  if (const Node* node = member(key)) {
    for (const Node& item : reader_->array(*node)) values.push_back(reader_->positive(item));
  }
  if (const std::string* text = setting(key)) {
    for (const std::string& part : split(*text, ',')) {
      const auto value = parse_number(part);
      if (!value || *value < 1) fail(key, {"not such a list", "numbers of at least 1, such as 15,10,5"});
      values.push_back(*value);
    }
  }
  return values;
}

std::string PlanValues::text(std::string_view key) {
  if (const Node* node = member(key)) return reader_->string(*node);
  const std::string* text = setting(key);
  return text == nullptr ? "" : *text;
}

}  // namespace ridgepoint
