// Convolutions by oneDNN: dense, strided, depthwise and grouped, forward and both gradients, in the layouts that the
// library prefers (in a network, activations stay in them from layer to layer).

#include <algorithm>
#include <cmath>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/onednn.hpp"

namespace ridgepoint::cpu {
namespace {

struct Shape {
  std::int64_t n, c, h, w, k, r, s, stride_h, stride_w, pad_h, pad_w, groups;

  [[nodiscard]] std::int64_t p() const { return (h + 2 * pad_h - r) / stride_h + 1; }
  [[nodiscard]] std::int64_t q() const { return (w + 2 * pad_w - s) / stride_w + 1; }
  [[nodiscard]] bool possible() const {
    return c % groups == 0 && k % groups == 0 && h + 2 * pad_h >= r && w + 2 * pad_w >= s;
  }
  [[nodiscard]] std::int64_t taps() const { return c / groups * r * s; }
  [[nodiscard]] double flops() const {
    return 2 * static_cast<double>(n * p() * q()) * static_cast<double>(k) * static_cast<double>(taps());
  }
  [[nodiscard]] double elements() const {
    return static_cast<double>(n) * static_cast<double>(c * h * w + k * p() * q()) + static_cast<double>(k * taps());
  }
};

// Square: channels, size, filters, filter, stride, groups.
constexpr Shape square(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t k, std::int64_t r,
                       std::int64_t stride, std::int64_t groups = 1) {
  return {n, c, h, h, k, r, r, stride, stride, r / 2, r / 2, groups};
}

// The layers of ResNet-50 and of MobileNet.
constexpr Shape kUsual[] = {
    square(1, 64, 56, 64, 3, 1),       square(1, 3, 224, 64, 7, 2),        square(1, 256, 56, 64, 1, 1),
    square(1, 128, 28, 128, 3, 1),     square(1, 512, 28, 128, 1, 1),      square(1, 256, 14, 256, 3, 1),
    square(1, 1024, 14, 256, 1, 1),    square(1, 512, 7, 512, 3, 1),       square(1, 512, 7, 2048, 1, 1),
    square(1, 96, 112, 96, 3, 2, 96),  square(1, 144, 56, 144, 3, 1, 144), square(1, 384, 14, 384, 3, 1, 384),
    square(1, 512, 28, 1024, 1, 2),    square(1, 960, 7, 960, 3, 1, 960),  square(4, 64, 56, 64, 3, 1),
    square(1, 128, 56, 128, 3, 1, 32),
};

Shape spread_shape(std::int64_t index) {
  const bool depthwise = index % 5 == 3;
  const std::int64_t c = usual_size(log_between(8, 1024, halton(index, 2)));
  const std::int64_t k = depthwise ? c : usual_size(log_between(8, 1024, halton(index, 3)));
  const auto h = static_cast<std::int64_t>(std::lround(log_between(7, 112, halton(index, 5))));
  const std::int64_t n = usual_size(log_between(1, 16, halton(index, 7)));
  constexpr std::int64_t kFilters[] = {3, 1, 3, 1, 5, 3, 1, 7};
  const std::int64_t r = depthwise ? 3 : kFilters[index % 8];
  const std::int64_t stride = index % 4 == 2 ? 2 : 1;
  return square(n, c, h, k, r, stride, depthwise ? c : 1);
}

constexpr std::string_view kPassNames[] = {"fprop", "dgrad", "wgrad"};

Point point_of(const Shape& s, std::string_view dtype, std::string_view pass, Seconds budget, std::int64_t copies) {
  return make_point("conv", dtype, budget, s.n, s.c, s.h, s.w, s.k, s.r, s.s, s.stride_h, s.stride_w, s.pad_h, s.pad_w,
                    s.groups, pass, copies);
}

std::vector<Point> points(const Design& design, const Machine& machine) {
  const int count = by_effort(design, 16, 64, 220);
  const double most_flops = guessed_flops_per_s(machine) * by_effort(design, 0.004, 0.012, 0.05);
  const double most_elements = std::min(16.0 * (1 << 20), machine.available.value() / 64);
  const Seconds budget = by_effort(design, Seconds{0.05}, Seconds{0.08}, Seconds{0.25});
  const bool bf16 = product_types("bf16", machine).has_value();
  const bool int8 = product_types("int8", machine).has_value();
  std::vector<Point> points;
  const auto add = [&](const Shape& s, std::string_view dtype, std::string_view pass) {
    if (!s.possible() || s.flops() > most_flops || s.elements() > most_elements) return;
    const std::int64_t copies = rotation(machine, 4 * s.elements(), std::ssize(points));
    points.push_back(point_of(s, dtype, pass, budget, copies));
  };
  for (const Shape& s : kUsual) {
    if (std::ssize(points) < count / 2 && !design.held_out()) add(s, "fp32", "fprop");
  }
  constexpr std::int64_t kTries = 10'000;
  for (std::int64_t i = design.first(); std::ssize(points) < count && i < design.first() + kTries; ++i) {
    const std::string_view pass = i % 2 == 0 ? kPassNames[i / 2 % 3] : kPassNames[0];
    const bool forward = pass == "fprop";
    // Of five shapes in a row one is depthwise.
    const std::string_view dtype = i % 5 == 2 && bf16 ? "bf16" : i % 5 == 4 && int8 && forward ? "int8" : "fp32";
    add(spread_shape(i), dtype, pass);
  }
  return points;
}

/// A tensor: plain extents, how they are laid out plainly, and the library's wish.
struct Tensor {
  Dims dims;
  Tag plain;
  Type type;
  [[nodiscard]] dnnl::memory::desc wish() const { return {dims, type, Tag::any}; }
};

/// A convolution's tensors and reference.
class Convolution {
 public:
  Convolution(const Shape& s, const ProductTypes& types, std::string_view pass)
      : s_(s),
        pass_(pass),
        x_{{s.n, s.c, s.h, s.w}, Tag::nchw, types.a},
        weight_{s.groups > 1 ? Dims{s.groups, s.k / s.groups, s.c / s.groups, s.r, s.s} : Dims{s.k, s.c, s.r, s.s},
                s.groups > 1 ? Tag::goihw : Tag::oihw, types.b},
        y_{{s.n, s.k, s.p(), s.q()}, Tag::nchw, types.c} {
    const Dims padding{s.pad_h, s.pad_w};
    const Dims end{(s.p() - 1) * s.stride_h + s.r - s.h - s.pad_h, (s.q() - 1) * s.stride_w + s.s - s.w - s.pad_w};
    const ConvProblem problem{x_.wish(), weight_.wish(), y_.wish(), {s.stride_h, s.stride_w}, padding, end};
    if (pass == "fprop") {
      const auto description = conv_forward(problem, false);
      set(description.src_desc(), description.weights_desc(), description.dst_desc());
      primitive_ = dnnl::convolution_forward(description);
      arguments_ = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
    } else if (pass == "dgrad") {
      const auto description = conv_backward_data(problem);
      set(description.diff_src_desc(), description.weights_desc(), description.diff_dst_desc());
      primitive_ = dnnl::convolution_backward_data(description);
      arguments_ = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST};
    } else {
      const auto description = conv_backward_weights(problem);
      set(description.src_desc(), description.diff_weights_desc(), description.diff_dst_desc());
      primitive_ = dnnl::convolution_backward_weights(description);
      arguments_ = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST};
    }
  }

  /// Plain values, x, weight and y, of which one is the result.
  struct Values {
    std::vector<float> x, weight, y;
  };
  [[nodiscard]] Values values() const {
    return {whole_numbers(x_.dims, 1, x_.type != Type::u8), whole_numbers(weight_.dims, 2, true),
            whole_numbers(y_.dims, 3, true)};
  }
  [[nodiscard]] Arguments operands(const Values& v) const {
    return {{arguments_[0], to_memory(v.x, x_.dims, x_.plain, x_desc_)},
            {arguments_[1], to_memory(v.weight, weight_.dims, weight_.plain, weight_desc_)},
            {arguments_[2], to_memory(v.y, y_.dims, y_.plain, y_desc_)}};
  }
  void run(const Arguments& arguments) const { primitive_.execute(stream(), arguments); }
  void check(const Values& v, const Arguments& arguments) const;

 private:
  void set(const dnnl::memory::desc& x, const dnnl::memory::desc& weight, const dnnl::memory::desc& y) {
    x_desc_ = x;
    weight_desc_ = weight;
    y_desc_ = y;
  }

  // Calls f(index of x, index of weight, index of y) for every multiply-add of the output `place` of this pass.
  template <class F>
  void each_product(std::int64_t place, F f) const;

  Shape s_;
  std::string_view pass_;
  Tensor x_;
  Tensor weight_;
  Tensor y_;
  dnnl::memory::desc x_desc_;
  dnnl::memory::desc weight_desc_;
  dnnl::memory::desc y_desc_;
  dnnl::primitive primitive_;
  std::array<int, 3> arguments_{};
};

// By the definition, over all positions that could take part; only those that do count.
template <class F>
void Convolution::each_product(std::int64_t place, F f) const {
  const std::int64_t cg = s_.c / s_.groups;
  const std::int64_t kg = s_.k / s_.groups;
  const auto visit = [&](std::int64_t n, std::int64_t k, std::int64_t c, std::int64_t p, std::int64_t q, std::int64_t r,
                         std::int64_t s) {
    const std::int64_t h = p * s_.stride_h - s_.pad_h + r;
    const std::int64_t w = q * s_.stride_w - s_.pad_w + s;
    if (h < 0 || h >= s_.h || w < 0 || w >= s_.w) return;
    f(((n * s_.c + k / kg * cg + c) * s_.h + h) * s_.w + w, ((k * cg + c) * s_.r + r) * s_.s + s,
      ((n * s_.k + k) * s_.p() + p) * s_.q() + q);
  };
  const auto taps = [&](auto&& inner) {
    for (std::int64_t r = 0; r < s_.r; ++r)
      for (std::int64_t s = 0; s < s_.s; ++s) inner(r, s);
  };
  if (pass_ == "fprop") {
    const std::int64_t q = place % s_.q();
    const std::int64_t p = place / s_.q() % s_.p();
    const std::int64_t k = place / s_.q() / s_.p() % s_.k;
    const std::int64_t n = place / s_.q() / s_.p() / s_.k;
    for (std::int64_t c = 0; c < cg; ++c) taps([&](std::int64_t r, std::int64_t s) { visit(n, k, c, p, q, r, s); });
  } else if (pass_ == "dgrad") {
    const std::int64_t w = place % s_.w;
    const std::int64_t h = place / s_.w % s_.h;
    const std::int64_t c = place / s_.w / s_.h % s_.c;
    const std::int64_t n = place / s_.w / s_.h / s_.c;
    taps([&](std::int64_t r, std::int64_t s) {
      const std::int64_t from_h = h + s_.pad_h - r;
      const std::int64_t from_w = w + s_.pad_w - s;
      if (from_h < 0 || from_w < 0 || from_h % s_.stride_h != 0 || from_w % s_.stride_w != 0) return;
      if (from_h / s_.stride_h >= s_.p() || from_w / s_.stride_w >= s_.q()) return;
      for (std::int64_t k = 0; k < kg; ++k) {
        visit(n, c / cg * kg + k, c % cg, from_h / s_.stride_h, from_w / s_.stride_w, r, s);
      }
    });
  } else {
    const std::int64_t s = place % s_.s;
    const std::int64_t r = place / s_.s % s_.r;
    const std::int64_t c = place / s_.s / s_.r % cg;
    const std::int64_t k = place / s_.s / s_.r / cg;
    for (std::int64_t n = 0; n < s_.n; ++n)
      for (std::int64_t p = 0; p < s_.p(); ++p)
        for (std::int64_t q = 0; q < s_.q(); ++q) visit(n, k, c, p, q, r, s);
  }
}

void Convolution::check(const Values& v, const Arguments& arguments) const {
  run(arguments);
  stream().wait();
  const std::size_t out = pass_ == "fprop" ? 2 : pass_ == "dgrad" ? 0 : 1;
  const Tensor* const tensors[] = {&x_, &weight_, &y_};
  const std::vector<float> result = to_floats(arguments.at(arguments_[out]), tensors[out]->dims, tensors[out]->plain);
  for (const std::int64_t place : probes(std::ssize(result), 37)) {
    double sum = 0;
    each_product(place, [&](std::int64_t x, std::int64_t weight, std::int64_t y) {
      const double a = v.x[static_cast<std::size_t>(x)];
      const double b = v.weight[static_cast<std::size_t>(weight)];
      const double c = v.y[static_cast<std::size_t>(y)];
      sum += out == 2 ? a * b : out == 0 ? b * c : a * c;
    });
    // Winograd and 16-bit outputs round.
    expect_near(result[static_cast<std::size_t>(place)], sum, 0.01 * std::abs(sum) + 1e-2, "a convolution");
  }
}

std::optional<Measurement> measure_shape(const Shape& shape, const ProductTypes& types, const std::string& pass,
                                         std::int64_t copies, const Bench& bench) {
  const Convolution convolution(shape, types, pass);
  std::vector<Arguments> sets;
  {
    const auto values = convolution.values();
    for (std::int64_t copy = 0; copy < copies; ++copy) sets.push_back(convolution.operands(values));
    convolution.check(values, sets.front());
  }
  std::size_t next = 0;
  return bench.time([&](std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i, next = next + 1 == sets.size() ? 0 : next + 1) convolution.run(sets[next]);
    stream().wait();
  });
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const auto number = [&](std::string_view column) { return point.number(column); };
  const Shape shape{number("n"),        number("c"),     number("h"),     number("w"),
                    number("k"),        number("r"),     number("s"),     number("stride_h"),
                    number("stride_w"), number("pad_h"), number("pad_w"), number("groups")};
  const std::string& pass = point.word("pass");
  if (std::find(std::begin(kPassNames), std::end(kPassNames), pass) == std::end(kPassNames)) {
    return bench.cannot("no pass " + pass);
  }
  if (!shape.possible()) return bench.cannot("the shape cannot be");
  const auto types = product_types(point.dtype(), bench.machine);
  if (!types || (types->a == Type::u8 && pass != "fprop")) {
    return bench.cannot(fmt::format("this processor has no {} in {}", pass, point.dtype()));
  }
  const std::int64_t copies = point.number("copies");
  if (!bench.fits(12 * shape.elements() + 4 * static_cast<double>(copies) * shape.elements())) return std::nullopt;
  try {
    return measure_shape(shape, *types, pass, copies, bench);
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return bench.cannot("oneDNN does not implement it");
  }
}

}  // namespace

const CpuMicrokernel kConv{
    {"conv", "conv",
     "oneDNN convolutions, dense, strided, grouped and depthwise, forward and both gradients, in fp32, bf16 "
     "and int8, in the library's layouts; copies: sets of all operands"},
    points,
    measure};

}  // namespace ridgepoint::cpu
