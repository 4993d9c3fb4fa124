#pragma once
// Ops that move data or only rename it.

#include <algorithm>

#include "ops/copy.hpp"

namespace ridgepoint {

/// The same elements under other extents; one extent may be -1. Free, nothing moves, unless `copy` says that the
/// elements do not lie in that order (behind a transposed view).
struct Reshape : OpBase {
  static constexpr std::string_view kName = "reshape";
  static constexpr std::string_view kEquation = "y = x under other extents";
  static constexpr std::string_view kSource = "the same bytes in the same order";
  static constexpr std::string_view kSummary = "other extents for the same elements, free unless a copy";
  static constexpr Category kCategory = Category::kDataMovement;
  static constexpr FusionRole kFusion = FusionRole::kView;

  std::vector<std::int64_t> shape{-1};
  bool copy = false;

  static auto fields() {
    return std::tuple{Field{"shape", &Reshape::shape, "the new extents; one may be -1", kRequired, -1},
                      Field{"copy", &Reshape::copy, "whether the elements move"}};
  }

  [[nodiscard]] FusionRole fusion(Phase) const { return copy ? FusionRole::kAlone : FusionRole::kView; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    std::vector<std::int64_t> extents = shape;
    std::int64_t known = 1;
    std::int64_t* open = nullptr;
    for (std::int64_t& extent : extents) {
      if (extent == 0 || (extent < 0 && open != nullptr)) throw misfit(inputs[0].shape);
      if (extent < 0) {
        open = &extent;
      } else {
        known = checked_mul(known, extent);
      }
    }
    const std::int64_t elements = inputs[0].shape.elements();
    if (open != nullptr) *open = elements / known;
    if (elements % known != 0 || (open == nullptr && elements != known)) throw misfit(inputs[0].shape);
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    if (copy) kernels.emplace_back(copy_of(site.out(), "reshape", site.inputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const Reshape&, const Reshape&) = default;

 private:
  [[nodiscard]] OpError misfit(const Shape& from) const {
    return {"shape",
            {"cannot reshape " + to_string(from) + " to " + to_string(Shape(shape)),
             "extents of the same product, at most one -1 and no 0"}};
  }
};

/// All axes from `start` on become one. Free.
struct Flatten : OpBase {
  static constexpr std::string_view kName = "flatten";
  static constexpr std::string_view kEquation = "y = x with its last axes as one";
  static constexpr std::string_view kSource = "the same bytes in the same order";
  static constexpr std::string_view kSummary = "merges the axes from `start` on, free";
  static constexpr Category kCategory = Category::kDataMovement;
  static constexpr FusionRole kFusion = FusionRole::kView;

  std::int64_t start = 1;

  static auto fields() {
    return std::tuple{Field{"start", &Flatten::start, "first axis to merge", kOptional, kAnyInteger}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    const auto all = inputs[0].shape.extents();
    const auto first = static_cast<std::size_t>(resolve_axis(start, inputs[0].shape.rank(), "start"));
    std::vector<std::int64_t> extents(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first));
    extents.push_back(
        Shape(std::vector<std::int64_t>(all.begin() + static_cast<std::ptrdiff_t>(first), all.end())).elements());
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site&, Kernels&) const {}
  friend bool operator==(const Flatten&, const Flatten&) = default;
};

/// Permutes axes, with a copy; `free` says that the consumer reads the permuted view as it is.
struct Transpose : OpBase {
  static constexpr std::string_view kName = "transpose";
  static constexpr std::string_view kEquation = "y = x with its axes permuted";
  static constexpr std::string_view kSource = "read and written once, unless free";
  static constexpr std::string_view kSummary = "permutes axes, a copy unless free";
  static constexpr Category kCategory = Category::kDataMovement;

  std::vector<std::int64_t> axes{0};
  bool free = false;

  static auto fields() {
    return std::tuple{Field{"axes", &Transpose::axes, "the input axis of each output axis", kRequired, 0},
                      Field{"free", &Transpose::free, "whether the consumer reads the view without a copy"}};
  }

  [[nodiscard]] FusionRole fusion(Phase) const { return free ? FusionRole::kView : FusionRole::kAlone; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    const Shape& x = inputs[0].shape;
    std::vector<bool> used(static_cast<std::size_t>(x.rank()), false);
    std::vector<std::int64_t> extents;
    for (const std::int64_t axis : axes) {
      const std::int64_t from = resolve_axis(axis, x.rank(), "axes");
      used[static_cast<std::size_t>(from)] = true;
      extents.push_back(x[from]);
    }
    if (extents.size() != used.size() || std::find(used.begin(), used.end(), false) != used.end()) {
      throw OpError{"axes", {"are not a permutation of the axes of " + to_string(x), "each axis once"}};
    }
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    if (!free) kernels.emplace_back(copy_of(site.out(), "transpose", site.inputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const Transpose&, const Transpose&) = default;
};

/// `length` indices of one axis from `start` on, `step` apart. Free: the consumer reads the part.
struct Slice : OpBase {
  static constexpr std::string_view kName = "slice";
  static constexpr std::string_view kEquation = "y = x[start : start + length step : step] along the axis";
  static constexpr std::string_view kSource = "the consumer reads the part";
  static constexpr std::string_view kSummary = "a part of one axis, free";
  static constexpr Category kCategory = Category::kDataMovement;
  static constexpr FusionRole kFusion = FusionRole::kView;

  std::int64_t axis = 0;
  std::int64_t start = 0;
  std::int64_t length = 1;
  std::int64_t step = 1;

  static auto fields() {
    return std::tuple{Field{"axis", &Slice::axis, "the axis to cut", kRequired, kAnyInteger},
                      Field{"start", &Slice::start, "first index", kOptional, 0},
                      Field{"length", &Slice::length, "number of indices", kRequired},
                      Field{"step", &Slice::step, "distance of the indices"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    TensorType y = inputs[0];
    const std::int64_t cut = resolve_axis(axis, y.shape.rank());
    const std::int64_t last = checked_add(start, checked_mul(length - 1, step));
    if (last >= y.shape[cut]) {
      throw OpError{"length",
                    {"indices " + std::to_string(start) + " to " + std::to_string(last) + " are not in an axis of " +
                         std::to_string(y.shape[cut]),
                     "a last index, start + (length - 1) step, of at most " + std::to_string(y.shape[cut] - 1)}};
    }
    y.shape[cut] = length;
    return {y};
  }

  void fprop(const Site&, Kernels&) const {}
  friend bool operator==(const Slice&, const Slice&) = default;
};

/// Inputs one behind the other along an axis: one copy of everything.
struct Concat : OpBase {
  static constexpr std::string_view kName = "concat";
  static constexpr std::string_view kEquation = "y = x0, x1, ... one behind the other";
  static constexpr std::string_view kSource = "read and written once";
  static constexpr std::string_view kSummary = "joins tensors along an axis, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t axis = 1;

  static auto fields() { return std::tuple{Field{"axis", &Concat::axis, "the axis to join", kOptional, kAnyInteger}}; }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, SIZE_MAX);
    TensorType y = inputs[0];
    const std::int64_t joined = resolve_axis(axis, y.shape.rank());
    for (const TensorType& input : inputs.subspan(1)) {
      Shape aligned = input.shape;
      if (aligned.rank() == y.shape.rank()) aligned[joined] = y.shape[joined];
      if (aligned != y.shape) {
        throw OpError{"",
                      {"cannot join " + to_string(inputs[0].shape) + " and " + to_string(input.shape) + " along axis " +
                           std::to_string(axis),
                       "the same extents in all other axes"}};
      }
      y.shape[joined] = checked_add(y.shape[joined], input.shape[joined]);
    }
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.out(), "concat", site.outputs[0].bytes()));
  }
  void dgrad(const Site& site, Kernels& kernels) const { fprop(site, kernels); }
  friend bool operator==(const Concat&, const Concat&) = default;
};

/// The values below the diagonal of the last two axes, as one axis of n (n - 1) / 2.
struct Triangle : OpBase {
  static constexpr std::string_view kName = "triangle";
  static constexpr std::string_view kEquation = "y = x[i, j] with j < i";
  static constexpr std::string_view kSource = "read and written once";
  static constexpr std::string_view kSummary = "the values below the diagonal of square matrices, a copy";
  static constexpr Category kCategory = Category::kDataMovement;

  bool diagonal = false;

  static auto fields() {
    return std::tuple{Field{"diagonal", &Triangle::diagonal, "whether the diagonal is taken too"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 2);
    const Shape& x = inputs[0].shape;
    const std::int64_t n = x[-1];
    if (n != x[-2] || (n == 1 && !diagonal)) {
      throw OpError{"", {"input has shape " + to_string(x), "square matrices of at least 2 x 2 in the last two axes"}};
    }
    std::vector<std::int64_t> extents(x.extents().begin(), x.extents().end() - 2);
    extents.push_back(checked_mul(n, n + (diagonal ? 1 : -1)) / 2);
    return {{Shape(std::move(extents)), inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    kernels.emplace_back(copy_of(site.out(), "triangle", site.outputs[0].bytes()));
  }
  /// Writes the whole matrix, zeros included.
  void dgrad(const Site& site, Kernels& kernels) const {
    Stream stream = copy_of(site.in(), "triangle", site.inputs[0].bytes());
    stream.read = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }
  friend bool operator==(const Triangle&, const Triangle&) = default;
};

}  // namespace ridgepoint
