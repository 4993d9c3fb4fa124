// Reductions over axes, extrema with their places, running sums.

#include "importers/onnx/fold.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

/// A reduction, and what ours computes of it; what is done to each value before or behind is left out.
struct Reducing {
  std::string_view type;
  std::string_view reduce;
};

constexpr std::array kReducers{
    Reducing{"ReduceMean", "mean"},  Reducing{"ReduceSum", "sum"},  Reducing{"ReduceMax", "max"},
    Reducing{"ReduceMin", "min"},    Reducing{"ReduceL2", "l2"},    Reducing{"ReduceSumSquare", "squared_l2"},
    Reducing{"ReduceL1", "sum"},     Reducing{"ReduceProd", "sum"}, Reducing{"ReduceLogSumExp", "sum"},
    Reducing{"ReduceLogSum", "sum"},
};

std::vector<std::int64_t> axes_of(const NodeContext& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  std::vector<std::int64_t> axes = n.axes(1, rank).value_or(std::vector<std::int64_t>{});
  if (!axes.empty() || n.integer("noop_with_empty_axes", 0) != 0) return axes;
  for (std::int64_t i = 0; i < rank; ++i) axes.push_back(i);
  return axes;
}

void fold(Inference& n) {
  const std::vector<Scalar>* const x = n.numbers(0);
  if (x == nullptr || x->empty() || axes_of(n).size() != n.shape(0).size()) return;
  Scalar y = x->front();
  for (std::size_t i = 1; i < x->size(); ++i) {
    const Scalar& next = (*x)[i];
    if (!y.whole || !next.whole) return;
    if (n.node().type == "ReduceProd")
      y = Scalar(y.size * next.size);
    else if (n.node().type == "ReduceSum")
      y = Scalar(y.size + next.size);
    else if (n.node().type == "ReduceMax")
      y = Scalar(larger(y.size, next.size));
    else if (n.node().type == "ReduceMin")
      y = Scalar(smaller(y.size, next.size));
    else
      return;
  }
  n.set_data(0, {y});
}

void infer_reduce(Inference& n) {
  const std::vector<std::int64_t> axes = axes_of(n);
  const bool keep = n.integer("keepdims", 1) != 0;
  Dims y;
  for (std::size_t i = 0; i < n.shape(0).size(); ++i) {
    if (!std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i))) {
      y.push_back(n.shape(0)[i]);
    } else if (keep) {
      y.emplace_back(1);
    }
  }
  n.set(0, n.in(0).elem, std::move(y));
  fold(n);
}

void lower_reduce(Lowering& n) {
  const std::vector<std::int64_t> axes = axes_of(n);
  if (axes.empty()) return lower_alias(n);
  n.emit("reduce", {n.ref(0)},
         {{"reduce", std::string(row_of(kReducers, n.node().type).reduce)},
          {"axes", Value(axes)},
          {"keep", n.integer("keepdims", 1) != 0}});
}

void infer_arg(Inference& n) {
  Dims y = n.shape(0);
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(y.size()));
  if (n.integer("keepdims", 1) != 0) {
    y[static_cast<std::size_t>(axis)] = Dim(1);
  } else {
    y.erase(y.begin() + axis);
  }
  n.set(0, Elem::kInt64, std::move(y));
}

void lower_arg(Lowering& n) {
  const auto axis = n.axis(n.integer("axis", 0), static_cast<std::int64_t>(n.shape(0).size()));
  n.emit("arg_max", {n.ref(0)}, {{"axis", axis}, {"keep", n.integer("keepdims", 1) != 0}});
  n.writer().holds_indices(n.ref_out());
}

void infer_top_k(Inference& n) {
  Dims y = n.shape(0);
  const auto axis = static_cast<std::size_t>(n.axis(n.integer("axis", -1), static_cast<std::int64_t>(y.size())));
  y[axis] = n.has(1) ? n.sizes(1).at(0) : Dim(n.integer("k", 1));
  n.set(0, n.in(0).elem, y);
  n.set(1, Elem::kInt64, y);
}

void lower_top_k(Lowering& n) {
  const auto axis = n.axis(n.integer("axis", -1), static_cast<std::int64_t>(n.shape(0).size()));
  n.emit("top_k", {n.ref(0)}, {{"k", n.out_shape()[static_cast<std::size_t>(axis)].as_value()}, {"axis", axis}});
  const std::string both = n.ref_out();
  const std::string ids = both + ".indices";
  n.bind(0, both + ":0");
  if (n.node().outputs.size() < 2 || n.node().outputs[1] < 0) return;
  n.bind(1, n.writer().add(ids, "cast", {both + ":1"}, {{"dtype", "int64"}}));
}

// A running sum reads and writes every value once, as one addition each.
void lower_cumulative(Lowering& n) { n.emit("shift", {n.ref(0)}); }

constexpr std::array kOthers{
    Rule{"ArgMax", infer_arg, lower_arg},          Rule{"ArgMin", infer_arg, lower_arg},
    Rule{"TopK", infer_top_k, lower_top_k},        Rule{"CumSum", infer_same, lower_cumulative},
    Rule{"CumProd", infer_same, lower_cumulative},
};

}  // namespace

std::span<const Rule> reduction_rules() {
  static const std::vector<Rule> kRules = [] {
    std::vector<Rule> rules(kOthers.begin(), kOthers.end());
    for (const Reducing& r : kReducers) rules.push_back({r.type, infer_reduce, lower_reduce});
    return rules;
  }();
  return kRules;
}

}  // namespace ridgepoint::onnx
