#include "report/comparison.hpp"
#include "roofline/by_bound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace ridgepoint {
namespace {

/// A row of a side.
struct Place {
  std::size_t side = 0;
  std::size_t row = 0;
};

// "stage.1-3.conv" without its numbers.
std::string without_numbers(const std::string& name) {
  std::string out;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('.', start), name.size());
    const std::string part = name.substr(start, end - start);
    const bool number = !part.empty() && part.find_first_not_of("0123456789-") == std::string::npos;
    out += number ? "*." : part + ".";
    start = end + 1;
  }
  return out;
}

/// Joins rows that share a layer into groups (disjoint sets).
class Matcher {
 public:
  explicit Matcher(const std::vector<Side>& sides) : sides_(sides) {
    for (std::size_t side = 0; side < sides.size(); ++side) {
      first_.push_back(places_.size());
      for (std::size_t row = 0; row < sides[side].layers.size(); ++row) places_.push_back({side, row});
    }
    group_.resize(places_.size());
    std::iota(group_.begin(), group_.end(), std::size_t{0});
  }

  std::vector<MatchedLayers> match() {
    join_by([](const std::string& name) { return name; }, false);
    join_by(without_numbers, true);
    return groups();
  }

 private:
  std::size_t root(std::size_t i) {
    while (group_[i] != i) i = group_[i] = group_[group_[i]];
    return i;
  }
  // The earlier row, of the earlier side, stands for the group.
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    group_[std::max(a, b)] = std::min(a, b);
  }

  // Rows of different sides that have the same layer, in the same place among those of that name, are one group.
  template <class Key>
  void join_by(Key&& key, bool only_left) {
    const std::vector<bool> left = only_left ? alone() : std::vector<bool>(places_.size(), true);
    std::map<std::pair<std::string, int>, std::size_t> known;
    for (std::size_t side = 0; side < sides_.size(); ++side) {
      std::map<std::string, int> seen;
      for (std::size_t row = 0; row < sides_[side].layers.size(); ++row) {
        const std::size_t place = first_[side] + row;
        if (!left[place]) continue;
        const SideLayer& layer = sides_[side].layers[row];
        const auto add = [&](const std::string& name) {
          const std::string word = key(name);
          const auto [entry, is_new] = known.try_emplace({word, seen[word]++}, place);
          if (!is_new) join(entry->second, place);
        };
        if (layer.fused_from.empty()) add(layer.name);
        for (const std::string& name : layer.fused_from) add(name);
      }
    }
  }

  // Rows that no row of another side has joined.
  std::vector<bool> alone() {
    std::vector<std::size_t> sides_of(places_.size(), 0);  // one more than the side, of the group's first row
    std::vector<bool> shared(places_.size(), false);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      std::size_t& known = sides_of[root(i)];
      if (known != 0 && known != places_[i].side + 1) shared[root(i)] = true;
      known = places_[i].side + 1;
    }
    std::vector<bool> alone(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) alone[i] = !shared[root(i)];
    return alone;
  }

  std::vector<MatchedLayers> groups() {
    std::vector<MatchedLayers> list;
    std::map<std::size_t, std::size_t> index;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const auto [side, row] = places_[i];
      const SideLayer& layer = sides_[side].layers[row];
      const auto [entry, is_new] = index.try_emplace(root(i), list.size());
      if (is_new) list.push_back({layer.name, layer.op, std::vector<Part>(sides_.size())});
      add(list[entry->second].parts[side], row, layer);
    }
    for (MatchedLayers& group : list) {
      for (std::size_t side = 0; side < sides_.size(); ++side) settle(group.parts[side], sides_[side]);
    }
    return list;
  }

  static void add(Part& part, std::size_t row, const SideLayer& layer) {
    part.repeat = std::max(part.repeat, layer.repeat);
    part.rows.push_back(row);
    part.flops += layer.flops;
    part.bytes += layer.bytes;
    part.time += layer.time;
    part.time_p10 += layer.time_p10;
    part.time_p90 += layer.time_p90;
    for (std::size_t i = 0; i < kBoundCount; ++i) part.needs[i] += layer.needs[i];
  }

  static void settle(Part& part, const Side& side) {
    std::array<double, kBoundCount> times{};
    for (const std::size_t row : part.rows) {
      const SideLayer& layer = side.layers[row];
      times[static_cast<std::size_t>(layer.bound)] += layer.time;
    }
    part.bound = largest_bound(times);
  }

  const std::vector<Side>& sides_;
  std::vector<std::size_t> first_;
  std::vector<Place> places_;
  std::vector<std::size_t> group_;
};

bool same_everywhere(const std::vector<Side>& sides, const std::string& key) {
  return std::all_of(sides.begin(), sides.end(),
                     [&](const Side& side) { return side.fact(key) == sides.front().fact(key); });
}

// Number formats follow the activations unless told otherwise: then they say nothing new.
bool follows_activations(const std::vector<Side>& sides, const std::string& key) {
  if (key != "weights" && key != "kv_cache" && key != "math") return false;
  return std::all_of(sides.begin(), sides.end(),
                     [&](const Side& side) { return side.fact(key) == side.fact("activations"); });
}

// Different models have different parameters; only sizes of the run are worth a word then.
bool tells_apart(const std::vector<Side>& sides, const std::string& key) {
  if (same_everywhere(sides, key) || follows_activations(sides, key) || key == "mode") return false;
  if (same_everywhere(sides, "model")) return true;
  constexpr std::array<std::string_view, 10> kOfTheRun{"model", "device", "phase",     "activations", "weights",
                                                       "math",  "fusion", "execution", "batch",       "seq"};
  return std::find(kOfTheRun.begin(), kOfTheRun.end(), key) != kOfTheRun.end();
}

std::string shown_fact(const std::string& key, const std::string& value) {
  for (const char* bare : {"model", "device", "phase", "activations"}) {
    if (key == bare) return value;
  }
  return key + " " + (value.empty() ? "-" : value);
}

std::vector<std::string> keys_of(const std::vector<Side>& sides) {
  std::vector<std::string> keys;
  for (const Side& side : sides) {
    for (const auto& [key, value] : side.facts) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

std::string label_of(const std::vector<Side>& sides, std::size_t side) {
  std::string label;
  for (const std::string& key : keys_of(sides)) {
    if (tells_apart(sides, key)) label += (label.empty() ? "" : ", ") + shown_fact(key, sides[side].fact(key));
  }
  return label;
}

void name_sides(Comparison& c) {
  for (std::size_t i = 0; i < c.sides.size(); ++i) c.labels.push_back(label_of(c.sides, i));
  std::map<std::string, int> uses;
  for (const std::string& label : c.labels) ++uses[label];
  for (std::size_t i = 0; i < c.sides.size(); ++i) {
    std::string& label = c.labels[i];
    if (uses[label] < 2 && !label.empty()) continue;
    const std::string& source = c.sides[i].source;
    label += (label.empty() ? "" : ", ") + (source.empty() ? std::string("this run") : source);
  }
}

std::string common_facts(const std::vector<Side>& sides) {
  constexpr std::array<std::string_view, 15> kShown{"model", "device",   "phase",  "activations", "weights",
                                                    "math",  "kv_cache", "fusion", "execution",   "batch",
                                                    "seq",   "kv_len",   "image",  "nodes",       "edges"};
  std::string text;
  for (const std::string_view shown : kShown) {
    const std::string key(shown);
    const std::string value = sides.front().fact(key);
    if (value.empty() || !same_everywhere(sides, key) || follows_activations(sides, key)) continue;
    text += (text.empty() ? "" : ", ") + shown_fact(key, value);
  }
  return text;
}

}  // namespace

bool MatchedLayers::complete() const {
  return std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.present(); });
}

double Comparison::judged(double time, std::size_t side) const {
  return per_sample ? time / sides[side].batch() : time;
}

std::optional<double> Comparison::speed_up(const MatchedLayers& group, std::size_t side) const {
  const double before = judged(group.parts.front().time, 0);
  const double after = judged(group.parts[side].time, side);
  if (before <= 0 || after <= 0) return std::nullopt;
  return before / after;
}

std::optional<double> Comparison::speed_up(std::size_t side) const {
  const double before = judged(sides.front().time, 0);
  const double after = judged(sides[side].time, side);
  if (before <= 0 || after <= 0) return std::nullopt;
  return before / after;
}

double Comparison::share_of_gain(const MatchedLayers& group, std::size_t side) const {
  const double all = judged(sides.front().time, 0) - judged(sides[side].time, side);
  const double gain = judged(group.parts.front().time, 0) - judged(group.parts[side].time, side);
  return all == 0 ? 0 : gain / all;
}

Comparison compare(std::vector<Side> sides) {
  Comparison comparison;
  comparison.sides = std::move(sides);
  comparison.layers = Matcher(comparison.sides).match();
  comparison.per_sample = !same_everywhere(comparison.sides, "batch");
  comparison.common = common_facts(comparison.sides);
  name_sides(comparison);
  return comparison;
}

}  // namespace ridgepoint
