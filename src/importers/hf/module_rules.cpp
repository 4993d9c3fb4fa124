// Rules that name modules: which of them fits which module.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <regex>

#include "importers/hf/quantization.hpp"

namespace ridgepoint::hf {
namespace {

constexpr std::string_view kLayers = "layers.";
constexpr std::string_view kExpression = "re:";

// What may stand before "layers.N" in the names of a checkpoint.
constexpr auto kRoots = std::to_array<std::string_view>(
    {"", "model.", "model.language_model.", "language_model.model.", "backbone.", "language_model."});

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// "model.layers.12.mlp" names layer 12; "model.layers.1*" may name several.
std::optional<std::int64_t> layer_named(std::string_view pattern) {
  const std::size_t at = pattern.find(kLayers);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t end = at + kLayers.size();
  std::int64_t layer = 0;
  const std::size_t first = end;
  for (; end < pattern.size() && is_digit(pattern[end]) && end - first < 9; ++end)
    layer = 10 * layer + (pattern[end] - '0');
  if (end == first || (end < pattern.size() && pattern[end] != '.')) return std::nullopt;
  return layer;
}

// Without what stands before "layers.", which differs from one class to the other.
std::string_view from_layers(std::string_view pattern) {
  const std::size_t at = pattern.find(kLayers);
  return at == std::string_view::npos ? pattern : pattern.substr(at);
}

// Shell patterns: * stands for any characters.
bool glob_fits(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (p < pattern.size() && (pattern[p] == name[n] || pattern[p] == '?')) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// A name, one below it, or whole parts of it: "mlp.gate" is in "layers.3.mlp.gate", not in "layers.3.mlp.gate_proj".
bool parts_fit(std::string_view part, std::string_view name) {
  for (std::size_t at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
    const bool begins = at == 0 || name[at - 1] == '.';
    const std::size_t end = at + part.size();
    if (begins && (end == name.size() || name[end] == '.')) return true;
  }
  return false;
}

bool expression_fits(const std::regex& regex, std::string_view name) {
  return std::any_of(kRoots.begin(), kRoots.end(), [&](std::string_view root) {
    const std::string full = std::string(root) + std::string(name);
    return std::regex_search(full, regex, std::regex_constants::match_continuous);
  });
}

}  // namespace

bool ModuleRule::fits(std::string_view module) const {
  if (expression) return expression_fits(*expression, module);
  const std::string_view plain = from_layers(pattern);
  if (plain.find('*') == std::string_view::npos) return !plain.empty() && parts_fit(plain, module);
  if (glob_fits(plain, module)) return true;
  // "*.mlp.gate" is about a module below any name, "model.layers.3.mlp*" about those that begin so.
  return glob_fits(std::string(plain) + ".*", module);
}

void Quantization::add(std::string_view pattern, int format) {
  ModuleRule rule{std::string(pattern), format};
  if (pattern.starts_with(kExpression)) {
    rule.expression = std::make_shared<const std::regex>(rule.pattern.substr(kExpression.size()));
  }
  const auto layer = rule.expression ? std::nullopt : layer_named(pattern);
  const bool several = pattern.find("layers") != std::string_view::npos;
  (layer ? layer_rules[*layer] : several ? layer_patterns : rules).push_back(std::move(rule));
}

int Quantization::format(const WeightFormat& format) {
  const auto found = std::find(formats.begin(), formats.end(), format);
  if (found != formats.end()) return static_cast<int>(found - formats.begin());
  formats.push_back(format);
  return static_cast<int>(formats.size()) - 1;
}

std::optional<int> Quantization::format_of(const std::vector<std::string>& names, const std::vector<ModuleRule>& list) {
  for (const ModuleRule& rule : list) {
    if (std::any_of(names.begin(), names.end(), [&](const std::string& name) { return rule.fits(name); })) {
      return rule.format;
    }
  }
  return std::nullopt;
}

WeightsItem WeightFormat::item(std::int64_t row) const {
  WeightsItem item{.weights = weights, .math = math};
  const std::int64_t values = group == 0 ? row : group;
  if (values > 0 && scale_bits > 0) {
    item.weight_group = std::max<std::int64_t>(std::llround(static_cast<double>(values) * 16 / scale_bits), 1);
  }
  return item;
}

}  // namespace ridgepoint::hf
