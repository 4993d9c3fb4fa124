#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// Appends x[batch, new, width] to a cache and hands on all `length` tokens of it. In prefill and decode the new tokens
/// are written to the cache; in inference and training nothing is kept, and `length` is the number of new tokens.
struct KvCache : OpBase {
  static constexpr std::string_view kName = "kv_cache";
  static constexpr std::string_view kEquation = "y = x behind the tokens that were kept";
  static constexpr std::string_view kSource = "only new tokens are written";
  static constexpr std::string_view kSummary = "keeps keys or values of earlier tokens";
  static constexpr Category kCategory = Category::kDataMovement;

  std::int64_t length = 1;

  static auto fields() {
    return std::tuple{Field{"length", &KvCache::length, "tokens in the cache, the new ones included", kRequired}};
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

  [[nodiscard]] Bytes state(const Site& site) const { return keeps(site.phase) ? site.outputs[0].bytes() : Bytes{}; }
  friend bool operator==(const KvCache&, const KvCache&) = default;

 private:
  static bool keeps(Phase phase) { return phase == Phase::kPrefill || phase == Phase::kDecode; }
};

}  // namespace ridgepoint
