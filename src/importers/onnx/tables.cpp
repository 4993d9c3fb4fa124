#include "importers/onnx/tables.hpp"

#include <cmath>
#include <cstring>
#include <set>

#include "importers/onnx/names.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::int64_t kLongestLine = 1024;  ///< of which all pairs are looked at

/// The biases of the first head: [n, n], `stride` bytes apart.
struct Scores {
  std::string_view bytes;
  std::size_t width = 4;
  std::size_t stride = 4;
  std::int64_t n = 0;

  [[nodiscard]] std::string_view at(std::int64_t i, std::int64_t j) const {
    return bytes.substr(static_cast<std::size_t>(i * n + j) * stride, width);
  }
  // Of those between the query in place i and the key in place j behind the tokens.
  [[nodiscard]] bool same(std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t l, std::int64_t tokens) const {
    return at(i + tokens, j + tokens) == at(k + tokens, l + tokens);
  }
};

// Where the file holds them: heads first, or last as they lie in a table.
std::optional<Scores> scores_of(const Graph& graph, int value, std::int64_t n) {
  const ValueInfo& info = graph.value(root_of(graph, value));
  if (info.tensor == nullptr || !info.shape) return std::nullopt;
  const std::size_t width = width_of(info.elem);
  const auto count = static_cast<std::size_t>(product(*info.shape).value());
  if (width == 0 || count == 0 || info.tensor->raw.size() / width != count) return std::nullopt;
  if (count / static_cast<std::size_t>(n) < static_cast<std::size_t>(n)) return std::nullopt;
  const bool last = info.rank() == 2 && (*info.shape)[0].value() / n == n;
  const std::size_t heads = last ? static_cast<std::size_t>((*info.shape)[1].value()) : 1;
  return Scores{.bytes = info.tensor->raw, .width = width, .stride = width * heads, .n = n};
}

// Of the first query and of the first key; at most 3 or 4.
std::size_t count_values(const Scores& s) {
  std::set<std::string_view> values;
  for (std::int64_t j = 0; j < s.n && values.size() < 3; ++j) values.insert({s.at(0, j), s.at(j, 0)});
  return values.size();
}

// Along the first row of a window equal distances have equal values.
bool is_window(const Scores& s, std::int64_t side, std::int64_t tokens) {
  for (std::int64_t i = 0; i + 2 < side; ++i) {
    if (!s.same(i, i + 1, i + 1, i + 2, tokens) || !s.same(i + 1, i, i + 2, i + 1, tokens)) return false;
  }
  return true;
}

// The step to the next row of a window is another than that to the next place.
bool is_line(const Scores& s, std::int64_t side, std::int64_t tokens) { return s.same(side - 1, side, 0, 1, tokens); }

bool is_symmetric(const Scores& s) {
  for (std::int64_t j = 0; j < s.n; ++j) {
    if (s.at(0, j) != s.at(j, 0)) return false;
  }
  return true;
}

std::optional<double> real(std::string_view bytes) {
  float value = 0;
  if (bytes.size() != sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// The distances times a slope.
bool is_slope(std::string_view row, std::size_t stride) {
  const auto at = [&](std::size_t i) { return real(row.substr(std::min(i * stride, row.size()), sizeof(float))); };
  const auto a = at(0);
  const auto b = at(1);
  const auto c = at(2);
  return a && b && c && *a != *c && std::abs((*c - *b) - (*b - *a)) <= 1e-5 * std::abs(*c - *a);
}

// How many values there are along a line, or nothing where equal distances differ.
std::optional<std::int64_t> values_on_line(const Scores& s) {
  if (s.n > kLongestLine) return std::nullopt;
  for (std::int64_t i = 0; i + 1 < s.n; ++i) {
    for (std::int64_t j = 0; j + 1 < s.n; ++j) {
      if (s.at(i, j) != s.at(i + 1, j + 1)) return std::nullopt;
    }
  }
  std::set<std::string_view> values;
  for (std::int64_t j = 0; j < s.n; ++j) values.insert({s.at(0, j), s.at(j, 0)});
  return static_cast<std::int64_t>(values.size());
}

constexpr std::size_t kMostRows = 64;

// Sines and cosines of the same angles: their squares add up to half of as many.
bool is_on_circles(std::string_view row) {
  const std::size_t width = row.size() / sizeof(float);
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const double x = *real(row.substr(i * sizeof(float), sizeof(float)));
    sum += x * x;
  }
  return std::abs(sum - static_cast<double>(width) / 2) <= 1e-4 * static_cast<double>(width);
}

// The side of a window of n places with so many tokens, or 0.
std::int64_t side_of(std::int64_t n, std::int64_t tokens) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(n - tokens))));
  return side >= 2 && side * side + tokens == n ? side : 0;
}

Dims all_directions(std::int64_t side, std::int64_t tokens, const Dim& heads) {
  return {Dim((2 * side - 1) * (2 * side - 1) + 3 * tokens), heads};
}

// What a file without its values leaves: the extents.
std::optional<Dims> by_extents(std::int64_t n, const Dim& heads) {
  if (heads.is(1)) return std::nullopt;
  for (const std::int64_t tokens : {0, 1}) {
    if (const std::int64_t side = side_of(n, tokens); side > 0) return all_directions(side, tokens, heads);
  }
  return std::nullopt;
}

std::optional<Dims> by_values(const Scores& s, const Dim& heads) {
  const std::size_t values = count_values(s);
  const bool uniform = values == 1;
  if (uniform && heads.is(1)) return std::nullopt;
  if (values == 2 || is_slope(s.bytes, s.stride)) return Dims{};
  for (const std::int64_t tokens : {0, 1}) {
    const std::int64_t side = side_of(s.n, tokens);
    if (side == 0 || !is_window(s, side, tokens) || (!uniform && is_line(s, side, tokens))) continue;
    if (!uniform && tokens == 0 && is_symmetric(s)) return Dims{Dim(side * side), heads};
    return all_directions(side, tokens, heads);
  }
  const auto on_line = uniform ? std::nullopt : values_on_line(s);
  return on_line ? std::optional<Dims>(Dims{Dim(*on_line), heads}) : std::nullopt;
}

}  // namespace

std::size_t width_of(Elem elem) {
  switch (elem) {
    case Elem::kFloat: return 4;
    case Elem::kFloat16:
    case Elem::kBfloat16: return 2;
    default: return 0;
  }
}

std::optional<Dims> table_behind(const Graph& graph, int value) {
  const Dims& dims = *graph.value(value).shape;
  if (dims.size() < 2 || dims.size() > 4 || (dims.size() == 4 && !dims[0].is(1))) return std::nullopt;
  const std::int64_t n = dims.back().value();
  const ValueInfo& stored = graph.value(root_of(graph, value));
  if (dims[dims.size() - 2].is(1) && stored.tensor != nullptr && is_slope(stored.tensor->raw, sizeof(float)))
    return Dims{};
  constexpr std::int64_t kFew = 4;
  constexpr std::int64_t kMany = 1 << 20;
  if (!dims.back().is_number() || !dims[dims.size() - 2].is(n) || n < kFew || n > kMany) return std::nullopt;
  const Dim heads = dims.size() == 2 ? Dim(1) : dims[dims.size() - 3];
  const std::optional<Scores> scores = scores_of(graph, value, n);
  if (scores) return by_values(*scores, heads);
  return stored.name.starts_with("onnx::") ? by_extents(n, heads) : std::nullopt;
}

std::optional<Dims> rows_behind(const Graph& graph, int value) {
  const ValueInfo& info = graph.value(root_of(graph, value));
  if (info.tensor == nullptr || info.elem != Elem::kFloat || info.rank() < 2) return std::nullopt;
  const auto width = static_cast<std::size_t>(info.shape->back().value());
  const auto count = static_cast<std::size_t>(product(*info.shape).value());
  constexpr std::size_t kLeast = 8;
  if (count == 0 || width < kLeast || info.tensor->raw.size() / sizeof(float) != count || count / width < 2)
    return std::nullopt;
  const std::string_view first = info.tensor->raw.substr(0, width * sizeof(float));
  bool alike = true;
  bool circles = true;
  for (std::size_t row = 0; row < std::min(count / width, kMostRows); ++row) {
    const std::string_view bytes = info.tensor->raw.substr(row * first.size(), first.size());
    alike = alike && bytes == first;
    circles = circles && is_on_circles(bytes);
  }
  if (circles && !names_lookup(info.name)) return Dims{};
  return alike ? std::optional<Dims>(Dims{Dim(1), info.shape->back()}) : std::nullopt;
}

}  // namespace ridgepoint::onnx
