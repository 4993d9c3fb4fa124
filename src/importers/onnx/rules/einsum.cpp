// Einsum of one operand (sums, diagonals left out, another order) or of two (a product).

#include "importers/onnx/einsum.hpp"

#include <algorithm>
#include <map>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::string_view kEllipsis = "...";

bool has(const std::string& text, char c) { return text.find(c) != std::string::npos; }

// What "..." stands for in an operand of this rank: the last of as many letters that no equation has.
std::string stand_in(std::size_t axes) {
  constexpr std::string_view kSpare = "\1\2\3\4\5\6\7\10";
  if (axes > kSpare.size()) throw Unknown{};
  return std::string(kSpare.substr(kSpare.size() - axes));
}

std::string without_ellipsis(std::string letters, std::size_t axes) {
  const std::size_t at = letters.find(kEllipsis);
  return at == std::string::npos ? letters : letters.replace(at, kEllipsis.size(), stand_in(axes));
}

// Without an arrow the result has the letters that stand once, in the order of the alphabet.
std::string implicit_result(const std::vector<std::string>& operands) {
  std::map<char, int> counts;
  for (const std::string& operand : operands) {
    for (const char c : operand) ++counts[c];
  }
  std::string result;
  for (const auto& [letter, count] : counts) {
    if (count == 1 || letter < ' ') result += letter;
  }
  return result;
}

std::map<char, Dim> extents_of(const NodeContext& n, const Equation& equation) {
  std::map<char, Dim> extents;
  for (std::size_t i = 0; i < equation.operands.size(); ++i) {
    for (std::size_t k = 0; k < n.shape(i).size(); ++k) {
      Dim& extent = extents.emplace(equation.operands[i][k], n.shape(i)[k]).first->second;
      if (extent.is(1)) extent = n.shape(i)[k];
    }
  }
  return extents;
}

Dims extents(const std::map<char, Dim>& all, const std::string& letters) {
  Dims dims;
  for (const char c : letters) dims.push_back(all.at(c));
  return dims;
}

void infer_einsum(Inference& n) {
  const Equation equation = equation_of(n);
  const std::map<char, Dim> all = extents_of(n, equation);
  for (const char letter : equation.result) {
    if (!all.contains(letter)) n.fail("its equation gives an axis that it does not take", "letters of the inputs");
  }
  n.set(0, n.in(0).elem, extents(all, equation.result));
}

/// The axes of an einsum of two by what becomes of them: kept from both, from one, or summed.
struct Roles {
  std::string batch, left, right, summed;
};

Roles roles_of(const std::string& a, const std::string& b, const std::string& result) {
  Roles roles;
  for (const char c : a) (has(b, c) ? (has(result, c) ? roles.batch : roles.summed) : roles.left) += c;
  for (const char c : b) {
    if (!has(a, c)) roles.right += c;
  }
  return roles;
}

bool repeats_letter(const std::string& letters) {
  return std::any_of(letters.begin(), letters.end(),
                     [&](char c) { return std::count(letters.begin(), letters.end(), c) > 1; });
}

/// A tensor with the letters of its axes.
struct Lettered {
  std::string tensor;
  std::string letters;
};

// Axes that neither the result nor the other operand has are summed over first.
Lettered reduced(const Lowering& n, const std::string& suffix, Lettered operand, const std::string& wanted) {
  if (repeats_letter(operand.letters)) throw Unknown{};  // a diagonal
  std::vector<std::int64_t> axes;
  std::string kept;
  for (std::size_t i = 0; i < operand.letters.size(); ++i) {
    if (has(wanted, operand.letters[i])) {
      kept += operand.letters[i];
    } else {
      axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (axes.empty()) return operand;
  if (kept.empty()) throw Unknown{};
  return {n.step(suffix + ".sum", "reduce", {operand.tensor}, {{"reduce", "sum"}, {"axes", Value(axes)}}), kept};
}

// The same tensor with its axes in another order: free, as a product reads it where it lies.
std::string ordered(const Lowering& n, const std::string& suffix, const Lettered& operand, const std::string& order) {
  std::vector<std::int64_t> axes;
  for (const char c : order) axes.push_back(static_cast<std::int64_t>(operand.letters.find(c)));
  if (std::is_sorted(axes.begin(), axes.end())) return operand.tensor;
  return n.step(suffix, "transpose", {operand.tensor}, {{"axes", Value(axes)}, {"free", true}});
}

Lettered multiplied(const Lowering& n, const Lettered& a, const Lettered& b, const std::string& result,
                    const std::map<char, Dim>& all) {
  const Roles roles = roles_of(a.letters, b.letters, result);
  const Dim batch = product(extents(all, roles.batch));
  const Dim k = product(extents(all, roles.summed));
  const std::string left = n.reshaped("a", ordered(n, "a.order", a, roles.batch + roles.left + roles.summed),
                                      {batch, product(extents(all, roles.left)), k});
  const std::string right = n.reshaped("b", ordered(n, "b.order", b, roles.batch + roles.summed + roles.right),
                                       {batch, k, product(extents(all, roles.right))});
  const std::string y = n.writer().add(layer_name(n.graph(), n.node()), "matmul", {left, right}, {});
  const std::string letters = roles.batch + roles.left + roles.right;
  return {letters.empty() ? y : n.reshaped("axes", y, extents(all, letters)), letters};
}

// An axis of one beside a longer one of the same letter is stretched.
std::string stretched(const Lowering& n, std::size_t i, const std::string& letters, const std::map<char, Dim>& all) {
  std::string tensor = n.ref(i);
  for (std::size_t k = 0; k < letters.size(); ++k) {
    const Dim& extent = all.at(letters[k]);
    if (!n.shape(i)[k].is(1) || extent.is(1)) continue;
    tensor = n.step("axis" + std::to_string(k), "expand", {tensor},
                    {{"axis", static_cast<std::int64_t>(k)}, {"length", extent.as_value()}});
  }
  return tensor;
}

void lower_einsum(Lowering& n) {
  const Equation equation = equation_of(n);
  const std::map<char, Dim> all = extents_of(n, equation);
  const std::string& result = equation.result;
  if (equation.operands.size() > 2 || repeats_letter(result)) throw Unknown{};
  const std::string& first = equation.operands[0];
  Lettered y{stretched(n, 0, first, all), first};
  if (equation.operands.size() == 1) {
    y = reduced(n, "a", y, result);
  } else {
    const std::string& second = equation.operands[1];
    const Lettered a = reduced(n, "a", y, result + second);
    const Lettered b = reduced(n, "b", {stretched(n, 1, second, all), second}, result + first);
    y = multiplied(n, a, b, result, all);
  }
  n.bind(0, ordered(n, "order", y, result));
}

constexpr std::array kRules{Rule{"Einsum", infer_einsum, lower_einsum}};

}  // namespace

Equation equation_of(const NodeContext& n) {
  std::string text(n.text("equation", ""));
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t arrow = text.find("->");
  Equation equation{.operands = {""}, .result = ""};
  for (const char c : text.substr(0, arrow)) {
    if (c == ',') {
      equation.operands.emplace_back();
    } else {
      equation.operands.back() += c;
    }
  }
  std::size_t open = 0;  // axes that "..." stands for in the result
  for (std::size_t i = 0; i < equation.operands.size(); ++i) {
    std::string& letters = equation.operands[i];
    const std::size_t rank = n.shape(i).size();
    const bool elliptic = letters.find(kEllipsis) != std::string::npos;
    const std::size_t named = letters.size() - (elliptic ? kEllipsis.size() : 0);
    if (elliptic ? named > rank : named != rank)
      n.fail("its equation does not fit its inputs", "a letter for every axis");
    if (elliptic) open = std::max(open, rank - named);
    letters = without_ellipsis(letters, rank - named);
  }
  equation.result =
      arrow == std::string::npos ? implicit_result(equation.operands) : without_ellipsis(text.substr(arrow + 2), open);
  return equation;
}

std::span<const Rule> einsum_rules() { return kRules; }

}  // namespace ridgepoint::onnx
