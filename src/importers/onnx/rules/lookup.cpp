// Rows by index: embeddings, gathers, scatters, and what is done to boxes.

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

std::size_t axis_of(const NodeContext& n) {
  const auto rank = static_cast<std::int64_t>(n.shape(0).size());
  return static_cast<std::size_t>(n.axis(n.integer("axis", 0), std::max<std::int64_t>(rank, 1)));
}

void infer_gather(Inference& n) {
  const Dims& x = n.shape(0);
  const Dims& ids = n.shape(1);
  if (x.empty()) n.fail("looks into a scalar", "a tensor with axes");
  const std::size_t axis = axis_of(n);
  Dims y(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(axis));
  y.insert(y.end(), ids.begin(), ids.end());
  y.insert(y.end(), x.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.end());
  n.set(0, n.in(0).elem, std::move(y));
  const std::vector<Scalar>* const data = n.numbers(0);
  const std::vector<Scalar>* const at = n.numbers(1);
  if (data == nullptr || at == nullptr) return;
  std::vector<std::size_t> rows;
  for (const Scalar& id : *at) {
    const std::int64_t count = n.shape(0)[axis].value();
    const std::int64_t i = id.size.value() < 0 ? id.size.value() + count : id.size.value();
    if (i < 0 || i >= count) n.fail(fmt::format("index {} of {} values", id.size.value(), count), "an index inside");
    rows.push_back(static_cast<std::size_t>(i));
  }
  const std::size_t rank = n.shape(1).size();
  rearrange(n, *data, [&](const std::vector<std::size_t>& to) {
    const auto first = to.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::vector<std::size_t> index(first, first + static_cast<std::ptrdiff_t>(rank));
    std::vector<std::size_t> from(to.begin(), first);
    from.push_back(rows[place(n.shape(1), index)]);
    from.insert(from.end(), first + static_cast<std::ptrdiff_t>(rank), to.end());
    return place(n.shape(0), from);
  });
}

// Rows of a constant matrix by indices of the run are an embedding.
bool is_embedding(const Lowering& n) {
  return n.in(0).constant && !n.in(1).constant && n.shape(0).size() == 2 && axis_of(n) == 0 &&
         n.writer().is_learned(n.node().inputs[0]);
}

void lower_gather(Lowering& n) {
  const std::size_t axis = axis_of(n);
  if (is_embedding(n)) {
    return n.emit_owner("embedding", {n.writer().indices(n.node().inputs.at(1))},
                        {{"rows", n.shape(0)[0].as_value()}, {"dim", n.shape(0)[1].as_value()}}, {n.key(0)});
  }
  const std::vector<Scalar>* const ids = n.numbers(1);
  if (ids != nullptr && ids->size() == 1) {  // one index is a part of the axis
    const Dim& extent = n.shape(0)[axis];
    const Dim at = ids->front().size.value() < 0 ? ids->front().size + extent : ids->front().size;
    const std::string part =
        n.step("part", "slice", {n.ref(0)},
               {{"axis", static_cast<std::int64_t>(axis)}, {"start", at.as_value()}, {"length", 1}});
    return n.bind(0, n.reshaped("axes", part, n.out_shape()));
  }
  if (n.in(1).constant || ids != nullptr) {
    const Dim count = product(n.shape(1));
    const std::string rows = n.step("rows", "index_select", {n.ref(0)},
                                    {{"axis", static_cast<std::int64_t>(axis)}, {"count", count.as_value()}});
    return n.bind(0, n.shape(1).size() == 1 ? rows : n.reshaped("axes", rows, n.out_shape()));
  }
  const std::string ids_name = n.writer().indices(n.node().inputs.at(1));
  if (axis == 0 && !n.shape(1).empty()) return n.emit("gather", {n.ref(0), ids_name});
  if (axis == 0) return n.bind(0, n.reshaped("axes", n.step("row", "gather", {n.ref(0), ids_name}), n.out_shape()));
  const std::string flat = n.shape(1).size() == 1 ? ids_name : n.reshaped("flat", ids_name, {product(n.shape(1))});
  const std::string rows =
      n.step("rows", "index_select", {n.ref(0), flat}, {{"axis", static_cast<std::int64_t>(axis)}});
  n.bind(0, n.shape(1).size() == 1 ? rows : n.reshaped("axes", rows, n.out_shape()));
}

void infer_gather_elements(Inference& n) { n.set(0, n.in(0).elem, n.shape(1)); }

void infer_gather_nd(Inference& n) {
  const Dims& x = n.shape(0);
  const Dims& ids = n.shape(1);
  constexpr std::int64_t kMost = 64;
  const auto batch = static_cast<std::size_t>(std::clamp<std::int64_t>(n.integer("batch_dims", 0), 0, kMost));
  if (ids.empty()) n.fail("its indices are a scalar", "indices with axes");
  const auto depth = static_cast<std::size_t>(std::clamp<std::int64_t>(ids.back().value(), 0, kMost));
  if (batch + depth > x.size()) n.fail("its indices are longer than its axes", "at most one for each axis");
  Dims y(ids.begin(), ids.end() - 1);
  y.insert(y.end(), x.begin() + static_cast<std::ptrdiff_t>(batch + depth), x.end());
  n.set(0, n.in(0).elem, std::move(y));
}

// Single values at places of their own: as rows of one value each.
void lower_gather_values(Lowering& n) {
  const Dim count = product(n.out_shape());
  const Dim values = product(n.shape(0));
  const std::string flat = n.reshaped("values", n.ref(0), {values});
  const std::string picked = n.step("pick", "index_select", {flat}, {{"axis", 0}, {"count", count.as_value()}});
  n.bind(0, n.reshaped("axes", picked, n.out_shape()));
}

// Writes the updates into a copy of the data.
void lower_scatter(Lowering& n) {
  const Dim count = product(n.shape(0));
  const std::string flat = n.reshaped("values", n.ref(0), {count});
  const std::string copied = n.step("write", "index_select", {flat}, {{"axis", 0}, {"count", count.as_value()}});
  n.bind(0, n.reshaped("axes", copied, n.out_shape()));
}

void infer_one_hot(Inference& n) {
  Dims y = n.shape(0);
  const auto axis = n.axis(n.integer("axis", -1), static_cast<std::int64_t>(y.size()) + 1);
  y.insert(y.begin() + axis, n.sizes(1).at(0));
  n.set(0, n.in(2).elem, std::move(y));
  // Exporters count repetitions with a constant one.
  const std::vector<Scalar>* const ids = n.numbers(0);
  const std::vector<Scalar>* const values = n.numbers(2);
  if (ids == nullptr || values == nullptr || values->size() != 2) return;
  const std::int64_t depth = n.sizes(1).at(0).value();
  rearrange(n, *values, [&](std::vector<std::size_t> at) {
    const auto place_on_axis = static_cast<std::int64_t>(at[static_cast<std::size_t>(axis)]);
    at.erase(at.begin() + axis);
    const std::int64_t id = (*ids)[place(n.shape(0), at)].size.value();
    return (id < 0 ? id + depth : id) == place_on_axis ? std::size_t{1} : std::size_t{0};
  });
}

void lower_one_hot(Lowering& n) {
  const std::string hot =
      n.step("hot", "one_hot", {n.writer().indices(n.node().inputs.at(0))}, {{"classes", n.sizes(1).at(0).as_value()}});
  n.bind(0, n.reshaped("axes", hot, n.out_shape()));
}

void infer_trilu(Inference& n) { infer_same(n); }

// A copy with zeros on one side.
void lower_trilu(Lowering& n) { n.emit("scale", {n.ref(0)}); }

void infer_roi_align(Inference& n) {
  n.set(0, n.in(0).elem,
        {n.shape(1).at(0), n.shape(0).at(1), Dim(n.integer("output_height", 1)), Dim(n.integer("output_width", 1))});
}

void lower_roi_align(Lowering& n) {
  const Dim rois = divide(n.shape(1).at(0), n.shape(0).at(0), true);
  const std::vector<Value> output{n.integer("output_height", 1), n.integer("output_width", 1)};
  n.emit("roi_align", {n.ref(0)},
         {{"rois", larger(rois, Dim(1)).as_value()},
          {"output", Value(output)},
          {"sampling", std::max<std::int64_t>(1, n.integer("sampling_ratio", 2))}});
}

void infer_reverse(Inference& n) { infer_same(n); }

void lower_reverse(Lowering& n) {
  const Dims& x = n.shape(0);
  n.emit("index_select", {n.ref(0)}, {{"axis", 0}, {"count", x.at(0).as_value()}});
}

constexpr std::array kRules{
    Rule{"Gather", infer_gather, lower_gather},
    Rule{"GatherElements", infer_gather_elements, lower_gather_values},
    Rule{"GatherND", infer_gather_nd, lower_gather_values},
    Rule{"ScatterND", infer_same, lower_scatter},
    Rule{"ScatterElements", infer_same, lower_scatter},
    Rule{"Scatter", infer_same, lower_scatter},
    Rule{"TensorScatter", infer_same, lower_scatter},
    Rule{"OneHot", infer_one_hot, lower_one_hot},
    Rule{"Trilu", infer_trilu, lower_trilu},
    Rule{"RoiAlign", infer_roi_align, lower_roi_align},
    Rule{"ReverseSequence", infer_reverse, lower_reverse},
};

}  // namespace

std::span<const Rule> lookup_rules() { return kRules; }

}  // namespace ridgepoint::onnx
