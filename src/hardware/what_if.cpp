#include "hardware/what_if.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "core/human.hpp"
#include "core/text.hpp"
#include "hardware/scaling.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 9> kPrefixes{{{"Ki", 1024.0},
                                                                        {"Mi", 1048576.0},
                                                                        {"Gi", 1073741824.0},
                                                                        {"Ti", 1099511627776.0},
                                                                        {"k", 1e3},
                                                                        {"M", 1e6},
                                                                        {"G", 1e9},
                                                                        {"T", 1e12},
                                                                        {"P", 1e15}}};

// "matrix.bf16" is the property "matrix" of a format.
struct Key {
  const ScaledProperty* property = nullptr;
  std::optional<DType> format{};
};

const ScaledProperty* find_property(std::string_view name) {
  for (const ScaledProperty& property : scaled_properties()) {
    if (property.facts.name == name) return &property;
  }
  return nullptr;
}

Key find_key(std::string_view key) {
  if (const ScaledProperty* whole = find_property(key)) return {whole, std::nullopt};
  const std::size_t dot = key.find('.');
  const ScaledProperty* unit = dot == std::string_view::npos ? nullptr : find_property(key.substr(0, dot));
  if (unit == nullptr || !unit->by_format) return {};
  const auto format = find_dtype(key.substr(dot + 1));
  return format ? Key{unit, format} : Key{};
}

[[noreturn]] void refuse_key(std::string_view key) {
  std::vector<std::string_view> names;
  for (const ScaledProperty& property : scaled_properties()) names.push_back(property.facts.name);
  throw InputError({fmt::format("unknown property {} of a device", in_quotes(key)),
                    join_choices(names, 40) + "; matrix and vector also of one format: matrix.bf16",
                    std::string(nearest(key, names))});
}

[[noreturn]] void refuse_amount(std::string_view key, std::string_view text, std::string expected) {
  throw InputError({fmt::format("--what-if {}={} is no value", printable(key), printable(text)), std::move(expected)});
}

// The number that the text starts with; what is left behind it stays in `text`.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value) || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<double> prefix_of(std::string_view text, std::string_view unit) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with(unit)) text.remove_suffix(unit.size());
  if (text.empty()) return 1;
  for (const auto& [prefix, factor] : kPrefixes) {
    if (text == prefix) return factor;
  }
  return std::nullopt;
}

void apply(Device& device, const DeviceChange& change) {
  const Key key = find_key(change.key);
  if (key.property == nullptr) refuse_key(change.key);
  double factor = change.amount;
  const std::optional<double> now = key.property->get(device, key.format);
  if (!now) {
    throw InputError(
        {fmt::format("{} has no {} that could change", device.name, change.key), "a property that its file gives"});
  }
  if (!change.is_factor) factor = change.amount / *now;
  key.property->scale(device, key.format, factor);
}

}  // namespace

std::span<const DeviceProperty> device_properties() {
  static const std::vector<DeviceProperty> list = [] {
    std::vector<DeviceProperty> facts;
    for (const ScaledProperty& property : scaled_properties()) facts.push_back(property.facts);
    return facts;
  }();
  return list;
}

std::optional<double> parse_quantity(std::string_view text, std::string_view unit) {
  const std::optional<double> number = take_number(text);
  const std::optional<double> prefix = number ? prefix_of(text, unit) : std::nullopt;
  return prefix ? std::optional(*number * *prefix) : std::nullopt;
}

DeviceChange parse_amount(std::string_view key, std::string_view text) {
  const Key found = find_key(key);
  if (found.property == nullptr) refuse_key(key);
  const ScaledProperty& property = *found.property;
  const bool whole = property.facts.unit.empty() || (property.by_format && !found.format);
  const std::string expected =
      whole ? "a factor such as x2" : fmt::format("a factor such as x2, or a value in {}", property.facts.unit);
  DeviceChange change{.key = std::string(key), .is_factor = text.starts_with('x')};
  std::string_view rest = text.substr(change.is_factor ? 1 : 0);
  const std::optional<double> number = take_number(rest);
  if (!number || (!change.is_factor && whole)) refuse_amount(key, text, expected);
  change.amount = *number;
  if (change.is_factor) {
    if (!rest.empty()) refuse_amount(key, text, expected);
  } else {
    const std::optional<double> prefix = prefix_of(rest, property.facts.unit);
    if (!prefix) refuse_amount(key, text, expected + ", with k, M, G, T, Ki, Mi or Gi before it");
    change.amount *= *prefix;
  }
  if (change.amount == 0 && !property.may_vanish) refuse_amount(key, text, "a number above 0");
  return change;
}

DeviceChange parse_change(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw InputError({fmt::format("--what-if {} changes nothing", in_quotes(text)),
                      "KEY=xFACTOR or KEY=VALUE, such as dram.bandwidth=x2"});
  }
  return parse_amount(text.substr(0, equals), text.substr(equals + 1));
}

std::string text_of(const DeviceChange& change) {
  if (change.is_factor) return fmt::format("{} x{}", change.key, change.amount);
  const std::string unit(find_key(change.key).property->facts.unit);
  return change.key + " " + human_si(change.amount, unit.c_str());
}

Device changed(Device device, std::span<const DeviceChange> changes) {
  for (const DeviceChange& change : changes) {
    apply(device, change);
    device.changes.push_back(text_of(change));
  }
  if (!changes.empty()) device.name += fmt::format(" ({})", fmt::join(device.changes, ", "));
  return device;
}

}  // namespace ridgepoint
