#include "kernels/attention.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kFlash = "FlashAttention: Dao et al., arXiv 2205.14135; Dao, 2307.08691";

void give_sizes(const Attention& a, Derivation& d) {
  d.given("batch", static_cast<double>(a.batch));
  d.given("heads", static_cast<double>(a.heads));
  d.given("kv_heads", static_cast<double>(a.kv_heads));
  d.given("q_len", static_cast<double>(a.q_len));
  d.given("kv_len", static_cast<double>(a.kv_len));
  d.given("d", static_cast<double>(a.head_dim), "", "width of a head in queries and keys");
  d.given("d_v", static_cast<double>(a.v_head_dim), "", "width of a head in values");
}

}  // namespace

void Attention::explain(Derivation& d) const {
  const Work w = work();
  const bool forward = pass == Pass::kFprop;
  give_sizes(*this, d);
  d.result("pairs", causal ? "q_len kv_len - q_len (q_len - 1) / 2" : "q_len kv_len", pairs(), "",
           causal ? "a query sees the keys up to its own" : "every query sees every key");
  d.step("S", "batch heads pairs", "", "scores");
  d.result("macs", forward ? "S (d + d_v)" : "S (3 d + 2 d_v)", w.macs, "",
           forward ? "Q K^T and P V" : "the scores again, dV, dP, dQ, dK");
  d.result("matrix", "2 macs", w.matrix.value(), "FLOP", kMacSource);
  d.given("softmax", kSoftmaxFlops, "FLOP", "maximum, subtract, exp, sum, multiply");
  d.result("vector", "S softmax", w.vector.value(), "FLOP");
  d.result("special", "S", w.special.value(), "op", "one exp a score");
  d.given("q_bits", bits(q), "bit", name(q));
  d.given("kv_bits", bits(kv), "bit", name(kv));
  d.step("Q", "batch heads q_len d q_bits / 8", "B");
  d.step("KV", "batch kv_heads kv_len (d + d_v) kv_bits / 8", "B");
  d.step("O", "batch heads q_len d_v q_bits / 8", "B");
  if (forward) {
    d.result("read", "Q + KV", w.read.value(), "B", kFlash);
    d.result("written", "O", w.written.value(), "B", "scores are never written");
  } else {
    d.step("statistics", "batch heads q_len 32 / 8", "B", "one fp32 a query and head");
    d.result("read", "Q + KV + 2 O + statistics", w.read.value(), "B", kFlash);
    d.result("written", "Q + KV", w.written.value(), "B", "dQ, dK and dV");
  }
  d.given("tile", kLargestTile, "", "edge of the largest tiles that libraries use");
  d.result("l2", "read + written + KV (max(1, q_len / tile) - 1)", w.l2.value(), "B",
           "keys and values are read for every tile of queries");
}

}  // namespace ridgepoint
