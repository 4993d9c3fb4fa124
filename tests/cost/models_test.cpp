// What must hold for the cost models of products, attention and collectives whatever their parameters are.

#include <cmath>
#include <ctime>
#include <random>

#include "cost/device_file.hpp"
#include "cost/price.hpp"
#include "io/data_path.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

Launch launch(const Kernel& kernel) { return {kernel, work_of(kernel)}; }

double seconds(const Kernel& kernel, const std::string& device = "h100-sxm5", Circumstances circumstances = {}) {
  return price(launch(kernel), load_device(device), Mode::kDatasheet, circumstances).time.value();
}

Gemm gemm(std::int64_t m, std::int64_t n, std::int64_t k, DType dtype = DType::kBf16) {
  return {.m = m, .n = n, .k = k, .a = dtype, .b = dtype, .c = dtype, .math = dtype};
}

Attention attention(std::int64_t batch, std::int64_t q_len, std::int64_t kv_len, std::int64_t kv_heads = 8) {
  return {.batch = batch,
          .heads = 32,
          .kv_heads = kv_heads,
          .q_len = q_len,
          .kv_len = kv_len,
          .head_dim = 128,
          .v_head_dim = 128,
          .causal = q_len > 1,
          .q = DType::kBf16,
          .kv = DType::kBf16,
          .math = DType::kBf16};
}

Collective collective(CollectiveOp op, std::int64_t ranks, double bytes, std::int64_t per_node = 8) {
  return {.op = op, .ranks = ranks, .ranks_per_node = per_node, .bytes = bytes};
}

std::vector<Kernel> some_of_each() {
  return {gemm(4096, 4096, 4096),
          gemm(1, 128256, 4096),
          gemm(64, 64, 65536),
          Gemm{.batch = 96, .m = 128, .n = 128, .k = 64, .a_batch = 96, .b_batch = 96},
          GroupedGemm{.groups = 8, .active = 7.3, .rows = 64, .n = 14336, .k = 4096},
          attention(2, 1024, 1024),
          attention(1, 1, 8192),
          attention(64, 1, 100, 32),
          collective(CollectiveOp::kAllReduce, 8, 1e6),
          collective(CollectiveOp::kTransfer, 2, 1e6, 1),
          Stream{.rows = 1024, .cols = 1024, .read = Bytes{4e6}, .written = Bytes{4e6}}};
}

TEST_CASE("a price and the last of its terms are the same number", "[models]") {
  for (const char* const name : {"h100-sxm5", "l4", "v100-sxm2-16gb"}) {
    const Device device = load_device(name);
    for (const Kernel& kernel : some_of_each()) {
      CAPTURE(name, kind_name(kernel));
      if (missing_format(device, work_of(kernel).math)) continue;
      const Price p = price(launch(kernel), device, Mode::kDatasheet);
      const Terms terms = terms_of(launch(kernel), device, Mode::kDatasheet);
      REQUIRE_FALSE(terms.empty());
      CHECK(terms.back().value == p.time.value());
      CHECK(p.p10 < p.time);
      CHECK(p.time < p.p90);
      for (const Term& term : terms) CHECK((!term.symbol.empty() && !term.formula.empty() && !term.source.empty()));
    }
  }
}

TEST_CASE("every device prices every shape at a finite time above zero", "[models]") {
  std::mt19937 random(3);
  const auto size = [&](int bits) {
    return std::int64_t{1} + random() % (1U << (random() % static_cast<unsigned>(bits)));
  };
  for (const std::string& name : names_in(kDevices)) {
    const Device device = load_device(name);
    for (int i = 0; i < 40; ++i) {
      const std::vector<Kernel> kernels{
          gemm(size(16), size(17), size(17)), attention(size(8), 1, size(17)),
          attention(size(4), 1 + size(10), 1100 + size(14)),
          collective(CollectiveOp::kAllToAll, 1 + size(10), static_cast<double>(size(30)))};
      for (const Kernel& kernel : kernels) {
        if (missing_format(device, work_of(kernel).math)) continue;
        const Price p = price(launch(kernel), device, Mode::kDatasheet, {.copies = static_cast<double>(random() % 3)});
        CAPTURE(name, kind_name(kernel));
        CHECK(std::isfinite(p.time.value()));
        CHECK(p.time.value() > 0);
        CHECK(p.bound != Bound::kNone);
      }
    }
  }
}

TEST_CASE("products: tiles, waves, split reductions, operands in the cache", "[models]") {
  // 129 rows need a tile more than 128.
  CHECK(seconds(gemm(129, 16384, 4096)) > 1.1 * seconds(gemm(128, 16384, 4096)));
  CHECK(seconds(gemm(130, 16384, 4096)) < 1.02 * seconds(gemm(129, 16384, 4096)));
  // A long reduction into few tiles is split: it takes far less than its serial walk.
  CHECK(seconds(gemm(64, 64, 65536)) < 20 * seconds(gemm(64, 64, 1024)));
  // Small m streams the weights: the bytes over the bandwidth, and a launch.
  const double weights = 2.0 * 16384 * 16384;
  CHECK(seconds(gemm(1, 16384, 16384)) > weights / 3.35e12);
  CHECK(seconds(gemm(1, 16384, 16384)) < 1.6 * weights / 3.35e12 + 6e-6);
  // One copy of the weights stays in the l2, eight do not.
  const Gemm fits = gemm(16, 2048, 4096);
  CHECK(seconds(fits, "h100-sxm5", {.copies = 1}) < seconds(fits, "h100-sxm5", {.copies = 8}));
  CHECK(seconds(fits, "h100-sxm5", {.copies = 8}) <= 1.01 * seconds(fits));
}

TEST_CASE("products: reductions of a batch, distant rows, odd sizes, 8 bits", "[models]") {
  const auto batch = [](std::int64_t count, std::int64_t k) {
    return seconds(Gemm{.batch = count, .m = 64, .n = 64, .k = k, .a_batch = count, .b_batch = count});
  };
  // Libraries do not split the reductions of a batch: two take longer than one, which is split.
  CHECK(batch(2, 65536) > 2 * batch(1, 65536));
  // Rows further apart than address translation reaches: four times the k is more than four times the time.
  CHECK(seconds(gemm(4096, 4096, 1 << 17)) > 4.05 * seconds(gemm(4096, 4096, 1 << 15)));
  // Rows at odd addresses.
  CHECK(seconds(gemm(4096, 4096, 4095)) > 1.01 * seconds(gemm(4096, 4096, 4096)));
  // 8-bit operands are made from 16 bits, faster where the passes over them stay in the cache.
  const auto of_a = [](std::int64_t m) {
    const auto measured = [](std::int64_t rows) {
      return seconds(gemm(rows, 64, 1024, DType::kFp8E4m3), "h100-sxm5", {.copies = 1});
    };
    return (measured(2 * m) - measured(m)) / static_cast<double>(m);
  };
  CHECK(of_a(1 << 18) > 1.5 * of_a(1 << 11));
}

TEST_CASE("times grow on shapes far beyond those of the fit", "[models]") {
  double last = 0;
  for (std::int64_t m = 1024; m <= 1 << 20; m *= 2) {
    const double now = seconds(gemm(m, 8192, 8192));
    CHECK(now > 1.5 * last);
    CHECK(now > 2.0 * static_cast<double>(m) * 8192 * 8192 / 989.4e12 / 1.15);
    last = now;
  }
}

TEST_CASE("experts cost at least the weights of those that are used", "[models]") {
  const auto experts = [](double active) {
    return GroupedGemm{.groups = 64,
                       .active = active,
                       .rows = 64,
                       .n = 4096,
                       .k = 4096,
                       .a = DType::kBf16,
                       .b = DType::kBf16,
                       .c = DType::kBf16,
                       .math = DType::kBf16};
  };
  CHECK(seconds(experts(40)) > 40 * 2.0 * 4096 * 4096 / 3.35e12 / 1.1);
  CHECK(seconds(experts(40)) > 1.5 * seconds(experts(20)));
}

TEST_CASE("attention: masks, shared heads, and small batches that do not fill the device", "[models]") {
  Attention full = attention(4, 4096, 4096);
  full.causal = false;
  CHECK(seconds(attention(4, 4096, 4096)) < 0.9 * seconds(full));
  Attention window = attention(4, 4096, 4096);
  window.window = 256;
  CHECK(seconds(window) < 0.9 * seconds(attention(4, 4096, 4096)));
  // Heads that share keys and values read less.
  CHECK(seconds(attention(64, 1, 4096, 8)) < 0.5 * seconds(attention(64, 1, 4096, 32)));
  // Two keys cost what sixty cost.
  CHECK(seconds(attention(8, 1, 60)) < 1.05 * seconds(attention(8, 1, 2)));
  CHECK(seconds(attention(1, 1, 65536)) < 0.5 * 16 * seconds(attention(1, 1, 4096)));
}

TEST_CASE("collectives: ranks, bytes, and nodes", "[models]") {
  const auto time = [](CollectiveOp op, std::int64_t ranks, double bytes, std::int64_t per_node = 8) {
    return seconds(collective(op, ranks, bytes, per_node));
  };
  const CollectiveOp reduce = CollectiveOp::kAllReduce;
  CHECK(time(reduce, 8, 1e9) > 1.75e9 / 450e9);
  CHECK(time(reduce, 8, 1024) > time(reduce, 2, 1024));
  CHECK(time(reduce, 8, 1e9) == Approx(10 * time(reduce, 8, 1e8)).epsilon(0.3));
  CHECK(time(reduce, 8, 1e8) > 1.5 * time(CollectiveOp::kAllGather, 8, 1e8));
  CHECK(time(reduce, 16, 1e8, 8) > 2 * time(reduce, 8, 1e8, 8));
  const Price p = price(launch(collective(reduce, 8, 1e9)), load_device("h100-sxm5"), Mode::kDatasheet);
  CHECK(p.bound == Bound::kLink);
  CHECK(p.roofline.value() == Approx(1.75e9 / 450e9));
}

TEST_CASE("in a network the kernel before writes 8-bit operands; a measurement converts them", "[models]") {
  const Gemm narrow = gemm(2048, 4096, 4096, DType::kFp8E4m3);
  CHECK(seconds(narrow) < seconds(gemm(2048, 4096, 4096)));
  CHECK(seconds(narrow) + 4e-6 < seconds(narrow, "h100-sxm5", {.copies = 6}));
}

TEST_CASE("pricing is quick and says nothing that it need not", "[models]") {
  const Device device = load_device("h100-sxm5");
  const std::vector<Kernel> kernels = some_of_each();
  constexpr int kTimes = 2000;
  double sum = 0;
  const std::clock_t start = std::clock();
  for (int i = 0; i < kTimes; ++i) {
    const Launch one = launch(kernels[static_cast<std::size_t>(i) % kernels.size()]);
    sum += price(one, device, Mode::kDatasheet).time.value();
  }
  const double each = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kTimes;
  CHECK(sum > 0);
  CHECK(each < 20e-6);  // under one in a release build; sanitizers and a busy machine take their share
}

}  // namespace
}  // namespace ridgepoint
