#pragma once
#include <algorithm>
#include <cstdint>
#include <tuple>

#include "kernels/pass.hpp"
#include "kernels/work.hpp"

namespace ridgepoint {

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

  [[nodiscard]] auto key() const {
    return std::tuple(batch, heads, kv_heads, q_len, kv_len, head_dim, v_head_dim, causal, pass, q, kv, math);
  }
  /// Query-key pairs of one head that are computed.
  [[nodiscard]] double pairs() const {
    const auto queries = static_cast<double>(q_len);
    return queries * static_cast<double>(kv_len) - (causal ? queries * (queries - 1) / 2 : 0);
  }
  [[nodiscard]] Work work() const;
  void explain(Derivation& derivation) const;
};

/// Vector FLOPs and special operations of a softmax per element: subtract the maximum, compare for it, exp, add to the
/// sum, multiply by its inverse.
inline constexpr double kSoftmaxFlops = 5;
inline constexpr double kSoftmaxSpecial = 1;

inline Work Attention::work() const {
  const double sequences = static_cast<double>(batch) * static_cast<double>(heads);
  const double scores = sequences * pairs();
  const auto d = static_cast<double>(head_dim);
  const auto dv = static_cast<double>(v_head_dim);
  const double queries = sequences * static_cast<double>(q_len);
  const double keys = static_cast<double>(batch) * static_cast<double>(kv_heads) * static_cast<double>(kv_len);
  const Bytes q_bytes = bytes_of(queries * d, q);
  const Bytes o_bytes = bytes_of(queries * dv, q);
  const Bytes kv_bytes = bytes_of(keys * (d + dv), kv);
  const Bytes statistics = bytes_of(queries, DType::kFp32);  // log-sum-exp, one per query, for the backward pass
  const bool forward = pass == Pass::kFprop;

  Work work{.math = math};
  work.macs = scores * (forward ? d + dv : 3 * d + 2 * dv);
  work.matrix = Flops{2 * work.macs};
  work.vector = Flops{scores * kSoftmaxFlops};
  work.special = Flops{scores * kSoftmaxSpecial};
  work.read = q_bytes + kv_bytes;
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
