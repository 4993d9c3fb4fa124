#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// A bias of attention scores by relative position, [heads, q_len, kv_len], read from a table[entries, heads]: T5's 32
/// buckets (arXiv 1910.10683), Swin's (2 w - 1)^2 places (arXiv 2103.14030). Without `entries` the table is the input,
/// as computed by a small network (Swin v2's continuous bias, arXiv 2111.09883). An input beside it is not read: it
/// only says when the bias is computed.
struct RelativeBias : OpBase {
  static constexpr std::string_view kName = "relative_bias";
  static constexpr std::string_view kEquation = "y[h, i, j] = table[bucket(i - j), h]";
  static constexpr std::string_view kSource = "Raffel et al., arXiv 1910.10683; Liu et al., 2103.14030";
  static constexpr std::string_view kSummary = "a bias of attention scores by relative position, from a table";
  static constexpr Category kCategory = Category::kLookup;

  std::int64_t heads = 1;
  std::int64_t entries = 0;
  std::int64_t q_len = 1;
  std::int64_t kv_len = 1;

  static auto fields() {
    using Self = RelativeBias;
    return std::tuple{
        Field{"heads", &Self::heads, "heads", kRequired},
        Field{"entries", &Self::entries, "rows of its own table; 0 takes the input as table", kOptional, 0},
        Field{"q_len", &Self::q_len, "queries", kRequired}, Field{"kv_len", &Self::kv_len, "keys", kRequired}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    if (entries == 0 && (inputs[0].shape.rank() < 1 || inputs[0].shape.back() != heads)) {
      throw OpError{"entries",
                    {"the table has shape " + to_string(inputs[0].shape),
                     "a last axis of " + std::to_string(heads) + " heads, or `entries` for a table of its own"}};
    }
    return {{Shape{heads, q_len, kv_len}, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    if (entries == 0) return {};
    return {{"table", {{"entries", entries}, {"heads", heads}}, ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const { kernels.emplace_back(lower(site)); }
  void dgrad(const Site& site, Kernels& kernels) const {
    if (entries == 0) kernels.emplace_back(scatter(site));
  }
  void wgrad(const Site& site, Kernels& kernels) const {
    if (entries > 0) kernels.emplace_back(scatter(site));
  }
  friend bool operator==(const RelativeBias&, const RelativeBias&) = default;

 private:
  // One row of all heads' values per pair of query and key; the index is computed from the positions.
  [[nodiscard]] Gather lower(const Site& site) const {
    const double pairs = static_cast<double>(q_len) * static_cast<double>(kv_len);
    return {.lookups = pairs,
            .row_bytes = bytes_of(static_cast<double>(heads), site.precision.activations).value(),
            .table_rows = static_cast<double>(entries > 0 ? entries : site.in().rows()),
            .other_bytes = site.outputs[0].bytes().value()};
  }
  [[nodiscard]] Gather scatter(const Site& site) const {
    Gather back = lower(site);
    back.scatter = true;
    back.flops = static_cast<double>(site.out().elements());
    return back;
  }
};

}  // namespace ridgepoint
