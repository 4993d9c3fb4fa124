// What the ops of sequences refuse: the attribute at fault, and what would fit.

#include "tests/catch.hpp"
#include "tests/ops/sites.hpp"

namespace ridgepoint {
namespace {

struct Refusal {
  Op op;
  std::vector<Shape> inputs;
  std::string attribute;  ///< "" for the inputs
  std::string expected;   ///< a part of what would fit
};

std::vector<Refusal> attention() {
  const Shape q{2, 3, 8};
  const Shape kv{2, 5, 8};
  return {
      {FusedAttention{.heads = 4, .kv_heads = 3}, {q, kv, kv}, "kv_heads", "a divisor of 4"},
      {FusedAttention{.heads = 3}, {q, kv, kv}, "heads", "a divisor of 8"},
      {FusedAttention{.heads = 2, .causal = true}, {kv, q, q}, "causal", "at least as many keys"},
      {FusedAttention{.heads = 2, .density = 0}, {q, kv, kv}, "density", "above 0, at most 1"},
      {FusedAttention{.heads = 2, .window = 2, .chunk = 2}, {q, kv, kv}, "chunk", "one of them"},
      {FusedAttention{.heads = 2}, {q, kv, kv, {2, 3, 4}}, "", "3 queries and 5 keys"},
      {LatentAttention{.heads = 2, .nope = 2, .rope = 1, .v = 2}, {{1, 3, 7}, {1, 3, 5}}, "heads", "= 6"},
      {LatentAttention{.heads = 2, .nope = 2, .rope = 1, .v = 2}, {{1, 3, 6}, {1, 3, 1}}, "rope", "more than 1"},
      {LatentAttention{.heads = 2, .nope = 2, .rope = 1, .v = 2}, {{1, 3, 6}, {1, 2, 5}}, "", "as many tokens"},
      {Indexer{.heads = 2, .top_k = 2}, {{1, 3, 8}, {1, 3, 5}, {1, 3, 2}}, "", "[b, t, heads d]"},
      {RelativeBias{.heads = 2, .q_len = 2, .kv_len = 2}, {{4, 3}}, "entries", "a last axis of 2"},
      {KvCache{.length = 2}, {{1, 3, 4}}, "length", "at least 3"},
      {Rope{.head_dim = 4, .rotated = 6}, {{1, 2, 8}}, "rotated", "at most 4"},
  };
}

std::vector<Refusal> states() {
  const Shape x{1, 4, 6};
  return {
      {LinearAttention{.heads = 4, .key_heads = 3}, {x, x, {1, 4, 8}}, "key_heads", "a divisor of 4"},
      {LinearAttention{.heads = 4}, {x, x, {1, 4, 8}}, "key_heads", "divide the last axes"},
      {LinearAttention{.heads = 2}, {x, {1, 3, 6}, x}, "", "one shape"},
      {SelectiveScan{}, {x, x, {1, 4, 2}, {1, 4, 3}}, "", "B and C of one shape"},
      {CausalConv{}, {{4, 6}}, "", "[batch, time, channels]"},
      {Lstm{.hidden = 4, .projection = 4}, {x}, "projection", "less than 4"},
      {Gru{.hidden = 4, .biases = 3}, {x}, "biases", "0, 1 or 2"},
      {Rnn{.hidden = 4}, {{4, 6}}, "", "[batch, time, features]"},
  };
}

std::vector<Refusal> experts_and_products() {
  return {
      {Route{.top_k = 5}, {{3, 4}}, "top_k", "at most 4"},
      {Dispatch{.experts = 1}, {{3, 4}, {3, 2}}, "top_k", "at most 1"},
      {Dispatch{.experts = 4}, {{3, 4}, {2, 2}}, "", "each of the 3 tokens"},
      {Dispatch{.experts = 4, .capacity_factor = 5}, {{3, 4}, {3, 2}}, "capacity_factor", "from 0 to 4"},
      {GroupedLinear{.experts = 4, .top_k = 5}, {{3, 4}}, "top_k", "at most 4"},
      {GroupedLinear{.experts = 4}, {{3, 4, 5}}, "", "[4 experts, capacity, width]"},
      {GroupedLinear{.experts = 4, .imbalance = 0.5}, {{3, 5}}, "imbalance", "from 1 to 4"},
      {Combine{}, {{5, 4}, {3, 2}}, "", "each of the 6 weights"},
      {HeadLinear{.heads = 3}, {{2, 4}}, "heads", "a divisor of 4"},
      {Bilinear{}, {{2, 4}, {3, 4}}, "", "all but the last axis"},
      {Outer{}, {{2, 4}, {3, 4}}, "", "all but the last axis"},
      {TensorTrain{.in_factors = {2, 3}, .out_factors = {2}}, {{2, 6}}, "out_factors", "as many"},
      {TensorTrain{.in_factors = {2, 3}, .out_factors = {2, 2}}, {{2, 5}}, "in_factors", "factors of 5"},
      {TensorTrain{.in_factors = {2, 3}, .out_factors = {2, 2}, .ranks = {{1, 2}}},
       {{2, 6}},
       "ranks",
       "or 1 for the gaps"},
      {LearnedAdd{.axes = 3}, {{2, 4}}, "axes", "at most 2"},
      {LearnedTokens{}, {{2, 4}}, "", "[batch, tokens, channels]"},
      {Constant{.holds = Held::kIndices}, {{2, 4}}, "holds", "\"learned\": false"},
      {Wkv{}, {{1, 3, 2}, {1, 3, 4}}, "", "two inputs of one shape"},
      {DeformAttention{.heads = 3}, {{1, 5, 4}, {1, 2, 6}, {1, 2, 3}}, "heads", "a divisor of 4"},
      {DeformAttention{.heads = 2, .points = 4}, {{1, 5, 4}, {1, 2, 12}, {1, 2, 6}}, "points", "heads points = 8"},
      {DeformAttention{.heads = 2, .points = 3}, {{1, 5, 4}, {1, 2, 8}, {1, 2, 6}}, "", "[b, q, 2 heads points]"},
  };
}

TEST_CASE("ops of sequences say which attribute does not fit, and what would", "[ops]") {
  for (const auto& list : {attention(), states(), experts_and_products()}) {
    for (const Refusal& refusal : list) {
      OpCase c{refusal.op, {}};
      for (const Shape& shape : refusal.inputs) c.inputs.push_back({shape, DType::kFp32});
      INFO(name_of(refusal.op) << " " << refusal.expected);
      try {
        const OpPlace place(c);
        FAIL("accepted");
      } catch (const OpError& error) {
        CHECK(error.attribute == refusal.attribute);
        CHECK(error.problem.expected.find(refusal.expected) != std::string::npos);
        CHECK(!error.problem.what.empty());
      }
    }
  }
}

}  // namespace
}  // namespace ridgepoint
