// Pools, resizes and samples at places of a grid.

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/rule.hpp"
#include "importers/onnx/window.hpp"

namespace ridgepoint::onnx {
namespace {

// A window that is rounded up may be larger than all that there is.
WindowForm pool_window(const NodeContext& n, const Dims& x) {
  WindowForm w = window_of(n, x, {});
  for (std::size_t i = 0; i < w.kernel.size() && w.ceil_mode; ++i) {
    const Dim room = x[i + 2] + w.before[i] + w.behind[i];
    if (reach(w, i).value() > room.value() && w.dilation[i] == 1) w.kernel[i] = room;
  }
  return w;
}

void infer_pool(Inference& n) {
  const Dims& x = n.shape(0);
  n.set(0, n.in(0).elem, window_shape(n, x, pool_window(n, x), x[1]));
  if (n.output_count() > 1) n.set(1, Elem::kInt64, *n.graph().value(n.node().outputs[0]).shape);
}

void lower_pool(Lowering& n) {
  const WindowForm form = pool_window(n, n.shape(0));
  Attributes attributes = window_attributes(form);
  attributes.push_back({"reduce", n.node().type == "MaxPool" ? "max" : "mean"});
  if (form.ceil_mode) attributes.push_back({"ceil_mode", true});
  n.emit("pool", {n.ref(0)}, std::move(attributes));
}

void infer_global_pool(Inference& n) {
  Dims y = n.shape(0);
  for (std::size_t i = 2; i < y.size(); ++i) y[i] = Dim(1);
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_global_pool(Lowering& n) {
  n.emit("global_pool", {n.ref(0)}, {{"reduce", n.node().type == "GlobalMaxPool" ? "max" : "mean"}, {"keep", true}});
}

// Sizes come as such, or as factors, in an input or an attribute; the place of both moved between versions.
void infer_resize(Inference& n) {
  const Dims& x = n.shape(0);
  const std::size_t scales = n.node().type == "Upsample" || n.input_count() == 2 ? 1 : 2;
  Dims y = x;
  std::vector<std::int64_t> axes = n.integers("axes").value_or(std::vector<std::int64_t>{});
  if (axes.empty()) {
    for (std::size_t i = 0; i < x.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  const bool by_size = n.has(3) && !n.shape(3).empty() && !n.shape(3)[0].is(0);
  const std::vector<Scalar>* factors = by_size ? nullptr : n.numbers(scales);
  if (by_size) {
    const Dims sizes = n.sizes(3);
    if (sizes.size() != axes.size()) n.fail("sizes do not fit its axes", "one for each axis");
    for (std::size_t i = 0; i < axes.size(); ++i)
      y[static_cast<std::size_t>(n.axis(axes[i], static_cast<std::int64_t>(x.size())))] = sizes[i];
  } else {
    if (factors == nullptr) throw Unknown{};
    if (factors->size() != axes.size()) n.fail("scales do not fit its axes", "one for each axis");
    for (std::size_t i = 0; i < axes.size(); ++i) {
      Dim& extent = y[static_cast<std::size_t>(n.axis(axes[i], static_cast<std::int64_t>(x.size())))];
      const Scalar& factor = (*factors)[i];
      if (!(factor.real > 0 && factor.real < 1e6)) n.fail("a scale out of range", "scales above 0");
      extent = factor.whole ? extent * factor.size
                            : Dim(static_cast<std::int64_t>(static_cast<double>(extent.value()) * factor.real));
    }
  }
  n.set(0, n.in(0).elem, std::move(y));
}

void lower_resize(Lowering& n) {
  const Dims& x = n.shape(0);
  const Dims& y = n.out_shape();
  if (x == y) return lower_alias(n);
  const std::string_view mode = n.text("mode", "nearest");
  const std::string word = mode == "cubic" ? "cubic" : mode == "linear" || mode == "bilinear" ? "linear" : "nearest";
  if (x.size() < 3 || x.size() > 5 || !(x[0] == y[0]) || !(x[1] == y[1])) {
    // Over other axes: as a list of values, whose number is what counts.
    const std::string flat = n.reshaped("values", n.ref(0), {Dim(1), Dim(1), product(x)});
    const std::string resized = n.step("resize", "resize", {flat}, {{"mode", word}, {"size", as_value({product(y)})}});
    return n.bind(0, n.reshaped("axes", resized, y));
  }
  n.emit("resize", {n.ref(0)}, {{"mode", word}, {"size", as_value(Dims(y.begin() + 2, y.end()))}});
}

void infer_grid_sample(Inference& n) {
  const Dims& x = n.shape(0);
  const Dims& grid = n.shape(1);
  if (x.size() < 3 || grid.size() != x.size()) n.fail("its grid does not fit its input", "as many axes in both");
  Dims y{x[0], x[1]};
  y.insert(y.end(), grid.begin() + 1, grid.end() - 1);
  n.set(0, n.in(0).elem, std::move(y));
}

// Each value is interpolated from its neighbours at places that the run gives: as a resize to that many.
void lower_grid_sample(Lowering& n) {
  const Dims& y = n.out_shape();
  if (y.size() > 5) throw Unknown{};
  const std::string_view mode = n.text("mode", "linear");
  const std::string word = mode.find("cubic") != std::string_view::npos ? "cubic"
                           : mode == "nearest"                          ? "nearest"
                                                                        : "linear";
  n.emit("resize", {n.ref(0)}, {{"mode", word}, {"size", as_value(Dims(y.begin() + 2, y.end()))}});
}

constexpr std::array kRules{
    Rule{"MaxPool", infer_pool, lower_pool},
    Rule{"AveragePool", infer_pool, lower_pool},
    Rule{"LpPool", infer_pool, lower_pool},
    Rule{"GlobalAveragePool", infer_global_pool, lower_global_pool},
    Rule{"GlobalMaxPool", infer_global_pool, lower_global_pool},
    Rule{"GlobalLpPool", infer_global_pool, lower_global_pool},
    Rule{"Resize", infer_resize, lower_resize},
    Rule{"Upsample", infer_resize, lower_resize},
    Rule{"GridSample", infer_grid_sample, lower_grid_sample},
};

}  // namespace

std::span<const Rule> pool_rules() { return kRules; }

}  // namespace ridgepoint::onnx
