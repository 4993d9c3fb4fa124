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
  if (a.window > 0) d.given("window", static_cast<double>(a.window), "", "keys that a query sees at most");
  if (a.density != 1) d.given("density", a.density, "", "share of the pairs that is computed");
}

// Query-key pairs of one head, and the keys that some query reads.
void explain_pairs(const Attention& a, Derivation& d) {
  const bool window = a.window > 0;
  const std::string_view share = a.density != 1 ? " density" : "";
  const auto pairs = [&](std::string_view formula, std::string_view source) {
    d.result("pairs", std::string(formula) + std::string(share), a.pairs(), "", source);
  };
  const std::string_view reach = window ? "min(window, kv_len)" : "kv_len";
  if (a.causal) {
    d.step("reach", reach, "", "keys that the last query sees");
    d.step("missing", "max(0, reach - (kv_len - q_len + 1))", "", "keys that the first query lacks of them");
    d.step("short", "min(q_len, missing)", "", "queries that see fewer");
    pairs("(q_len reach - short (2 missing - short + 1) / 2)", "a query sees the keys up to its own");
  } else if (window && !a.scattered) {
    d.step("b", "min(floor((window - 1) / 2), q_len - 1)", "", "keys before a query that it sees at most");
    d.step("before", "b (b + 1) / 2 + (q_len - 1 - b) b", "", "keys before all queries, fewer at the beginning");
    d.step("f", "min(floor(window / 2), kv_len - 1)", "", "keys behind a query that it sees at most");
    d.step("g", "max(0, min(f, kv_len - q_len - 1))");
    d.step("behind", "f (f + 1) / 2 + (kv_len - 1 - f) f - g (g + 1) / 2 - max(0, kv_len - q_len - 1 - g) g", "",
           "keys behind all queries, fewer at the end");
    pairs("(q_len + before + behind)", "a query sees its own key, and those around it");
  } else {
    pairs(window ? "q_len min(window, kv_len)" : "q_len kv_len", window ? "" : "every query sees every key");
  }
  d.result("keys",
           !window       ? "kv_len"
           : a.scattered ? "min(kv_len, q_len window)"
                         : "min(kv_len, q_len + window - 1)",
           a.keys_read(), "", "keys of a sequence that are read");
}

void explain_bytes(const Attention& a, const Work& w, Derivation& d) {
  d.given("q_bits", bits(a.q), "bit", name(a.q));
  d.given("kv_bits", bits(a.kv), "bit", name(a.kv));
  d.step("Q", "batch heads q_len d q_bits / 8", "B");
  d.step("KV", a.values_in_keys ? "batch kv_heads keys d kv_bits / 8" : "batch kv_heads keys (d + d_v) kv_bits / 8",
         "B", a.values_in_keys ? "values are a part of the keys" : "");
  d.step("O", "batch heads q_len d_v q_bits / 8", "B");
  std::string extra;
  if (a.extra_bytes > 0) {
    d.given("extra", a.extra_bytes, "B", "a bias of the scores, sinks, a page table or picked indices");
    extra = " + extra";
  }
  if (a.pass == Pass::kFprop) {
    d.result("read", "Q + KV" + extra, w.read.value(), "B", kFlash);
    d.result("written", "O", w.written.value(), "B", "scores are never written");
  } else {
    d.step("statistics", "batch heads q_len 32 / 8", "B", "one fp32 a query and head");
    d.result("read", "Q + KV + 2 O + statistics" + extra, w.read.value(), "B", kFlash);
    d.result("written", "Q + KV", w.written.value(), "B", "dQ, dK and dV");
  }
  d.given("tile", kLargestTile, "", "edge of the largest tiles that libraries use");
  d.result("l2", "read + written + KV (max(1, q_len / tile) - 1)", w.l2.value(), "B",
           "keys and values are read for every tile of queries");
}

}  // namespace

void Attention::explain(Derivation& d) const {
  const Work w = work();
  const bool forward = pass == Pass::kFprop;
  give_sizes(*this, d);
  explain_pairs(*this, d);
  d.step("S", "batch heads pairs", "", "scores");
  d.result("macs", forward ? "S (d + d_v)" : "S (3 d + 2 d_v)", w.macs, "",
           forward ? "Q K^T and P V" : "the scores again, dV, dP, dQ, dK");
  d.result("matrix", "2 macs", w.matrix.value(), "FLOP", kMacSource);
  d.given("score_flops", score_flops, "FLOP", "softmax: maximum, subtract, exp, sum, multiply; and what is added");
  d.result("vector", "S score_flops", w.vector.value(), "FLOP");
  d.given("score_special", score_special, "op", "one exp a score");
  d.result("special", "S score_special", w.special.value(), "op");
  explain_bytes(*this, w, d);
}

}  // namespace ridgepoint
