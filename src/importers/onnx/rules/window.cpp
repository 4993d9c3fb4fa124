// Convolutions: what slides a window of weights over [n, c, ...].

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/rule.hpp"
#include "importers/onnx/window.hpp"

namespace ridgepoint::onnx {
namespace {

std::vector<std::int64_t> list(const NodeContext& n, std::string_view name, std::size_t axes, std::int64_t otherwise,
                               std::int64_t least) {
  std::vector<std::int64_t> values = n.integers(name).value_or(std::vector<std::int64_t>(axes, otherwise));
  if (values.size() != axes) {
    n.fail(fmt::format("{} has {} numbers", name, values.size()), fmt::format("{}, one for each spatial axis", axes));
  }
  for (const std::int64_t value : values) {
    if (value < least || value > (std::int64_t{1} << 40))
      n.fail(fmt::format("{} has a {}", name, value), fmt::format("at least {}", least));
  }
  return values;
}

// auto_pad: as much as keeps ceil(in / stride), the odd one behind (or before).
void pad_same(WindowForm& w, const Dims& x, bool odd_before) {
  for (std::size_t i = 0; i < w.kernel.size(); ++i) {
    const Dim& in = x[i + 2];
    const Dim out = divide(in, Dim(w.stride[i]), true);
    const Dim total = larger((out - Dim(1)) * Dim(w.stride[i]) + reach(w, i) - in, Dim(0));
    const Dim small = divide(total, Dim(2));
    w.before[i] = odd_before ? total - small : small;
    w.behind[i] = total - w.before[i];
  }
}

}  // namespace

Dim reach(const WindowForm& w, std::size_t i) { return Dim(w.dilation[i]) * (w.kernel[i] - Dim(1)) + Dim(1); }

WindowForm window_of(const NodeContext& n, const Dims& x, Dims kernel) {
  if (x.size() < 3 || x.size() > 5) {
    n.fail(fmt::format("its input is {}", to_string(x)), "[batch, channels] and one to three spatial axes");
  }
  const std::size_t axes = x.size() - 2;
  WindowForm w;
  w.kernel = std::move(kernel);
  if (w.kernel.empty()) {
    const auto given = list(n, "kernel_shape", axes, 1, 1);
    w.kernel.assign(given.begin(), given.end());
  }
  if (w.kernel.size() != axes) n.fail("its kernel does not fit its input", fmt::format("{} spatial axes", axes));
  w.stride = list(n, "strides", axes, 1, 1);
  w.dilation = list(n, "dilations", axes, 1, 1);
  const std::string_view rule = n.text("auto_pad", "NOTSET");
  w.before.assign(axes, Dim(0));
  w.behind.assign(axes, Dim(0));
  if (rule == "SAME_UPPER" || rule == "SAME_LOWER") {
    pad_same(w, x, rule == "SAME_LOWER");
  } else if (rule != "VALID") {
    const auto pads = list(n, "pads", 2 * axes, 0, -(std::int64_t{1} << 30));
    for (std::size_t i = 0; i < axes; ++i) {
      w.before[i] = Dim(pads[i]);
      w.behind[i] = Dim(pads[axes + i]);
    }
  }
  w.ceil_mode = n.integer("ceil_mode", 0) != 0;
  return w;
}

Dims window_shape(const NodeContext& n, const Dims& x, const WindowForm& w, const Dim& channels) {
  Dims y{x[0], channels};
  for (std::size_t i = 0; i < w.kernel.size(); ++i) {
    const Dim room = x[i + 2] + w.before[i] + w.behind[i] - reach(w, i);
    if (room.value() < 0)
      n.fail(fmt::format("a window of {} over {}", reach(w, i).text(), to_string(x)), "a smaller window");
    Dim count = divide(room, Dim(w.stride[i])) + Dim(1);
    if (w.ceil_mode) {
      const Dim more = divide(room, Dim(w.stride[i]), true) + Dim(1);
      // A last window must start within the input or the padding before it.
      const bool inside = ((more - Dim(1)) * Dim(w.stride[i])).value() < (x[i + 2] + w.before[i]).value();
      if (inside) count = more;
    }
    y.push_back(count);
  }
  return y;
}

Attributes window_attributes(const WindowForm& w) {
  Attributes attributes{{"kernel", as_value(w.kernel)}};
  const auto differs = [](const std::vector<std::int64_t>& values, std::int64_t from) {
    return std::any_of(values.begin(), values.end(), [from](std::int64_t v) { return v != from; });
  };
  if (differs(w.stride, 1)) attributes.push_back({"stride", Value(w.stride)});
  if (differs(w.dilation, 1)) attributes.push_back({"dilation", Value(w.dilation)});
  Dims pads = w.before;
  if (!(w.before == w.behind)) pads.insert(pads.end(), w.behind.begin(), w.behind.end());
  if (std::any_of(pads.begin(), pads.end(), [](const Dim& p) { return !p.is(0); })) {
    attributes.push_back({"padding", as_value(pads)});
  }
  return attributes;
}

namespace {

Dims filter_extents(const NodeContext& n, std::size_t weight) {
  const Dims& w = n.shape(weight);
  if (w.size() < 3) n.fail(fmt::format("its weight is {}", to_string(w)), "[filters, channels] and spatial axes");
  return {w.begin() + 2, w.end()};
}

std::int64_t groups_of(const NodeContext& n) {
  const std::int64_t groups = n.integer("group", 1);
  if (groups < 1) n.fail(fmt::format("{} groups", groups), "at least 1");
  return groups;
}

void infer_conv_at(Inference& n, std::size_t weight, Elem elem) {
  const Dims& x = n.shape(0);
  const Dims kernel = filter_extents(n, weight);
  if (x.size() != kernel.size() + 2) n.fail("its weight does not fit its input", "as many spatial axes");
  const Dim channels = n.shape(weight)[1] * Dim(groups_of(n));
  if (channels.value() != x[1].value()) {
    n.fail(fmt::format("{} channels for filters of {}", x[1].text(), channels.text()), "as many channels");
  }
  n.set(0, elem, window_shape(n, x, window_of(n, x, kernel), n.shape(weight)[0]));
}

void infer_conv(Inference& n) { infer_conv_at(n, 1, n.in(0).elem); }
void infer_conv_integer(Inference& n) { infer_conv_at(n, 1, Elem::kInt32); }

}  // namespace

void infer_convolution(Inference& n, std::size_t weight, Elem elem) { infer_conv_at(n, weight, elem); }

// A convolution whose weights are computed by the run is still a product; its filters are taken for parameters.
void lower_convolution(Lowering& n, std::size_t weight, int bias) {
  const Dims& w = n.shape(weight);
  const WindowForm form = window_of(n, n.shape(0), filter_extents(n, weight));
  if (!n.in(weight).constant) return n.unmodelled();
  Attributes attributes{{"out_channels", w[0].as_value()}};
  for (Attribute& attribute : window_attributes(form)) attributes.push_back(std::move(attribute));
  if (groups_of(n) != 1) attributes.push_back({"groups", groups_of(n)});
  const bool biased =
      bias >= 0 && n.has(static_cast<std::size_t>(bias)) && n.in(static_cast<std::size_t>(bias)).constant;
  const auto b = static_cast<std::size_t>(std::max(bias, 0));
  const bool together =
      biased && n.writer().always_together(n.node().inputs.at(weight), n.node().inputs.at(b), n.index());
  attributes.push_back({"bias", together});
  std::vector<ParameterKey> keys{n.key(weight)};
  if (together) keys.push_back(n.key(b));
  n.emit_owner("conv", {n.ref(0)}, std::move(attributes), keys);
  if (!biased || together) return;
  Dims column = n.shape(b);
  column.resize(n.shape(0).size() - 1, Dim(1));
  const std::string y = n.ref_out();
  n.bind(0, n.step("sum", "add", {y, n.reshaped("bias", n.ref(b), column)}));
}

namespace {

void lower_conv(Lowering& n) { lower_convolution(n, 1, n.has(2) ? 2 : -1); }
void lower_conv_integer(Lowering& n) { lower_convolution(n, 1, -1); }

std::vector<std::int64_t> output_padding(const NodeContext& n, std::size_t axes) {
  return list(n, "output_padding", axes, 0, 0);
}

// With auto_pad or output_shape the padding follows from the extents.
Dims transposed_shape(const NodeContext& n, WindowForm& w) {
  const Dims& x = n.shape(0);
  Dims y{x[0], n.shape(1)[1] * Dim(groups_of(n))};
  const std::size_t axes = x.size() - 2;
  const auto added = output_padding(n, axes);
  const auto wanted = n.integers("output_shape");
  const std::string_view rule = n.text("auto_pad", "NOTSET");
  for (std::size_t i = 0; i < axes; ++i) {
    const Dim whole = (x[i + 2] - Dim(1)) * Dim(w.stride[i]) + reach(w, i) + Dim(added[i]);
    Dim out = whole - w.before[i] - w.behind[i];
    if (wanted && wanted->size() >= axes) out = Dim((*wanted)[wanted->size() - axes + i]);
    if (rule.starts_with("SAME")) out = x[i + 2] * Dim(w.stride[i]);
    const Dim cut = whole - out;
    if (!(out == whole - w.before[i] - w.behind[i])) {
      w.before[i] = divide(larger(cut, Dim(0)), Dim(2));
      w.behind[i] = larger(cut, Dim(0)) - w.before[i];
    }
    if (out.value() < 1) n.fail("its padding cuts everything off", "less padding");
    y.push_back(out);
  }
  return y;
}

void infer_conv_transpose(Inference& n) {
  const Dims kernel = filter_extents(n, 1);
  if (n.shape(0).size() != kernel.size() + 2) n.fail("its weight does not fit its input", "as many spatial axes");
  WindowForm w = window_of(n, n.shape(0), kernel);
  n.set(0, n.in(0).elem, transposed_shape(n, w));
}

void lower_conv_transpose(Lowering& n) {
  if (!n.in(1).constant) return n.unmodelled();
  WindowForm form = window_of(n, n.shape(0), filter_extents(n, 1));
  (void)transposed_shape(n, form);
  Attributes attributes{{"out_channels", (n.shape(1)[1] * Dim(groups_of(n))).as_value()}};
  for (Attribute& attribute : window_attributes(form)) attributes.push_back(std::move(attribute));
  const auto added = output_padding(n, form.kernel.size());
  if (std::any_of(added.begin(), added.end(), [](std::int64_t v) { return v != 0; })) {
    attributes.push_back({"output_padding", Value(added)});
  }
  if (groups_of(n) != 1) attributes.push_back({"groups", groups_of(n)});
  const bool biased = n.has(2) && n.in(2).constant;
  attributes.push_back({"bias", biased});
  std::vector<ParameterKey> keys{n.key(1)};
  if (biased) keys.push_back(n.key(2));
  n.emit_owner("conv_transpose", {n.ref(0)}, std::move(attributes), keys);
}

constexpr std::array kRules{
    Rule{"Conv", infer_conv, lower_conv},
    Rule{"ConvInteger", infer_conv_integer, lower_conv_integer},
    Rule{"ConvTranspose", infer_conv_transpose, lower_conv_transpose},
};

}  // namespace

std::span<const Rule> window_rules() { return kRules; }

}  // namespace ridgepoint::onnx
