#pragma once
#include <algorithm>

#include "ops/op_base.hpp"

namespace ridgepoint {

/// Appends x[batch, new, width] to a cache and hands on all `length` tokens of it. In prefill and decode the new tokens
/// are written to the cache; in inference and training nothing is kept, and `length` is the number of new tokens. With
/// a window it keeps the last `window` tokens and hands on those that some new token sees. A paged cache takes whole
/// pages (PagedAttention; Kwon et al., arXiv 2309.06180).
struct KvCache : OpBase {
  static constexpr std::string_view kName = "kv_cache";
  static constexpr std::string_view kEquation = "y = x behind the tokens that were kept";
  static constexpr std::string_view kSource = "only new tokens are written";
  static constexpr std::string_view kSummary = "keeps keys or values of earlier tokens";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t length = 1;
  std::int64_t window = 0;
  std::int64_t page = 0;

  static auto fields() {
    using Self = KvCache;
    return std::tuple{Field{"length", &Self::length, "tokens in the cache, the new ones included", kRequired},
                      Field{"window", &Self::window, "tokens that are kept at most; 0 means all", kOptional, 0},
                      Field{"page", &Self::page, "tokens of a page; 0 is not paged", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 1, 1);
    expect_rank(inputs, 0, 3);
    if (length < inputs[0].shape[1]) {
      throw OpError{"length",
                    {"a cache of " + std::to_string(length) + " tokens does not hold " +
                         std::to_string(inputs[0].shape[1]) + " new ones",
                     "at least " + std::to_string(inputs[0].shape[1])}};
    }
    TensorType cache{inputs[0].shape, precision.kv_cache};
    cache.shape[1] = length;
    if (window > 0) cache.shape[1] = std::min(length, checked_add(window, inputs[0].shape[1] - 1));
    return {cache};
  }

  [[nodiscard]] FusionRole fusion(Phase phase) const { return keeps(phase) ? FusionRole::kAlone : FusionRole::kView; }

  void fprop(const Site& site, Kernels& kernels) const {
    if (!keeps(site.phase)) return;
    Stream stream = stream_over(site.in(), StreamKind::kCopy, "kv_cache", 0, 0);
    stream.read = site.inputs[0].bytes();
    stream.written = {bytes_of(static_cast<double>(site.in().elements()), site.precision.kv_cache), "kept"};
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Bytes state(const Site& site) const {
    if (!keeps(site.phase)) return {};
    std::int64_t tokens = window > 0 ? std::min(length, window) : length;
    if (page > 0) tokens = checked_mul(ceil_div(tokens, page), page);
    return site.outputs[0].bytes() * (static_cast<double>(tokens) / static_cast<double>(site.out()[1]));
  }
  friend bool operator==(const KvCache&, const KvCache&) = default;

 private:
  static bool keeps(Phase phase) { return phase == Phase::kPrefill || phase == Phase::kDecode; }
};

}  // namespace ridgepoint
