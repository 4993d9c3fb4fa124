// Operators whose extents only a run finds: how many values are not zero, how many boxes remain. Each such size is a
// parameter of the description, with the most that it can be as its default.

#include <algorithm>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

// The places of the values that are not zero: [rank, found].
void infer_non_zero(Inference& n) {
  const Dims& x = n.shape(0);
  const Dim rank(std::max<std::int64_t>(1, static_cast<std::int64_t>(x.size())));
  n.set(0, Elem::kInt64, {rank, n.found(product(x))});
}

// Values as a list of whole numbers that the run writes.
std::string written_indices(const Lowering& n, const std::string& tensor, const Dim& count, const Dims& dims) {
  const std::string list = n.step("found", "index_select", {tensor}, {{"axis", 0}, {"count", count.as_value()}});
  const std::string whole = n.step("indices", "cast", {list}, {{"dtype", "int64"}});
  std::string shaped = n.reshaped("axes", whole, dims);
  n.writer().holds_indices(shaped);
  return shaped;
}

void lower_non_zero(Lowering& n) {
  const Dims& y = n.out_shape();
  const std::string flat = n.reshaped("values", n.ref(0), {product(n.shape(0))});
  n.bind(0, written_indices(n, flat, product(y), y));
}

/// What non-maximum suppression works on: boxes[b, n, 4] and scores[b, classes, n].
struct Suppression {
  Dim batch, boxes, classes, kept;  ///< `kept` of each class
};

Suppression suppression_of(const NodeContext& n) {
  const Dims& boxes = n.shape(0);
  const Dims& scores = n.shape(1);
  if (boxes.size() != 3 || scores.size() != 3 || !boxes[2].is(4))
    n.fail("its inputs are no boxes and scores", "[batch, boxes, 4] and [batch, classes, boxes]");
  Suppression s{.batch = boxes[0], .boxes = boxes[1], .classes = scores[1], .kept = boxes[1]};
  const std::vector<Scalar>* const most = n.numbers(2);
  if (most != nullptr && most->size() == 1 && most->front().whole && most->front().size.value() > 0)
    s.kept = smaller(s.kept, most->front().size);
  return s;
}

void infer_suppression(Inference& n) {
  const Suppression s = suppression_of(n);
  n.set(0, Elem::kInt64, {n.found(s.batch * s.classes * s.kept), Dim(3)});
}

void lower_suppression(Lowering& n) {
  const Suppression s = suppression_of(n);
  if (s.kept.value() < 1) throw Unknown{};
  std::string boxes = n.reshaped("classes", n.ref(0), {s.batch, Dim(1), s.boxes, Dim(4)});
  if (!s.classes.is(1))
    boxes = n.step("each_class", "expand", {boxes}, {{"axis", 1}, {"length", s.classes.as_value()}});
  const std::string kept = n.step("keep", "nms", {boxes}, {{"keep", s.kept.as_value()}});
  const std::string flat = n.reshaped("kept", kept, {s.batch * s.classes * s.kept * Dim(4)});
  n.bind(0, written_indices(n, flat, product(n.out_shape()), n.out_shape()));
}

// The values that differ, the place of each, which of them every value is, and how many of each there are.
void infer_unique(Inference& n) {
  const Dims x = n.shape(0);
  Dims y{product(x)};
  Dim& extent =
      n.has_attribute("axis")
          ? (y = x)[static_cast<std::size_t>(n.axis(n.integer("axis", 0), static_cast<std::int64_t>(x.size())))]
          : y[0];
  const Dim all = extent;
  const Dim found = n.found(all);
  extent = found;
  n.set(0, n.in(0).elem, y);
  n.set(1, Elem::kInt64, {found});
  n.set(2, Elem::kInt64, {all});
  n.set(3, Elem::kInt64, {found});
}

// They are sorted.
void lower_unique(Lowering& n) {
  const Dim count = product(n.shape(0));
  const std::string flat = n.reshaped("values", n.ref(0), {count});
  const std::string sorted = n.step("sort", "top_k", {flat}, {{"k", count.as_value()}});
  const std::string values =
      n.step("distinct", "index_select", {sorted}, {{"axis", 0}, {"count", product(n.out_shape()).as_value()}});
  n.bind(0, n.reshaped("axes", values, n.out_shape()));
  for (std::size_t i = 1; i < n.node().outputs.size(); ++i) {
    if (n.node().outputs[i] >= 0) n.bind(i, written_indices(n, sorted + ":1", product(n.out_shape(i)), n.out_shape(i)));
  }
}

// Those slices of an axis for which a condition holds; of the flat list without an axis.
void infer_compress(Inference& n) {
  Dims y = n.shape(0);
  if (!n.has_attribute("axis")) return n.set(0, n.in(0).elem, {n.found(product(y))});
  Dim& extent = y[static_cast<std::size_t>(n.axis(n.integer("axis", 0), static_cast<std::int64_t>(y.size())))];
  extent = n.found(extent);
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_compress(Lowering& n) {
  const Dims& x = n.shape(0);
  const bool flat = !n.has_attribute("axis");
  const std::int64_t axis = flat ? 0 : n.axis(n.integer("axis", 0), static_cast<std::int64_t>(x.size()));
  const std::string from = flat ? n.reshaped("values", n.ref(0), {product(x)}) : n.ref(0);
  n.emit("index_select", {from}, {{"axis", axis}, {"count", n.out_shape()[static_cast<std::size_t>(axis)].as_value()}});
}

constexpr std::array kRules{
    Rule{"NonZero", infer_non_zero, lower_non_zero},
    Rule{"NonMaxSuppression", infer_suppression, lower_suppression},
    Rule{"Unique", infer_unique, lower_unique},
    Rule{"Compress", infer_compress, lower_compress},
};

}  // namespace

std::span<const Rule> found_rules() { return kRules; }

}  // namespace ridgepoint::onnx
