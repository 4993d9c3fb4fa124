// The cost models of passes over memory, lookups and convolutions: what their physics say must hold.

#include "cost/price.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

// 80 units at 1.5 GHz, 15 TFLOP/s in fp32, 900 GB/s, 6 MB of l2.
Device gpu() {
  Device d;
  d.name = "gpu";
  d.kind = "gpu";
  d.compute_units = 80;
  d.clock = Hertz{1.5e9};
  d.vector[static_cast<std::size_t>(DType::kFp32)] = Peak{.rate = FlopRate{15e12}};
  d.dram.bandwidth = Bandwidth{900e9};
  d.l2.capacity = Bytes{6e6};
  return d;
}

Price price_of(const Kernel& kernel, double copies = 100, Clock clock = Clock::kKernel) {
  return price({kernel, work_of(kernel)}, gpu(), Mode::kDatasheet, {.clock = clock, .copies = copies});
}

Stream pass(std::string_view op, double rows, double cols, StreamKind kind = StreamKind::kElementwise) {
  const Bytes bytes = bytes_of(rows * cols, DType::kFp32);
  return {.kind = kind, .op = op, .rows = rows, .cols = cols, .read = bytes, .written = bytes, .flops_per_element = 1};
}

double seconds(const Kernel& kernel, double copies = 100) { return price_of(kernel, copies).time.value(); }

TEST_CASE("the bandwidth of a pass ramps up with its size", "[cost]") {
  const auto rate = [](double rows) { return 8 * rows * 1024 / seconds(pass("relu", rows, 1024)); };
  CHECK(rate(1 << 8) < 0.8 * rate(1 << 20));
  CHECK(rate(1 << 20) > 0.7 * 900e9);
  CHECK(rate(1 << 20) < 900e9);
}

TEST_CASE("a pass that fits into the l2 is faster the second time, a rotated one is not", "[cost]") {
  const Stream small = pass("add_scalar", 512, 1024);
  CHECK(seconds(small, 1) < 0.7 * seconds(small, 100));
  CHECK(seconds(small, 0) == Approx(seconds(small, 100)).epsilon(0.01));  // a network's operands come from memory
  const Stream large = pass("add_scalar", 1 << 16, 1024);
  CHECK(seconds(large, 1) == Approx(seconds(large, 100)).epsilon(0.01));
}

TEST_CASE("functions of many instructions show where memory does not hide them", "[cost]") {
  CHECK(seconds(pass("pow", 512, 1024), 1) > 1.3 * seconds(pass("mul", 512, 1024), 1));
  CHECK(seconds(pass("pow", 1 << 18, 1024)) > seconds(pass("mul", 1 << 18, 1024)));
  CHECK(price_of(pass("pow", 512, 1024), 1).bound == Bound::kVector);
}

TEST_CASE("calls differ in what the host needs", "[cost]") {
  const auto call = [](const char* op) { return price_of(pass(op, 1, 64), 1, Clock::kOp).time; };
  CHECK(call("relu") > call("add"));
  CHECK(call("mul_scalar") > call("mul"));
  CHECK(price_of(pass("add", 1, 64), 1, Clock::kOp).bound == Bound::kHost);
}

TEST_CASE("a softmax of up to 1024 columns is one pass, a longer row is read again", "[cost]") {
  const auto softmax = [](double cols) {
    return seconds(pass("softmax", (1 << 25) / cols, cols, StreamKind::kNormalization));
  };
  CHECK(softmax(1025) > 1.2 * softmax(1024));
  CHECK(softmax(513) > softmax(512));  // rows are padded to a power of two
}

TEST_CASE("a batch norm in training passes over memory as often as it must, and no more", "[cost]") {
  const auto bytes = [](double elements) { return bytes_of(elements, DType::kFp32); };
  const double elements = 64.0 * 256 * 56 * 56;
  const Stream norm{.kind = StreamKind::kNormalization,
                    .op = "batch_norm",
                    .rows = 256,
                    .cols = elements / 256,
                    .read = bytes(2 * elements),
                    .written = bytes(elements),
                    .flops_per_element = 8};
  CHECK(seconds(norm) > 12 * elements / 900e9);
  CHECK(seconds(norm) < 1.6 * 12 * elements / 900e9);
}

TEST_CASE("rows in flight that outgrow the l2 are read again from memory", "[cost]") {
  const auto norm = [](double cols) {
    const Price p = price_of(pass("layer_norm", (1 << 28) / cols, cols, StreamKind::kNormalization));
    return p.needs[static_cast<std::size_t>(Bound::kDram)].value();
  };
  CHECK(norm(65536) > 1.2 * norm(256));
}

TEST_CASE("a lookup reads distinct rows from memory once", "[cost]") {
  const auto gather = [](double rows, double copies = 1) {
    return seconds(
        Gather{.lookups = 1e5, .row_bytes = 4096, .table_rows = rows, .index_bytes = 8e5, .other_bytes = 4e8}, copies);
  };
  CHECK(gather(500) < gather(1e6));
  CHECK(gather(1e6) == Approx(gather(1e9)).epsilon(0.1));
  CHECK(seconds(Gather{.lookups = 1e6, .row_bytes = 4, .table_rows = 1e8, .other_bytes = 4e6}) >
        3 * seconds(Gather{.lookups = 1e6 / 8, .row_bytes = 32, .table_rows = 1e8, .other_bytes = 4e6}));
}

Conv conv(std::int64_t filter, std::int64_t stride, Pass direction = Pass::kFprop) {
  const std::int64_t out = 56 / stride;
  return {.n = 32,
          .c = 128,
          .in = {1, 56, 56},
          .k = 128,
          .filter = {1, filter, filter},
          .out = {1, out, out},
          .stride = {1, stride, stride},
          .pass = direction};
}

TEST_CASE("fp32 convolutions of 3x3 take fewer multiplications than counted", "[cost]") {
  CHECK(price_of(conv(3, 1)).time < price_of(conv(3, 1)).roofline);
  CHECK(price_of(conv(3, 2)).time > price_of(conv(3, 2)).roofline);
  CHECK(price_of(conv(5, 1)).time > price_of(conv(5, 1)).roofline);
}

TEST_CASE("convolutions run in whole tiles and waves", "[cost]") {
  Conv narrow = conv(1, 1);
  narrow.k = 3;
  Conv padded = conv(1, 1);
  padded.k = 32;
  CHECK(seconds(narrow) > 0.5 * seconds(padded));
  Conv one = conv(1, 1);
  one.n = 1;
  one.in = one.out = {1, 7, 7};
  CHECK(price_of(one).time > 3.0 * price_of(one).roofline);
}

TEST_CASE("a strided input gradient visits taps that it does not need", "[cost]") {
  CHECK(price_of(conv(3, 2, Pass::kDgrad)).time > 1.3 * price_of(conv(3, 2, Pass::kFprop)).time);
}

TEST_CASE("a weight gradient splits its reduction to fill the device", "[cost]") {
  CHECK(price_of(conv(1, 1, Pass::kWgrad)).time < 6.0 * price_of(conv(1, 1)).time);
}

TEST_CASE("a depthwise convolution is a pass over memory", "[cost]") {
  Conv depthwise = conv(3, 1);
  depthwise.groups = depthwise.c;
  CHECK(price_of(depthwise).bound == Bound::kDram);
  CHECK(price_of(depthwise).time > price_of(depthwise).roofline);
}

Recurrent lstm(std::int64_t batch, std::int64_t steps, Pass direction = Pass::kFprop) {
  return {.batch = batch, .hidden = 1024, .timesteps = steps, .pass = direction};
}

TEST_CASE("the steps of a recurrent layer wait for each other, its weight gradient does not", "[cost]") {
  CHECK(seconds(lstm(32, 400)) == Approx(2 * seconds(lstm(32, 200))).epsilon(0.15));
  CHECK(seconds(lstm(1, 200)) > 200 * 4.0 * 4 * 1024 * 1024 / 900e9);  // the weights, once a step
  CHECK(seconds(lstm(2, 200)) == Approx(seconds(lstm(1, 200))));       // which serve a few rows at once
  CHECK(seconds(lstm(16, 200)) > 1.5 * seconds(lstm(1, 200)));
  CHECK(seconds(lstm(32, 200, Pass::kWgrad)) < 0.2 * seconds(lstm(32, 200)));
  for (const std::int64_t batch : {1, 16, 64, 4096}) {
    CHECK(price_of(lstm(batch, 50)).time > price_of(lstm(batch, 50)).roofline);
  }
}

TEST_CASE("every model explains its time by terms that say the same", "[cost]") {
  for (const Kernel& kernel :
       std::vector<Kernel>{pass("gelu", 512, 1024), pass("softmax", 512, 4096, StreamKind::kNormalization),
                           Gather{.lookups = 1e5, .row_bytes = 64, .table_rows = 1e6}, conv(3, 1), lstm(8, 10)}) {
    const Launch launch{kernel, work_of(kernel)};
    const Terms terms = terms_of(launch, gpu(), Mode::kDatasheet);
    REQUIRE(!terms.empty());
    CHECK(terms.back().symbol == "time");
    CHECK(terms.back().value == Approx(price(launch, gpu(), Mode::kDatasheet).time.value()));
  }
}

}  // namespace
}  // namespace ridgepoint
