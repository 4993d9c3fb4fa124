#pragma once
#include "ops/lookup.hpp"

namespace ridgepoint {

/// `count` indices of one axis, in any order and with repeats; the indices are constants of the network, or a second
/// input ids[count]. Along the last axis the values of a row lie together, so it is a pass and no random access.
struct IndexSelect : OpBase {
  static constexpr std::string_view kName = "index_select";
  static constexpr std::string_view kEquation = "y[..., i, ...] = x[..., id[i], ...]";
  static constexpr std::string_view kSource = "a row read and written per id";
  static constexpr std::string_view kSummary = "indices of one axis, in any order";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t axis = 0;
  std::int64_t count = 0;

  static auto fields() {
    return std::tuple{
        Field{"axis", &IndexSelect::axis, "the axis to index", kOptional, kAnyInteger},
        Field{"count", &IndexSelect::count, "constant indices; 0 takes those of the second input", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 2);
    if ((count > 0) == (inputs.size() == 2)) {
      throw OpError{"count",
                    {count > 0 ? "has both constant indices and an input of them" : "has no indices",
                     "either \"count\" or a second input"}};
    }
    if (inputs.size() == 2) expect_ids(inputs, 1);
    TensorType y = inputs[0];
    y.shape[resolve_axis(axis, y.shape.rank())] = count > 0 ? count : inputs[1].shape.elements();
    return {y};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const Gather gather = lower(site);
    if (resolve_axis(axis, site.in().rank()) + 1 < site.in().rank()) {
      kernels.emplace_back(gather);
      return;
    }
    Stream stream = stream_over(site.out(), StreamKind::kCopy, kName, 0, 0);
    stream.read =
        Traffic(Bytes{gather.lookups * gather.row_bytes}, "taken") + Traffic(Bytes{gather.index_bytes}, "ids");
    stream.written = site.outputs[0].bytes();
    kernels.emplace_back(stream);
  }

  void dgrad(const Site& site, Kernels& kernels) const {
    if (!wants_gradient(site, 0)) return;
    kernels.emplace_back(zero_fill(site.inputs[0]));
    Gather scatter = lower(site);
    scatter.scatter = true;
    scatter.flops = static_cast<double>(site.out().elements());
    kernels.emplace_back(scatter);
  }
  friend bool operator==(const IndexSelect&, const IndexSelect&) = default;

 private:
  [[nodiscard]] Gather lower(const Site& site) const {
    const Shape& x = site.in();
    const std::int64_t selected = resolve_axis(axis, x.rank());
    const auto width = static_cast<double>(elements_between(x, selected + 1, x.rank()));
    const auto constants = static_cast<double>(count);
    return {.lookups = static_cast<double>(site.out().elements()) / width,
            .row_bytes = bytes_of(width, site.inputs[0].dtype).value(),
            .table_rows = static_cast<double>(elements_between(x, 0, selected + 1)),
            .index_bytes = (count > 0 ? bytes_of(constants, DType::kInt64) : site.inputs[1].bytes()).value(),
            .other_bytes = site.outputs[0].bytes().value()};
  }
};

}  // namespace ridgepoint
