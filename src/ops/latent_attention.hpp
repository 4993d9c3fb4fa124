#pragma once
#include "ops/lookup.hpp"

namespace ridgepoint {

/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): queries q[b, t, heads (nope + rope)] over a cache[b,
/// kv_len, latent + rope] that holds one compressed latent and one rotated key per token for all heads. Its weight
/// [heads (nope + v), latent] makes keys and values of the latent. `materialized` computes them for all kv_len tokens
/// and runs ordinary attention over heads of nope + rope and v; `absorbed` multiplies queries and outputs by the weight
/// instead and runs attention with one KV head of latent + rope, whose first part are the values. `auto` absorbs in the
/// phase decode. A third input are the indices[b, t, k] of the only keys that each query sees.
enum class LatentForm : std::uint8_t { kAuto, kMaterialized, kAbsorbed };
template <>
struct Words<LatentForm> {
  static constexpr std::array<std::string_view, 3> kWords{"auto", "materialized", "absorbed"};
};

struct LatentAttention : OpBase {
  static constexpr std::string_view kName = "latent_attention";
  static constexpr std::string_view kEquation =
      "o = softmax((q_nope W_k c^T + q_rope k_rope^T) / sqrt(d)) c W_v, per head, c the latents";
  static constexpr std::string_view kSource = "DeepSeek-V2, arXiv 2405.04434; fused: Dao et al., 2205.14135";
  static constexpr std::string_view kSummary = "multi-head latent attention (MLA), materialized or absorbed";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t heads = 1;
  std::int64_t nope = 1;
  std::int64_t rope = 1;
  std::int64_t v = 1;
  bool causal = true;
  LatentForm form = LatentForm::kAuto;
  std::int64_t page = 0;

  static auto fields() {
    using Self = LatentAttention;
    return std::tuple{
        Field{"heads", &Self::heads, "heads", kRequired},
        Field{"nope", &Self::nope, "width of a head's part of queries and keys without rotation", kRequired},
        Field{"rope", &Self::rope, "width of the rotated part", kRequired},
        Field{"v", &Self::v, "width of a head's values", kRequired},
        Field{"causal", &Self::causal, "whether a query sees only what came before it"},
        Field{"form", &Self::form, "auto, materialized or absorbed"},
        Field{"page", &Self::page, "tokens of a page of the cache; 0 is not paged", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 2, 3);
    for (std::size_t i = 0; i < inputs.size(); ++i) expect_rank(inputs, i, 3);
    if (inputs.size() > 2) expect_ids(inputs, 2);
    const Shape& q = inputs[0].shape;
    const Shape& cache = inputs[1].shape;
    const std::int64_t width = checked_mul(heads, checked_add(nope, rope));
    if (q.back() != width) {
      throw OpError{"heads",
                    {"queries are " + to_string(q), "a last axis of heads (nope + rope) = " + std::to_string(width)}};
    }
    if (cache.back() <= rope) {
      throw OpError{"rope", {"the cache is " + to_string(cache), "a last axis of more than " + std::to_string(rope)}};
    }
    if (q[0] != cache[0] || (causal && q[1] > cache[1])) {
      throw OpError{"",
                    {"queries " + to_string(q) + " and cache " + to_string(cache) + " do not fit together",
                     "one batch, and at least as many tokens in the cache as queries if causal"}};
    }
    TensorType o{q, precision.activations};
    o.shape[-1] = checked_mul(heads, v);
    return {o};
  }

  [[nodiscard]] Parameters parameters(Inputs inputs) const {
    return {{"kv_up",
             {{"heads", heads}, {"nope_and_v", checked_add(nope, v)}, {"latent", inputs[1].shape.back() - rope}},
             ParameterRole::kWeight}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const bool absorb = absorbed(site);
    if (absorb) {
      kernels.emplace_back(per_head(site, nope, latent(site)));
      kernels.emplace_back(lower(site, Pass::kFprop));
      kernels.emplace_back(per_head(site, latent(site), v));
    } else {
      kernels.emplace_back(up(site));
      kernels.emplace_back(lower(site, Pass::kFprop));
    }
  }

  void dgrad(const Site& site, Kernels& kernels) const {
    if (absorbed(site)) {
      kernels.emplace_back(per_head(site, v, latent(site)));
      kernels.emplace_back(lower(site, Pass::kDgrad));
      kernels.emplace_back(per_head(site, latent(site), nope));
    } else {
      kernels.emplace_back(lower(site, Pass::kDgrad));
      Gemm gemm = up(site);
      std::swap(gemm.n, gemm.k);
      kernels.emplace_back(gemm);
    }
  }

  void wgrad(const Site& site, Kernels& kernels) const {
    const Gemm forward = up(site);
    kernels.emplace_back(Gemm{.m = forward.n,
                              .n = forward.k,
                              .k = absorbed(site) ? site.in().rows() : forward.m,
                              .a = forward.c,
                              .b = forward.a,
                              .c = site.precision.weights,
                              .math = forward.math});
  }

  [[nodiscard]] Saved saved(const Site& site) const {
    const double tokens = static_cast<double>(site.in(1).rows());
    const double made = absorbed(site) ? 0 : tokens * static_cast<double>(checked_mul(heads, checked_add(nope, v)));
    const double queries = static_cast<double>(site.in().rows() * heads);
    return {.inputs = true,
            .output = true,
            .extra = bytes_of(made, site.precision.activations) + bytes_of(queries, DType::kFp32)};
  }
  friend bool operator==(const LatentAttention&, const LatentAttention&) = default;

 private:
  [[nodiscard]] bool absorbed(const Site& site) const {
    return form == LatentForm::kAbsorbed || (form == LatentForm::kAuto && site.phase == Phase::kDecode);
  }
  [[nodiscard]] std::int64_t latent(const Site& site) const { return site.in(1).back() - rope; }

  /// Keys and values of all tokens in the cache.
  [[nodiscard]] Gemm up(const Site& site) const {
    Gemm gemm = weight_product(
        site, {.m = site.in(1).rows(), .n = checked_mul(heads, checked_add(nope, v)), .k = latent(site)});
    gemm.a = site.inputs[1].dtype;
    return gemm;
  }
  /// A product with each head's own matrix.
  [[nodiscard]] Gemm per_head(const Site& site, std::int64_t in, std::int64_t out) const {
    return weight_product(site, {.batch = heads, .m = site.in().rows(), .n = out, .k = in});
  }

  [[nodiscard]] Attention lower(const Site& site, Pass pass) const {
    const bool absorb = absorbed(site);
    Attention kernel{.batch = site.in(0)[0],
                     .heads = heads,
                     .kv_heads = absorb ? 1 : heads,
                     .q_len = site.in(0)[1],
                     .kv_len = site.in(1)[1],
                     .head_dim = (absorb ? latent(site) : nope) + rope,
                     .v_head_dim = absorb ? latent(site) : v,
                     .causal = causal,
                     .pass = pass,
                     .q = site.inputs[0].dtype,
                     .kv = absorb ? site.inputs[1].dtype : site.precision.activations,
                     .math = site.precision.math,
                     .values_in_keys = absorb};
    if (site.inputs.size() > 2) {
      kernel.window = site.in(2).back();
      kernel.scattered = true;
      kernel.extra_bytes += site.inputs[2].bytes().value();
    }
    if (page > 0) kernel.extra_bytes += 4.0 * static_cast<double>(site.in(1)[0] * ceil_div(site.in(1)[1], page));
    return kernel;
  }
};

}  // namespace ridgepoint
