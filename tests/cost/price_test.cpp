// The price of one kernel on one device.

#include "cost/price.hpp"

#include "roofline/pricer.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

// Matrix 8 TFLOP/s in fp16, vector 2 in fp32, 1 TB/s, 4 TB/s of l2, 0.25 T special operations a second.
Device device() {
  Device d;
  d.name = "d";
  d.matrix[static_cast<std::size_t>(DType::kFp16)] = Peak{.rate = FlopRate{8e12}};
  d.vector[static_cast<std::size_t>(DType::kFp32)] = Peak{.rate = FlopRate{2e12}};
  d.special = Peak{.rate = FlopRate{0.25e12}};
  d.dram.bandwidth = Bandwidth{1e12};
  d.l2.bandwidth = Bandwidth{4e12};
  return d;
}

Launch launch(const Kernel& kernel) { return {kernel, work_of(kernel)}; }

Gemm square(std::int64_t n, DType dtype = DType::kFp16) {
  return {.m = n, .n = n, .k = n, .a = dtype, .b = dtype, .c = dtype, .math = dtype};
}

Stream stream(double elements, double flops, double special = 0) {
  return {.op = "f",
          .rows = elements,
          .read = Bytes{2 * elements},
          .written = Bytes{2 * elements},
          .flops_per_element = flops,
          .special_per_element = special};
}

TEST_CASE("the plain roofline is the larger of computing and moving", "[cost]") {
  const auto plain = [](const Kernel& kernel) { return price(launch(kernel), device(), Mode::kRoofline); };
  const Price large = plain(square(4096));
  CHECK(large.time.value() == Approx(2 * 4096.0 * 4096 * 4096 / 8e12));
  CHECK(large.bound == Bound::kMatrix);
  CHECK(large.p10 == large.p90);
  const Price small = plain(square(16));
  CHECK(small.time.value() == Approx(3 * 16 * 16 * 2 / 1e12));
  CHECK(small.bound == Bound::kDram);
  CHECK(plain(stream(1e6, 100)).bound == Bound::kVector);
  CHECK(plain(stream(1e6, 100)).time.value() == Approx(1e8 / 2e12));
  // fp32 has no matrix unit here: the vector units do it.
  CHECK(plain(square(4096, DType::kFp32)).bound == Bound::kVector);
  CHECK(plain(square(4096, DType::kFp32)).time.value() == Approx(2 * 4096.0 * 4096 * 4096 / 2e12));
}

TEST_CASE("serial steps wait for each other", "[cost]") {
  Stream serial = stream(1000, 1);
  const Price once = price(launch(serial), device(), Mode::kDatasheet);
  serial.steps = 1001;
  const Price many = price(launch(serial), device(), Mode::kDatasheet);
  CHECK(many.time.value() >= once.time.value() + 1000 * 1e-6);
  CHECK(many.bound == Bound::kLaunch);
  CHECK(price(launch(serial), device(), Mode::kRoofline).time == once.roofline);
}

TEST_CASE("an estimate is at least the plain roofline, and lies in its interval", "[cost]") {
  for (const Kernel& kernel :
       std::vector<Kernel>{square(16), square(512), square(8192), stream(1, 1), stream(1e9, 1), stream(1e6, 1000),
                           Gather{.lookups = 1e6, .row_bytes = 512}, Spmm{.nonzeros = 1'000'000, .features = 64}}) {
    INFO(kind_name(kernel));
    const Price p = price(launch(kernel), device(), Mode::kDatasheet);
    CHECK(p.time >= p.roofline);
    CHECK(p.p10 <= p.time);
    CHECK(p.time <= p.p90);
    CHECK(p.bound != Bound::kNone);
    for (const Seconds need : p.needs) CHECK(need <= p.time);
    Seconds sum{};
    for (const Seconds need : p.needs) sum += need;
    CHECK(p.time <= sum * (1 + 1e-12));
  }
}

TEST_CASE("special functions and the l2 are ceilings of their own", "[cost]") {
  const Price exp = price(launch(stream(1e9, 10, 10)), device(), Mode::kDatasheet);
  CHECK(exp.bound == Bound::kSpecial);
  CHECK(exp.time.value() >= 1e10 / 0.25e12);
  Launch reused = launch(square(512));
  reused.work.l2 = Bytes{1e12};
  CHECK(price(reused, device(), Mode::kDatasheet).bound == Bound::kL2);
  CHECK(price(reused, device(), Mode::kRoofline).bound != Bound::kL2);
}

TEST_CASE("a small kernel is bound by its launch, a part of a kernel has none", "[cost]") {
  Launch tiny = launch(stream(8, 1));
  const Price whole = price(tiny, device(), Mode::kDatasheet);
  CHECK(whole.bound == Bound::kLaunch);
  CHECK(whole.time.value() > 1e-6);
  tiny.part = true;
  const Price part = price(tiny, device(), Mode::kDatasheet);
  CHECK(part.time.value() < 1e-9);
  CHECK(part.bound == Bound::kDram);
}

TEST_CASE("what computes and moves nothing costs nothing", "[cost]") {
  const Price nothing = price({Stream{}, Work{}}, device(), Mode::kDatasheet);
  CHECK(nothing.time.value() == 0);
  CHECK(nothing.bound == Bound::kNone);
}

TEST_CASE("issued one by one, a kernel takes at least the host's time", "[cost]") {
  const Device d = device();
  Pricer graph(d, Mode::kDatasheet, Execution::kGraph);
  Pricer eager(d, Mode::kDatasheet, Execution::kEager);
  const Price& tiny = eager.price_of(launch(stream(8, 1)));
  CHECK(tiny.time == kEagerHostTime.typical);
  CHECK(tiny.bound == Bound::kHost);
  CHECK(tiny.p10 <= tiny.time);
  CHECK(tiny.time <= tiny.p90);
  CHECK(eager.price_of(launch(square(8192))).time == graph.price_of(launch(square(8192))).time);
  Launch part = launch(stream(8, 1));
  part.part = true;
  CHECK(eager.price_of(part).time == graph.price_of(part).time);
}

TEST_CASE("equal launches are priced once, others on their own", "[cost]") {
  const Device d = device();
  Pricer pricer(d, Mode::kDatasheet, Execution::kGraph);
  const Price* first = &pricer.price_of(launch(square(512)));
  for (int n = 1; n < 200; ++n) pricer.price_of(launch(square(n)));
  CHECK(&pricer.price_of(launch(square(512))) == first);
  Launch fused = launch(square(512));
  fused.work.written += Bytes{1e9};
  CHECK(&pricer.price_of(fused) != first);
  CHECK(pricer.price_of(fused).time > first->time);
  Launch part = launch(square(512));
  part.part = true;
  CHECK(&pricer.price_of(part) != first);
}

TEST_CASE("a format without a rate is refused with those that there are", "[cost]") {
  CHECK(message_of([] {
          expect_format(device(), DType::kBf16);
          return 0;
        }) == "error: d has no bf16 arithmetic\n  expected a format that it has: fp32 or fp16 (--dtype)\n");
}

TEST_CASE("more work never takes less time", "[cost]") {
  for (const DType dtype : {DType::kFp16, DType::kFp32}) {
    Seconds before{};
    for (std::int64_t n = 1; n <= 8192; n *= 2) {
      const Seconds now = price(launch(square(n, dtype)), device(), Mode::kDatasheet).time;
      CHECK(now > 0.98 * before);  // rows at odd addresses take longer than slightly more rows at even ones
      before = now;
    }
  }
}

TEST_CASE("every bound has a name and a meaning", "[cost]") {
  for (const BoundFacts& facts : kBounds) CHECK((!facts.name.empty() && !facts.meaning.empty()));
  CHECK(name(Bound::kSpecial) == "special");
}

}  // namespace
}  // namespace ridgepoint
