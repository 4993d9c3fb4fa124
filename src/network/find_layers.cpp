#include "network/find_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

// Greedy with one point to go back to: linear in practice, never exponential.
bool matches_glob(std::string_view text, std::string_view glob) {
  std::size_t at = 0;
  std::size_t in_glob = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (at < text.size()) {
    if (in_glob < glob.size() && glob[in_glob] == '*') {
      star = in_glob++;
      resume = at;
    } else if (in_glob < glob.size() && (glob[in_glob] == '?' || glob[in_glob] == text[at])) {
      ++in_glob;
      ++at;
    } else if (star != std::string_view::npos) {
      in_glob = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', in_glob) == std::string_view::npos;
}

std::optional<std::int64_t> as_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes the first part of a name with dots off it.
std::string_view take_part(std::string_view& name) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string_view part = name.substr(0, dot);
  name.remove_prefix(std::min(dot + 1, name.size()));
  return part;
}

// Whether `index` lies in a part such as "1-31".
bool in_range(std::string_view part, std::int64_t index) {
  const std::size_t dash = part.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = as_number(part.substr(0, dash));
  const auto last = as_number(part.substr(dash + 1));
  return first && last && *first <= index && index <= *last;
}

// Whether the layer stands for the repetition that `asked` names: "layers.7.up" for "layers.up", which repeats, or for
// "layers.1-31.up".
bool stands_for(const Layer& layer, std::string_view asked) {
  std::string_view name = layer.name;
  while (!asked.empty()) {
    const std::string_view wanted = take_part(asked);
    std::string_view rest = name;
    const std::string_view part = take_part(rest);
    const auto index = as_number(wanted);
    if (wanted == part || (index && in_range(part, *index))) {
      name = rest;
    } else if (!index || *index < 0 || *index >= layer.repeat) {
      return false;
    }
  }
  return name.empty();
}

template <class Predicate>
std::vector<std::size_t> select(const Network& network, Predicate&& predicate) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    if (predicate(network.layers[i])) found.push_back(i);
  }
  return found;
}

std::vector<std::string_view> names_at(const Network& network, const std::vector<std::size_t>& indices) {
  std::vector<std::string_view> names;
  names.reserve(indices.size());
  for (const std::size_t i : indices) names.push_back(network.layers[i].name);
  return names;
}

[[noreturn]] void refuse(const Network& network, std::string_view text) {
  const std::vector<std::string_view> names = names_of(network.layers);
  std::vector<std::string_view> ends;  // a slip of the hand may be in the end of a name
  ends.reserve(names.size());
  for (const std::string_view name : names) ends.push_back(name.substr(name.rfind('.') + 1));
  const std::string_view whole = nearest(text, names);
  throw InputError({fmt::format("{} has no layer {}", network.name, in_quotes(text)),
                    "a layer: " + join_choices(names, 12), std::string(whole.empty() ? nearest(text, ends) : whole)});
}

}  // namespace

std::vector<std::size_t> find_layers(const Network& network, std::string_view text) {
  std::vector<std::size_t> found = select(network, [&](const Layer& layer) { return layer.name == text; });
  if (!found.empty()) return found;
  if (text.find_first_of("*?") != std::string_view::npos) {
    found = select(network, [&](const Layer& layer) { return matches_glob(layer.name, text); });
    if (found.empty()) refuse(network, text);
    return found;
  }
  const std::string ending = "." + std::string(text);
  found = select(network, [&](const Layer& layer) { return !text.empty() && layer.name.ends_with(ending); });
  if (found.empty()) found = select(network, [&](const Layer& layer) { return stands_for(layer, text); });
  if (found.empty()) refuse(network, text);
  if (found.size() > 1) {
    throw InputError({fmt::format("{} names {} layers of {}", in_quotes(text), found.size(), network.name),
                      "one of " + join_choices(names_at(network, found)) + ", or a glob such as \"*" + ending + "\""});
  }
  return found;
}

}  // namespace ridgepoint
