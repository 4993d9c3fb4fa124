// Operators on images that few networks have: deformable convolutions, folds, grids, crops; and signals.

#include <algorithm>

#include "importers/onnx/rule.hpp"
#include "importers/onnx/window.hpp"

namespace ridgepoint::onnx {
namespace {

Dims kernel_of(const NodeContext& n, std::size_t weight) {
  const Dims& w = n.shape(weight);
  if (w.size() != 4) n.fail("its weight has not four axes", "[filters, channels, height, width]");
  return {w[2], w[3]};
}

void infer_deform_conv(Inference& n) {
  n.set(0, n.in(0).elem, window_shape(n, n.shape(0), window_of(n, n.shape(0), kernel_of(n, 1)), n.shape(1)[0]));
}

// x, weight, offsets, bias, mask.
void lower_deform_conv(Lowering& n) {
  if (!n.in(1).constant) return n.unmodelled();
  Attributes attributes{{"out_channels", n.shape(1)[0].as_value()}};
  for (Attribute& attribute : window_attributes(window_of(n, n.shape(0), kernel_of(n, 1))))
    attributes.push_back(std::move(attribute));
  const bool biased = n.has(3) && n.in(3).constant;
  attributes.push_back({"groups", std::max<std::int64_t>(1, n.integer("group", 1))});
  attributes.push_back({"offset_groups", std::max<std::int64_t>(1, n.integer("offset_group", 1))});
  attributes.push_back({"bias", biased});
  std::vector<std::string> inputs{n.ref(0), n.ref(2)};
  if (n.has(4)) inputs.push_back(n.ref(4));
  std::vector<ParameterKey> keys{n.key(1)};
  if (biased) keys.push_back(n.key(3));
  n.emit_owner("deform_conv", std::move(inputs), std::move(attributes), std::move(keys));
}

// Columns [n, c taps, windows] added up to [n, c, extents...].
void infer_col2im(Inference& n) {
  const Dims& x = n.shape(0);
  const Dims image = n.sizes(1);
  const Dim taps = product(n.sizes(2));
  if (x.size() != 3 || taps.value() < 1) n.fail("its input has not three axes", "[batch, channels taps, windows]");
  Dims y{x[0], divide(x[1], taps)};
  y.insert(y.end(), image.begin(), image.end());
  n.set(0, n.in(0).elem, std::move(y));
}

// Every value of the columns is added once; as many as the image has are written.
void lower_col2im(Lowering& n) {
  const std::string added = n.step("add", "shift", {n.ref(0)});
  const std::string flat = n.reshaped("values", added, {product(n.shape(0))});
  const std::string image =
      n.step("image", "index_select", {flat}, {{"axis", 0}, {"count", product(n.out_shape()).as_value()}});
  n.bind(0, n.reshaped("axes", image, n.out_shape()));
}

// theta[n, d, d + 1], size [n, c, extents...] -> [n, extents..., d].
void infer_affine_grid(Inference& n) {
  Dims y = n.sizes(1);
  if (y.size() < 4) n.fail("its size has fewer than four numbers", "[batch, channels, extents...]");
  y.erase(y.begin() + 1);
  y.emplace_back(n.shape(0).at(1));
  n.set(0, n.in(0).elem, std::move(y));
}

// The homogeneous places of the pixels times theta.
void lower_affine_grid(Lowering& n) {
  const Dims& y = n.out_shape();
  const Dims& theta = n.shape(0);
  const Dim pixels = product(Dims(y.begin() + 1, y.end() - 1));
  const std::string places = n.step("places", "constant", {n.writer().description().inputs.front().name},
                                    {{"shape", as_value({pixels, theta.at(2)})}, {"learned", false}});
  const std::string grid =
      n.writer().add(layer_name(n.graph(), n.node()), "matmul", {places, n.ref(0)}, {{"transpose_b", true}});
  n.bind(0, n.reshaped("axes", grid, y));
}

// Cuts or pads the middle of some axes to given extents.
void infer_center_crop(Inference& n) {
  Dims y = n.shape(0);
  const Dims wanted = n.sizes(1);
  const auto axes = n.axes(2, static_cast<std::int64_t>(y.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) y.at(axes ? static_cast<std::size_t>(axes->at(i)) : i) = wanted[i];
  n.set(0, n.in(0).elem, std::move(y));
}

// Windows of maxima written back to where they came from.
void infer_max_unpool(Inference& n) {
  const Dims& x = n.shape(0);
  if (n.has(2)) return n.set(0, n.in(0).elem, n.sizes(2));
  const WindowForm w = window_of(n, x, {});
  Dims y{x[0], x[1]};
  for (std::size_t i = 0; i < w.kernel.size(); ++i)
    y.push_back((x[i + 2] - Dim(1)) * Dim(w.stride[i]) + w.kernel[i] - w.before[i] - w.behind[i]);
  n.set(0, n.in(0).elem, std::move(y));
}

// As many values as the result has, each copied from its place.
void lower_copy(Lowering& n) {
  const std::string flat = n.reshaped("values", n.ref(0), {product(n.shape(0))});
  const std::string copied =
      n.step("copy", "index_select", {flat}, {{"axis", 0}, {"count", product(n.out_shape()).as_value()}});
  n.bind(0, n.reshaped("axes", copied, n.out_shape()));
}

void infer_max_roi_pool(Inference& n) {
  const auto pooled = n.integers("pooled_shape").value_or(std::vector<std::int64_t>{});
  if (pooled.size() != 2) n.fail("pooled_shape has not two numbers", "height and width");
  n.set(0, n.in(0).elem, {n.shape(1).at(0), n.shape(0).at(1), Dim(pooled[0]), Dim(pooled[1])});
}

void lower_max_roi_pool(Lowering& n) {
  const Dims& y = n.out_shape();
  n.emit("roi_align", {n.ref(0)},
         {{"rois", divide(y[0], n.shape(0).at(0), true).as_value()}, {"output", as_value({y[2], y[3]})}});
}

// Fourier transforms have no op here: their extents are known, their work is not counted.
void infer_dft(Inference& n) {
  Dims y = n.shape(0);
  if (y.size() < 2) n.fail("its input has fewer than two axes", "[..., length, 1 or 2]");
  y.back() = Dim(2);
  const std::int64_t given = n.has(2) ? n.sizes(2).at(0).value() : n.integer("axis", n.graph().opset < 20 ? 1 : -2);
  Dim& length = y[static_cast<std::size_t>(n.axis(given, static_cast<std::int64_t>(y.size())))];
  if (n.has(1)) length = n.sizes(1).at(0);
  if (n.integer("onesided", 0) != 0) length = divide(length, Dim(2)) + Dim(1);
  n.set(0, n.in(0).elem, std::move(y));
}

// signal[b, samples(, 1)], step, window, frame length -> [b, frames, bins, 2].
void infer_stft(Inference& n) {
  const Dims& x = n.shape(0);
  if (x.size() < 2) n.fail("its signal has one axis", "[batch, samples]");
  const Dim step = n.sizes(1).at(0);
  const Dim frame = n.has(3) ? n.sizes(3).at(0) : n.shape(2).at(0);
  if (step.value() < 1 || frame.value() < 1) n.fail("a step or a frame of 0", "at least 1");
  const Dim frames = divide(x[1] - frame, step) + Dim(1);
  const Dim bins = n.integer("onesided", 1) != 0 ? divide(frame, Dim(2)) + Dim(1) : frame;
  n.set(0, n.in(0).elem, {x[0], frames, bins, Dim(2)});
}

constexpr std::array kRules{
    Rule{"DeformConv", infer_deform_conv, lower_deform_conv},
    Rule{"Col2Im", infer_col2im, lower_col2im},
    Rule{"AffineGrid", infer_affine_grid, lower_affine_grid},
    Rule{"CenterCropPad", infer_center_crop, lower_copy},
    Rule{"MaxUnpool", infer_max_unpool, lower_copy},
    Rule{"MaxRoiPool", infer_max_roi_pool, lower_max_roi_pool},
    Rule{"DFT", infer_dft, lower_unmodelled},
    Rule{"STFT", infer_stft, lower_unmodelled},
};

}  // namespace

std::span<const Rule> image_rules() { return kRules; }

}  // namespace ridgepoint::onnx
