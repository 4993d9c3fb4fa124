#include "importers/onnx/symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/text.hpp"

namespace ridgepoint::onnx {
namespace {

/// Words in the names that exporters give to open dimensions, the size that is taken where a run gives none, and the
/// parameter of the tool that it is.
struct Meaning {
  std::string_view word;
  std::int64_t size;
  std::string_view parameter;
};
constexpr Meaning kMeanings[]{
    {"batch", 1, "batch"}, {"past", 128, ""},       {"total", 256, "kv_len"}, {"kv_len", 256, "kv_len"},
    {"decoder", 128, ""},  {"encoder", 128, "seq"}, {"seq", 128, "seq"},      {"length", 128, ""},
    {"tokens", 128, ""},   {"height", 224, ""},     {"width", 224, ""},       {"time", 128, ""},
    {"frames", 16, ""},    {"channels", 3, ""},
};

constexpr std::int64_t kShort = 8;
constexpr std::size_t kMostFound = 32;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

Meaning meaning_of(const std::string& name, bool leading) {
  const std::string word = lower(name);
  for (const Meaning& m : kMeanings) {
    if (word.find(m.word) != std::string::npos) return m;
  }
  if (leading) return {"", 1, "batch"};
  return {"", 16, ""};
}

std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : text.substr(0, 60)) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) name.insert(0, "d");
  return name == "index" ? "index_" : name;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; });
}

}  // namespace

std::int64_t Symbols::override_of(const std::string& name, std::int64_t otherwise) const {
  for (const Attribute& attribute : overrides_) {
    const auto* const number = std::get_if<std::int64_t>(&attribute.value.data);
    if (attribute.name == name && number != nullptr && *number > 0) return *number;
  }
  return otherwise;
}

Dim Symbols::symbol(std::string name, bool leading) {
  const auto found = symbols_.find(name);
  if (found != symbols_.end()) return Dim::symbol(name, found->second.value);
  Meaning meaning = meaning_of(name, leading);
  if (brief_ && meaning.size > kShort) meaning.size /= kShort;
  const std::string parameter(meaning.parameter);
  Symbol symbol{.value = meaning.size, .alias = {}, .found = false};
  if (!parameter.empty() && parameter != name) {
    symbol.alias = parameter;
    const std::int64_t value = override_of(parameter, meaning.size);
    symbol.value = symbols_.emplace(parameter, Symbol{value, {}, false}).first->second.value;
  }
  symbol.value = override_of(name, symbol.alias.empty() ? override_of(name, symbol.value) : symbol.value);
  symbols_.emplace(name, symbol);
  return Dim::symbol(std::move(name), symbol.value);
}

// "past + seq" and "4*batch" are sums and products; anything else is a name.
Dim Symbols::parse(std::string_view text, bool leading) {
  std::string compact(text);
  compact.erase(std::remove(compact.begin(), compact.end(), ' '), compact.end());
  Dim sum(0);
  std::size_t from = 0;
  while (from <= compact.size()) {
    const std::size_t plus = std::min(compact.find('+', from), compact.size());
    Dim term(1);
    std::size_t at = from;
    while (at <= plus) {
      const std::size_t star = std::min(compact.find('*', at), plus);
      const std::string factor = compact.substr(at, star - at);
      if (!is_word(factor)) return symbol(identifier(text), leading);
      term = term * (is_number(factor) ? Dim(std::stoll(factor)) : symbol(identifier(factor), leading));
      at = star + 1;
    }
    sum = sum + term;
    from = plus + 1;
  }
  return sum;
}

bool Symbols::free_batch(std::int64_t fixed) {
  const bool asked =
      std::any_of(overrides_.begin(), overrides_.end(), [](const Attribute& a) { return a.name == "batch"; });
  if (asked) fixed_batch_ = fixed;
  return asked;
}

Dim Symbols::read(const DimView& dim, std::string_view input, std::size_t axis) {
  if (axis == 0 && fixed_batch_ > 0 && dim.has_number && dim.number == fixed_batch_) return batch();
  if (dim.has_number && dim.number > 0) return Dim(dim.number);
  if (dim.has_number && dim.number < -1) {
    throw InputError({fmt::format("input {} has an extent of {}", in_quotes(printable(input)), dim.number),
                      "an extent of at least 1"});
  }
  const bool named = !dim.name.empty() && dim.name.size() < 200 && dim.name != "?" && !dim.name.starts_with("unk__");
  if (named) return parse(dim.name, axis == 0);
  if (axis == 0) return symbol("batch", true);
  return symbol(identifier(fmt::format("{}_{}", input, axis)), false);
}

Attributes Symbols::parameters() const {
  Attributes list;
  for (const auto& [name, symbol] : symbols_) {
    list.push_back({name, symbol.alias.empty() ? Value(symbol.value) : Value(symbol.alias)});
  }
  return list;
}

Dim Symbols::found(std::string_view node, const Dim& most) {
  if (found_ >= kMostFound) return most;
  ++found_;
  node.remove_prefix(std::min(node.find_first_not_of("/_."), node.size()));
  const std::string base = identifier(node);
  std::string name = base;
  for (int number = 2; symbols_.contains(name); ++number) name = fmt::format("{}_{}", base, number);
  const std::int64_t value = std::min(override_of(name, most.value()), most.value());
  symbols_.emplace(name, Symbol{.value = value, .alias = most.is_number() ? "" : most.text(), .found = true});
  return Dim::symbol(name, value);
}

std::vector<std::string> Symbols::notes() const {
  std::string open;
  std::string found;
  for (const auto& [name, symbol] : symbols_) {
    const std::string value = symbol.alias.empty() ? std::to_string(symbol.value) : symbol.alias;
    std::string& list = symbol.found ? found : open;
    list += fmt::format("{}{} = {}", list.empty() ? "" : ", ", name, value);
  }
  std::vector<std::string> notes;
  if (!open.empty()) notes.push_back(fmt::format("sizes that the file leaves open: {}; --set changes them", open));
  if (!found.empty())
    notes.push_back(fmt::format("sizes that only a run finds, at most as here: {}; --set changes them", found));
  return notes;
}

}  // namespace ridgepoint::onnx
