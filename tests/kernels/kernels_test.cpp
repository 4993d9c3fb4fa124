// The formulas of the kernels, by hand, and what must hold between them.

#include "kernels/kernel.hpp"

#include <unordered_set>

#include "tests/catch.hpp"

namespace ridgepoint {
namespace {

TEST_CASE("gemm: 2 m n k FLOPs, each operand once", "[kernels]") {
  const Work work = Gemm{.batch = 2, .m = 3, .n = 5, .k = 7, .a_batch = 2, .b_batch = 1, .bias = 5}.work();
  CHECK(work.macs == 2 * 3 * 5 * 7);
  CHECK(work.matrix.value() == 420);
  CHECK(work.read.value() == 4 * (2 * 21 + 35 + 5));  // one B for the whole batch
  CHECK(work.written.value() == 4 * 30);
  CHECK(work.l2 == work.bytes());  // one tile holds it
}

TEST_CASE("gemm: quantized weights bring a 16-bit scale a group", "[kernels]") {
  const Gemm gemm{
      .m = 1, .n = 256, .k = 128, .a = DType::kBf16, .b = DType::kInt4, .c = DType::kBf16, .b_scale_group = 128};
  CHECK(gemm.work().read.value() == 2 * 128 + 256 * 128 * 0.5 + 2 * 256);
}

TEST_CASE("gemm: tiles read operands again from the l2", "[kernels]") {
  const Work work = Gemm{.m = 1024, .n = 512, .k = 64}.work();
  CHECK(work.l2.value() == 4 * (1024 * 64 * 2 + 512 * 64 * 4 + 1024 * 512));  // 2 columns and 4 rows of tiles
}

TEST_CASE("conv: groups, depthwise, three axes and every pass", "[kernels]") {
  Conv conv{.n = 2, .c = 8, .in = {1, 6, 6}, .k = 16, .filter = {1, 3, 3}, .out = {1, 4, 4}};
  CHECK(conv.work().macs == 2.0 * 16 * 16 * 8 * 9);
  conv.groups = 4;
  CHECK(conv.work().macs == 2.0 * 16 * 16 * 2 * 9);
  CHECK(conv.work().read.value() == 4 * (2 * 8 * 36 + 16 * 2 * 9));
  CHECK(conv.work().matrix.value() == 2 * conv.work().macs);
  conv.groups = 8;
  CHECK(conv.depthwise());
  CHECK(conv.work().matrix.value() == 0);
  CHECK(conv.work().vector.value() == 2 * conv.work().macs);

  const Conv video{.n = 1, .c = 3, .in = {4, 8, 8}, .k = 2, .filter = {3, 3, 3}, .out = {2, 6, 6}};
  CHECK(video.work().macs == 2.0 * 72 * 3 * 27);
  for (const Pass pass : {Pass::kDgrad, Pass::kWgrad}) {
    Conv backward = video;
    backward.pass = pass;
    CHECK(backward.work().flops() == video.work().flops());
    CHECK(backward.work().l2 >= backward.work().bytes());
  }
}

TEST_CASE("products: a bias has the format of the output", "[kernels]") {
  Conv conv{.k = 8, .weight = DType::kInt4, .y = DType::kFp16};
  const double without = conv.work().read.value();
  conv.bias = 8;
  CHECK(conv.work().read.value() - without == 8 * 2);
  Gemm gemm{.n = 8, .b = DType::kInt4, .c = DType::kFp16};
  const double before = gemm.work().read.value();
  gemm.bias = 8;
  CHECK(gemm.work().read.value() - before == 8 * 2);
}

Attention attention(std::int64_t queries, std::int64_t keys, bool causal = false) {
  return {.batch = 2,
          .heads = 8,
          .kv_heads = 2,
          .q_len = queries,
          .kv_len = keys,
          .head_dim = 64,
          .v_head_dim = 64,
          .causal = causal,
          .q = DType::kBf16,
          .kv = DType::kBf16,
          .math = DType::kBf16};
}

TEST_CASE("attention: two products forward, five backward", "[kernels]") {
  Attention a = attention(128, 256);
  CHECK(a.work().macs == 2.0 * 8 * 128 * 256 * 2 * 64);
  CHECK(a.work().vector.value() == 5.0 * 2 * 8 * 128 * 256);
  CHECK(a.work().special.value() == 2.0 * 8 * 128 * 256);
  CHECK(a.work().read.value() == 2.0 * (2 * 8 * 128 * 64 + 2 * 2 * 256 * 128));  // K and V of 2 heads, not 8
  CHECK(a.work().written.value() == 2.0 * 2 * 8 * 128 * 64);
  const Work forward = a.work();
  a.pass = Pass::kDgrad;
  CHECK(a.work().macs == 2.5 * forward.macs);
}

TEST_CASE("attention: a causal mask leaves T(T+1)/2 pairs", "[kernels]") {
  CHECK(attention(5, 5, true).pairs() == 15);
  CHECK(attention(1000, 1000, true).pairs() == 500500);
  CHECK(attention(1, 777, true).pairs() == 777);    // a decoded token sees all
  CHECK(attention(2, 10, true).pairs() == 9 + 10);  // the last two of ten
  const double all = attention(4096, 4096).work().macs;
  CHECK(attention(4096, 4096, true).work().macs / all == Approx(0.5).margin(2e-4));
  CHECK(attention(4096, 4096, true).work().read == attention(4096, 4096).work().read);
}

// Llama-3-8B at 2048 in bf16: 8 KV heads of 128, keys and values: 8.39 MB a layer.
TEST_CASE("attention: grouped heads share the cache", "[kernels]") {
  const Attention a{.heads = 32,
                    .kv_heads = 8,
                    .q_len = 1,
                    .kv_len = 2048,
                    .head_dim = 128,
                    .v_head_dim = 128,
                    .q = DType::kBf16,
                    .kv = DType::kBf16};
  const double queries = 32 * 128 * 2;
  CHECK(a.work().read.value() - queries == 8388608);
}

TEST_CASE("flash attention moves no more than its parts", "[kernels]") {
  for (const std::int64_t length : {1, 7, 128, 4096}) {
    const Attention fused = attention(length, length);
    const Gemm scores{.batch = 16,
                      .m = length,
                      .n = length,
                      .k = 64,
                      .a_batch = 16,
                      .b_batch = 16,
                      .a = DType::kBf16,
                      .b = DType::kBf16,
                      .c = DType::kBf16};
    Gemm context = scores;
    std::swap(context.n, context.k);
    const double softmax = 2.0 * 2 * 16 * static_cast<double>(length * length);
    const double parts = scores.work().bytes().value() + softmax + context.work().bytes().value();
    CHECK(fused.work().bytes().value() <= parts);
    CHECK(fused.work().matrix == scores.work().matrix + context.work().matrix);
  }
}

TEST_CASE("gather and scatter: rows, indices, and what else moves", "[kernels]") {
  Gather gather{.lookups = 10, .row_bytes = 64, .table_rows = 100, .index_bytes = 80, .other_bytes = 640, .flops = 0};
  CHECK(gather.work().read.value() == 640 + 80);
  CHECK(gather.work().written.value() == 640);
  CHECK(gather.work().flops().value() == 0);
  gather.scatter = true;
  CHECK(gather.work().read.value() == 640 + 80 + 640);
  CHECK(gather.work().written.value() == 640);
}

TEST_CASE("spmm: every entry reads a row and an index", "[kernels]") {
  Spmm spmm{.rows = 4, .cols = 6, .nonzeros = 10, .features = 3};
  CHECK(spmm.work().vector.value() == 30);  // sums only
  CHECK(spmm.work().macs == 0);
  CHECK(spmm.work().read.value() == 4 * 30 + 4 * 10 + 4 * 5);
  CHECK(spmm.work().written.value() == 4 * 12);
  spmm.value_bits = 32;
  CHECK(spmm.work().vector.value() == 60);
  CHECK(spmm.work().macs == 30);
  CHECK(spmm.work().read.value() == 4 * 30 + 8 * 10 + 4 * 5);
}

TEST_CASE("stream: FLOPs are per element, special ones among them", "[kernels]") {
  const Work work = Stream{.op = "gelu",
                           .rows = 3,
                           .cols = 4,
                           .read = Bytes{48},
                           .written = Bytes{24},
                           .flops_per_element = 5,
                           .special_per_element = 1}
                        .work();
  CHECK(work.vector.value() == 60);
  CHECK(work.special.value() == 12);
  CHECK(work.l2.value() == 72);
}

std::vector<Kernel> different_kernels() {
  return {Gemm{},
          Gemm{.batch = 2},
          Gemm{.m = 2},
          Gemm{.n = 2},
          Gemm{.k = 2},
          Gemm{.a = DType::kFp16},
          Gemm{.bias = 1},
          Gemm{.b_scale_group = 32},
          Conv{},
          Conv{.in = {1, 1, 2}},
          Conv{.in = {1, 2, 1}},
          Conv{.stride = {1, 1, 2}},
          Conv{.pass = Pass::kDgrad},
          Conv{.bias = 1},
          Attention{},
          Attention{.causal = true},
          Attention{.kv_len = 2},
          Stream{.op = "relu"},
          Stream{.op = "gelu"},
          Stream{.op = "relu", .rows = 2},
          Gather{},
          Gather{.scatter = true},
          Spmm{},
          Spmm{.value_bits = 16}};
}

TEST_CASE("kernels with the same numbers are equal, others are not", "[kernels]") {
  const std::vector<Kernel> kernels = different_kernels();
  const std::vector<Kernel> copies = different_kernels();
  std::unordered_set<std::size_t> hashes;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    for (std::size_t j = 0; j < copies.size(); ++j) {
      INFO(i << " and " << j);
      CHECK((kernels[i] == copies[j]) == (i == j));
    }
    CHECK(hash_of(kernels[i]) == hash_of(copies[i]));
    hashes.insert(hash_of(kernels[i]));
  }
  CHECK(hashes.size() == kernels.size());
}

TEST_CASE("kernels go by the names of sample files", "[kernels]") {
  CHECK(kind_name(Gemm{}) == "gemm");
  CHECK(kind_name(Conv{}) == "conv");
  CHECK(kind_name(Attention{}) == "attention");
  CHECK(kind_name(Stream{}) == "elementwise");
  CHECK(kind_name(Stream{.kind = StreamKind::kNormalization}) == "normalization");
  CHECK(kind_name(Gather{}) == "embedding");
}

TEST_CASE("sums and shares of work keep every amount", "[kernels]") {
  const Work gemm = Gemm{.m = 4, .n = 4, .k = 4, .math = DType::kBf16}.work();
  const Work relu =
      Stream{.rows = 4, .cols = 4, .read = Bytes{64}, .written = Bytes{64}, .flops_per_element = 1}.work();
  for (const Work& sum : {gemm + relu, relu + gemm}) {
    CHECK(sum.math == DType::kBf16);
    CHECK(sum.flops().value() == 128 + 16);
    CHECK(sum.bytes() == gemm.bytes() + relu.bytes());
  }
  CHECK((gemm * 0.5).matrix.value() == 64);
  CHECK((gemm * 0.5).bytes() == gemm.bytes() * 0.5);
}

// Pairs counted one by one.
double counted_pairs(const Attention& a) {
  double pairs = 0;
  for (std::int64_t i = 0; i < a.q_len; ++i) {
    const std::int64_t at = a.kv_len - a.q_len + i;  // the query's place among the keys
    for (std::int64_t j = 0; j < a.kv_len; ++j) {
      const bool past = !a.causal || j <= at;
      const bool near =
          a.window == 0 || (a.causal ? j > at - a.window : j >= at - (a.window - 1) / 2 && j <= at + a.window / 2);
      if (past && near) ++pairs;
    }
  }
  return pairs;
}

TEST_CASE("attention: windows leave the pairs that counting finds", "[kernels]") {
  for (const std::int64_t window : {0, 1, 2, 3, 5, 8, 13, 40}) {
    for (const bool causal : {true, false}) {
      for (const std::int64_t queries : {1, 4, 13}) {
        Attention a = attention(queries, 13, causal);
        a.window = window;
        if (!causal && queries != 13) continue;  // a window around a query needs the queries to be the keys
        CAPTURE(window, causal, queries);
        CHECK(a.pairs() == counted_pairs(a));
      }
    }
  }
  Attention a = attention(1, 4096, true);
  a.window = 128;
  CHECK(a.keys_read() == 128);
  a.q_len = 100;
  CHECK(a.keys_read() == 227);
  a.scattered = true;
  CHECK(a.keys_read() == 4096);
  a.window = 0;
  a.density = 0.25;
  CHECK(a.pairs() == 0.25 * (100 * 4096 - 100 * 99 / 2));
}

TEST_CASE("attention: latent values are a part of the keys", "[kernels]") {
  Attention a{.batch = 3, .heads = 16, .q_len = 1, .kv_len = 100, .head_dim = 576, .v_head_dim = 512};
  const double apart = a.work().read.value();
  a.values_in_keys = true;
  CHECK(apart - a.work().read.value() == 4.0 * 3 * 100 * 512);
  CHECK(a.work().macs == 3.0 * 16 * 100 * (576 + 512));
}

TEST_CASE("recurrent: serial products, gates and weights once", "[kernels]") {
  Recurrent lstm{.batch = 2, .hidden = 8, .timesteps = 5};
  CHECK(lstm.work().macs == 2.0 * 5 * 4 * 8 * 8);
  CHECK(lstm.work().vector.value() == 2.0 * 5 * 8 * 19);
  CHECK(lstm.work().special.value() == 2.0 * 5 * 8 * 8);
  CHECK(lstm.work().read.value() == 4.0 * (2 * 5 * 4 * 8 + 4 * 8 * 8));
  CHECK(lstm.work().written.value() == 4.0 * 2 * 5 * 8);
  CHECK(lstm.work().l2.value() == lstm.work().bytes().value() + 4.0 * 4 * 4 * 8 * 8);  // again in 4 more steps
  lstm.keeps_gates = true;
  CHECK(lstm.work().written.value() == 4.0 * 2 * 5 * (8 + 4 * 8 + 8));
  lstm.projection = 3;
  CHECK(lstm.work().macs == 2.0 * 5 * (4 * 8 * 3 + 8 * 3));
  const double forward = lstm.work().macs;
  for (const Pass pass : {Pass::kDgrad, Pass::kWgrad}) {
    lstm.pass = pass;
    CHECK(lstm.work().macs == forward);
    CHECK(lstm.work().l2 >= lstm.work().bytes());
  }
  const Recurrent gru{.cell = RnnCell::kGru, .batch = 2, .hidden = 8, .timesteps = 5, .directions = 2};
  CHECK(gru.work().macs == 2 * 2.0 * 5 * 3 * 8 * 8);
}

TEST_CASE("grouped gemm: only the groups with rows are read", "[kernels]") {
  CHECK(expected_groups(8, 2, 1) == Approx(2));
  CHECK(expected_groups(8, 2, 3) == Approx(8 * (1 - 0.75 * 0.75 * 0.75)));
  CHECK(expected_groups(8, 8, 1) == 8);
  GroupedGemm moe{.groups = 8, .active = 2, .rows = 6, .n = 5, .k = 7, .b = DType::kFp16, .bias = true};
  CHECK(moe.work().macs == 6 * 5 * 7);
  CHECK(moe.work().read.value() == 4 * 6 * 7 + 2 * 2 * 35 + 4 * 2 * 5);
  CHECK(moe.work().written.value() == 4 * 6 * 5);
  moe.pass = Pass::kWgrad;
  CHECK(moe.work().macs == 6 * 5 * 7);
  CHECK(moe.work().written.value() == 2 * 8 * 35);
}

}  // namespace
}  // namespace ridgepoint
