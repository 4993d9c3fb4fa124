// softmax(q k^T / sqrt d + mask) v, from the softmax outwards.

#include <algorithm>

#include "importers/onnx/context.hpp"
#include "importers/onnx/patterns/operands.hpp"
#include "importers/onnx/patterns/scores.hpp"

namespace ridgepoint::onnx {
namespace {

/// The axes of the scores by what they are: those of queries and keys alike, of queries, of keys, and the width that is
/// summed over. `queries` says which operand of the product has them.
struct ScoreAxes {
  std::string batch;
  char query = 0;
  char key = 0;
  char width = 0;
  std::size_t queries = 0;

  /// [batch..., length, heads, width]: the last of the batch axes are the heads, where there are two.
  [[nodiscard]] std::string rows(char length, char of_width) const {
    const bool heads = batch.size() > 1;
    std::string letters = batch.substr(0, batch.size() - (heads ? 1 : 0));
    letters += length;
    if (heads) letters += batch.back();
    return letters + of_width;
  }
};

bool has(const std::string& text, char c) { return text.find(c) != std::string::npos; }

// The one letter of `from` that `keeps` holds for, or 0.
template <class Predicate>
char only(const std::string& from, Predicate keeps) {
  char found = 0;
  for (const char c : from) {
    if (!keeps(c)) continue;
    if (found != 0) return 0;
    found = c;
  }
  return found;
}

std::optional<ScoreAxes> score_axes(const Equation& product) {
  const std::string& a = product.operands[0];
  const std::string& b = product.operands[1];
  const std::string& y = product.result;
  ScoreAxes axes;
  if (y.size() < 3) return std::nullopt;
  axes.key = y.back();
  axes.queries = has(b, axes.key) ? 0 : 1;
  const std::string& q = axes.queries == 0 ? a : b;
  const std::string& k = axes.queries == 0 ? b : a;
  if (has(q, axes.key)) return std::nullopt;
  axes.query = only(q, [&](char c) { return !has(k, c); });
  axes.width = only(q, [&](char c) { return !has(y, c); });
  for (const char c : y) {
    if (has(q, c) && has(k, c)) axes.batch += c;
  }
  const bool all = axes.batch.size() + 2 == y.size() && q.size() == y.size() && k.size() == y.size();
  if (axes.query == 0 || axes.width == 0 || axes.batch.empty() || !all) return std::nullopt;
  return axes;
}

/// How the values are read and the result is written: the places of [batch..., keys, heads, width] in the values, and
/// for every axis of the result its place in [batch..., queries, heads, width].
struct ValueAxes {
  std::vector<std::int64_t> values;
  std::vector<std::int64_t> result;
};

std::optional<ValueAxes> value_axes(const ScoreAxes& axes, const std::string& scores, const WeightedSum& sum,
                                    const Equation& product) {
  const std::string& weights = product.operands[sum.weights];
  const std::string& v = product.operands[1 - sum.weights];
  if (weights.size() != scores.size() || v.size() != scores.size() || product.result.size() != scores.size())
    return std::nullopt;
  // The letters of the second product for those of the first.
  ScoreAxes renamed = axes;
  const auto letter = [&](char c) {
    const std::size_t at = scores.find(c);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t from = sum.order.empty() ? i : static_cast<std::size_t>(sum.order[i]);
      if (from == at) return weights[i];
    }
    return '\0';
  };
  std::transform(axes.batch.begin(), axes.batch.end(), renamed.batch.begin(), letter);
  renamed.query = letter(axes.query);
  renamed.key = letter(axes.key);
  renamed.width = only(v, [&](char c) { return !has(weights, c); });
  const bool summed = has(v, renamed.key) && !has(product.result, renamed.key) && !has(v, renamed.query);
  if (!summed || renamed.width == 0) return std::nullopt;
  for (const char c : renamed.batch + renamed.query + renamed.width) {
    if (!has(product.result, c)) return std::nullopt;
  }
  const std::string rows = renamed.rows(renamed.query, renamed.width);
  return ValueAxes{places(v, renamed.rows(renamed.key, renamed.width)), places(rows, product.result)};
}

/// Heads and batch of three operands, where they fit together.
struct Fit {
  std::int64_t heads = 1;
  std::int64_t kv_heads = 1;
  bool fits = false;
};

Fit fit_of(const Dims& q, const Dims& k, const Dims& v) {
  const std::size_t rank = q.size();
  if (rank < 3 || k.size() != rank || v.size() != rank) return {};
  Fit fit;
  const std::size_t batch = rank == 3 ? 1 : rank - 3;
  for (std::size_t i = 0; i < batch; ++i) {
    if (!(q[i] == k[i]) || !(q[i] == v[i])) return {};
  }
  if (rank > 3) {
    fit.heads = q[rank - 2].value();
    fit.kv_heads = k[rank - 2].value();
    if (!q[rank - 2].is_number() || !(k[rank - 2] == v[rank - 2]) || fit.kv_heads < 1 || fit.heads % fit.kv_heads != 0)
      return {};
  }
  fit.fits = q.back() == k.back() && k[batch].value() == v[batch].value();
  return fit;
}

// Whether the kernel can read what is added to the scores: it broadcasts to [heads, queries, keys].
bool is_readable(const Matcher& m, int mask, const Dims& q, const Dims& k) {
  const std::size_t length = q.size() == 3 ? 1 : q.size() - 3;
  const Dims* const dims = m.shape(mask);
  if (dims == nullptr || dims->size() > 4) return false;
  const auto fits = [&](std::size_t from_end, const Dim& extent) {
    return dims->size() < from_end || (*dims)[dims->size() - from_end].is(1) ||
           (*dims)[dims->size() - from_end] == extent;
  };
  return fits(1, k[length]) && fits(2, q[length]);
}

bool is_over_keys(const Matcher& m, Node& softmax, std::size_t rank) {
  const std::int64_t axis = NodeContext(m.graph(), softmax).integer("axis", m.graph().opset < 13 ? 1 : -1);
  return axis == -1 || axis == static_cast<std::int64_t>(rank) - 1;
}

// Whether a scale of [heads, 1, 1] can be applied to the queries as the product reads them.
bool may_scale_queries(const ScoreAxes& axes, const Equation& product) {
  std::string wanted = product.result;
  wanted.back() = axes.width;
  return product.operands[axes.queries] == wanted;
}

// Heads put side by side behind it are how the kernel writes them: [batch..., queries, heads, width].
Node* side_by_side(const Matcher& m, Node& sum, std::vector<std::int64_t>& order) {
  Node* const back = m.consumer(sum.outputs[0], "Transpose");
  if (back == nullptr) return &sum;
  std::vector<std::int64_t> behind;
  for (const std::int64_t axis : NodeContext(m.graph(), *back).permutation(order.size()))
    behind.push_back(order[static_cast<std::size_t>(axis)]);
  if (!std::is_sorted(behind.begin(), behind.end())) return &sum;
  order = behind;
  return back;
}

}  // namespace

bool match_attention(Matcher& m, Node& anchor) {
  if (anchor.type != "Softmax" || !anchor.op.empty()) return false;
  const Scores scores = scores_of(m, anchor.inputs[0]);
  const WeightedSum sum = scores.product == nullptr ? WeightedSum{} : weighted_sum(m, anchor.outputs[0]);
  if (sum.product == nullptr) return false;
  const auto product = product_letters(m, *scores.product);
  const auto weighting = product_letters(m, *sum.product);
  const auto axes = product && weighting ? score_axes(*product) : std::nullopt;
  if (!axes || !is_over_keys(m, anchor, product->result.size())) return false;
  const auto value = value_axes(*axes, product->result, sum, *weighting);
  if (!value || (scores.scale >= 0 && !may_scale_queries(*axes, *product))) return false;

  const std::vector<int>& factors = scores.product->inputs;
  Operand q{factors[axes->queries], places(product->operands[axes->queries], axes->rows(axes->query, axes->width))};
  if (scores.scale < 0) q = operand_of(m, without_scale(m, q.value), q.order);
  const std::size_t keys = 1 - axes->queries;
  const Operand k =
      repeated_operand(m, factors[keys], places(product->operands[keys], axes->rows(axes->key, axes->width)), true);
  const Operand v = repeated_operand(m, sum.product->inputs[1 - sum.weights], value->values, false);
  const Dims q_dims = ordered(m, q);
  const Dims k_dims = ordered(m, k);
  const Fit fit = fit_of(q_dims, k_dims, ordered(m, v));
  if (!fit.fits) return false;

  std::vector<int> inputs{q.value, k.value, v.value};
  if (scores.scale >= 0) inputs.push_back(scores.scale);
  for (const int mask : scores.masks) {
    if (!m.is_constant(mask) && !is_readable(m, mask, q_dims, k_dims)) return false;
    inputs.push_back(mask);
  }
  std::vector<std::int64_t> order = value->result;
  Node* const last = side_by_side(m, *sum.product, order);
  Attributes attributes{{"heads", fit.heads},   {"kv_heads", fit.kv_heads},    {"softcap", scores.softcap},
                        {"@q", Value(q.order)}, {"@k", Value(k.order)},        {"@v", Value(v.order)},
                        {"@out", Value(order)}, {"@scaled", scores.scale >= 0}};
  last->name = sum.product->name;
  m.replace(*last, "attention", inputs, last->outputs[0], std::move(attributes));
  return true;
}

}  // namespace ridgepoint::onnx
