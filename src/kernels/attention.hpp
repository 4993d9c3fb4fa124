#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "kernels/pass.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

/// Vector FLOPs and special operations of a softmax per element: subtract the maximum, compare for it, exp, add to the
/// sum, multiply by its inverse.
inline constexpr double kSoftmaxFlops = 5;
inline constexpr double kSoftmaxSpecial = 1;

/// Fused attention, softmax(Q K^T / sqrt(d)) V, which never writes its scores: q_len queries of `heads` heads against
/// kv_len keys of `kv_heads` heads, `batch` times. With `causal` query i sees the keys up to kv_len - q_len + i. Bytes
/// and the five products of the backward pass are those of FlashAttention (arXiv 2205.14135, 2307.08691).
struct Attention {
  std::int64_t batch = 1;
  std::int64_t heads = 1;
  std::int64_t kv_heads = 1;
  std::int64_t q_len = 1;
  std::int64_t kv_len = 1;
  std::int64_t head_dim = 1;    ///< of queries and keys
  std::int64_t v_head_dim = 1;  ///< of values and outputs
  bool causal = false;
  Pass pass = Pass::kFprop;
  DType q = DType::kFp32;
  DType kv = DType::kFp32;
  DType math = DType::kFp32;
  std::int64_t window = 0;      ///< keys that a query sees at most; 0 means all. Causal: the latest; else around it
  bool scattered = false;       ///< the `window` keys of each query were picked one by one, from all that it may see
  double density = 1;           ///< share of the pairs that is computed, of block-sparse attention
  bool values_in_keys = false;  ///< values are a part of the keys, read once (latent attention)
  double score_flops = kSoftmaxFlops;  ///< vector FLOPs per pair: the softmax, and what is added to scores
  double score_special = kSoftmaxSpecial;
  double extra_bytes = 0;  ///< read besides: a bias of the scores, sinks, a page table, picked indices

  [[nodiscard]] auto key() const {
    return std::tuple(batch, heads, kv_heads, q_len, kv_len, head_dim, v_head_dim, causal, pass, q, kv, math, window,
                      scattered, density, values_in_keys, score_flops, score_special, extra_bytes);
  }
  /// Query-key pairs of one head that are computed.
  [[nodiscard]] double pairs() const;
  /// Keys of a sequence that some query reads.
  [[nodiscard]] double keys_read() const;
  [[nodiscard]] Work work() const;
  void explain(Derivation& derivation) const;
};

// Causal: query i sees min(kv_len - q_len + i + 1, window) keys. Else the keys around it, (window - 1) / 2 before and
// window / 2 behind, as far as there are any; query i stands at key i.
inline double Attention::pairs() const {
  const auto queries = static_cast<double>(q_len);
  const auto keys = static_cast<double>(kv_len);
  const bool all_keys = window == 0 || (window >= kv_len && (causal || scattered));
  const double reach = all_keys ? keys : static_cast<double>(window);
  if (causal) {  // the first queries see fewer than `reach`: missing, missing - 1, ... 1, as many as there are queries
    const double missing = std::max(0.0, reach - (keys - queries + 1));
    const double short_queries = std::min(queries, missing);
    return density * (queries * reach - short_queries * (2 * missing - short_queries + 1) / 2);
  }
  if (all_keys || scattered) return density * queries * reach;
  const auto least = [](double far, double count) {  // sum of min(far, i) over i = 0 ... count - 1
    const double most = std::max(0.0, std::min(far, count - 1));
    return most * (most + 1) / 2 + std::max(0.0, count - 1 - most) * most;
  };
  const double before = least(std::floor((reach - 1) / 2), queries);
  const double far_behind = std::floor(reach / 2);
  const double behind = least(far_behind, keys) - least(far_behind, keys - queries);
  return density * (queries + before + behind);
}

inline double Attention::keys_read() const {
  const auto keys = static_cast<double>(kv_len);
  if (window == 0) return keys;
  const auto queries = static_cast<double>(q_len);
  const auto reach = static_cast<double>(window);
  return std::min(keys, scattered ? queries * reach : queries + reach - 1);
}

inline Work Attention::work() const {
  const double sequences = static_cast<double>(batch) * static_cast<double>(heads);
  const double scores = sequences * pairs();
  const auto d = static_cast<double>(head_dim);
  const auto dv = static_cast<double>(v_head_dim);
  const double queries = sequences * static_cast<double>(q_len);
  const double keys = static_cast<double>(batch) * static_cast<double>(kv_heads) * keys_read();
  const Bytes q_bytes = bytes_of(queries * d, q);
  const Bytes o_bytes = bytes_of(queries * dv, q);
  const Bytes kv_bytes = bytes_of(keys * (values_in_keys ? d : d + dv), kv);
  const Bytes statistics = bytes_of(queries, DType::kFp32);  // log-sum-exp, one per query, for the backward pass
  const bool forward = pass == Pass::kFprop;

  Work work{.math = math};
  work.macs = scores * (forward ? d + dv : 3 * d + 2 * dv);
  work.matrix = Flops{2 * work.macs};
  work.vector = Flops{scores * score_flops};
  work.special = Flops{scores * score_special};
  work.read = q_bytes + kv_bytes + Bytes{extra_bytes};
  work.written = o_bytes;
  if (!forward) {  // reads Q, K, V, O, dO and the statistics; writes dQ, dK, dV
    work.read += o_bytes * 2.0 + statistics;
    work.written = q_bytes + kv_bytes;
  }
  const double query_tiles = std::max(1.0, static_cast<double>(q_len) / kLargestTile);
  work.l2 = work.bytes() + kv_bytes * (query_tiles - 1);
  return work;
}

}  // namespace ridgepoint
