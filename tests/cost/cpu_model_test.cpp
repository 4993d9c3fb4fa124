// The cost models of processors, on a device whose curves are known.

#include "cost/cpu.hpp"
#include "cost/device_file.hpp"
#include "cost/price.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

// Two cores, 1 TFLOP/s; 400 GB/s up to 1 MiB, 40 GB/s from 16 MiB on, writes at half; loads of 1 ns and of 100 ns.
constexpr const char* kCpu = R"({"schema_version": 1, "name": "cpu", "kind": "cpu", "sources": {"s": "made up"},
  "datasheet": {"compute_units": {"count": 2, "source": "s"},
    "vector": {"fp32": {"flops_per_s": 1e12, "source": "s"}},
    "memory": {"dram": {"bandwidth_bytes_per_s": 4e10, "source": "s"}}},
  "calibration": {"tool": "t", "device": "cpu", "samples": 1, "sources": [], "entries": [
    {"kernel": "elementwise", "format": "any", "clock": "wall", "model": "cpu_stream", "parameters": {
      "memory_efficiency": 1, "vector_efficiency": 1, "latency_s": 1e-7, "fork_s": 1e-6, "row_s": 1e-8,
      "extreme_row_s": 3e-8, "smoothness": 8, "alone": 1}, "samples": 20, "p10": 0.9, "p90": 1.1, "median_error": 0.05}],
  "ceilings": [
    {"unit": "memory", "name": "default_pages", "op": "read", "threads": 2, "bytes": 1048576,
     "bandwidth_bytes_per_s": 4e11, "spread": 0.01},
    {"unit": "memory", "name": "default_pages", "op": "read", "threads": 2, "bytes": 16777216,
     "bandwidth_bytes_per_s": 4e10, "spread": 0.01},
    {"unit": "memory", "name": "default_pages", "op": "write", "threads": 2, "bytes": 1048576,
     "bandwidth_bytes_per_s": 2e11, "spread": 0.01},
    {"unit": "memory", "name": "default_pages", "op": "write", "threads": 2, "bytes": 16777216,
     "bandwidth_bytes_per_s": 2e10, "spread": 0.01},
    {"unit": "latency", "name": "small_pages", "bytes": 16384, "time_s": 1e-9, "spread": 0},
    {"unit": "latency", "name": "small_pages", "bytes": 1073741824, "time_s": 1e-7, "spread": 0},
    {"unit": "special", "name": "exp", "threads": 1, "ops_per_s": 1e9, "spread": 0}]}})";

Device cpu() { return read_device(Document::parse("cpu.json", kCpu)); }

Launch stream(std::string_view op, double elements) {
  const Stream kernel{.op = op,
                      .rows = 1,
                      .cols = elements,
                      .read = Bytes{4 * elements},
                      .written = Bytes{4 * elements},
                      .flops_per_element = 1};
  return {kernel, kernel.work()};
}

double seconds(const Launch& launch, const Device& device, Bytes footprint = {}) {
  return price(launch, device, Mode::kCalibrated, {.clock = Clock::kWall, .footprint = footprint}).time.value();
}

TEST_CASE("a processor's bandwidth follows the footprint, its share of the caches the cores", "[cpu]") {
  const Device device = cpu();
  REQUIRE(has_cpu_curves(device));
  const Bytes mb{1e6};
  const auto read = [&](double footprint, double share) {
    return cpu_memory_time(mb, {}, Bytes{footprint}, share, device).value();
  };
  CHECK(read(1000, 1) == Approx(2.5e-6));
  CHECK(read(1048576, 1) == Approx(2.5e-6));
  CHECK(read(4194304, 1) == Approx(7.906e-6).epsilon(1e-3));  // half way, in logarithms
  CHECK(read(1e9, 1) == Approx(25e-6));
  CHECK(read(0, 1) == Approx(25e-6));  // unknown: from memory
  CHECK(read(524288, 0.5) == Approx(5e-6));
  CHECK(cpu_memory_time(mb, mb, Bytes{1e9}, 1, device).value() == Approx(75e-6));
  CHECK(cpu_latency(1, device).value() == Approx(1e-9));
  CHECK(cpu_latency(16384.0 * 256, device).value() == Approx(1e-8).epsilon(1e-3));
  CHECK(cpu_function_rate("exp", device) == Approx(2e9));
  CHECK(cpu_function_rate("tanh", device) == 0);
}

TEST_CASE("small passes stay on one core, large ones are shared", "[cpu]") {
  const Device device = cpu();
  // 8 KB: 4 KB at 200 GB/s and 4 KB at 100 GB/s on one core.
  CHECK(seconds(stream("relu", 1024), device, Bytes{8192}) == Approx(1e-7 + 6.144e-8).epsilon(0.01));
  // 8 MB from memory: 4e6 / 40e9 + 4e6 / 20e9, and a fork.
  CHECK(seconds(stream("relu", 1e6), device) == Approx(1e-7 + 1e-6 + 3e-4).epsilon(0.01));
  // Measured functions: 1e6 at 2e9 a second are more than what moves in the cache.
  CHECK(seconds(stream("exp", 1e6), device, Bytes{1e5}) == Approx(1.1e-6 + 5e-4).epsilon(0.01));
}

TEST_CASE("more work and wider footprints never take less", "[cpu]") {
  const Device device = cpu();
  const Launch wide{Gather{.lookups = 1e4, .row_bytes = 256, .table_rows = 1e6},
                    work_of(Gather{.lookups = 1e4, .row_bytes = 256, .table_rows = 1e6})};
  double last = 0;
  for (double n = 64; n < 1e8; n *= 4) {
    const double time = seconds(stream("relu", n), device, Bytes{8 * n});
    CHECK(time >= last);
    last = time;
    const Gemm gemm{.m = static_cast<std::int64_t>(std::sqrt(n)), .n = 64, .k = 64};
    const Gemm longer{.m = gemm.m, .n = 64, .k = 128};
    CHECK(seconds({longer, work_of(longer)}, device) > seconds({gemm, work_of(gemm)}, device));
  }
  const Gather near{.lookups = 1e4, .row_bytes = 256, .table_rows = 100};
  CHECK(seconds(wide, device) > seconds({near, work_of(near)}, device));
  // Skewed accesses lie nearer together, and a law without skew is no law at all.
  Gather last_skew = std::get<Gather>(wide.kernel);
  double before = price(wide, device, Mode::kCalibrated, {.clock = Clock::kWall, .copies = 8}).time.value();
  for (const double exponent : {0.0, 0.6, 0.9, 1.2}) {
    const AccessLaw law = AccessLaw::zipf(1e6, exponent);
    last_skew.reuse = std::make_shared<const ReuseCurve>(law);
    last_skew.distinct = law.distinct(last_skew.lookups);
    const double now =
        price({last_skew, work_of(last_skew)}, device, Mode::kCalibrated, {.clock = Clock::kWall, .copies = 8})
            .time.value();
    if (exponent == 0) {
      // Without a law all 80000 draws of the sets are other rows; by it 76900 are.
      CHECK(now == Approx(before).epsilon(0.1));
    } else {
      CHECK(now < before);
    }
    before = now;
  }
}

TEST_CASE("loads and stores that go together take the bandwidth of copies", "[cpu]") {
  std::string text = kCpu;
  const std::string first = R"({"unit": "memory", "name": "default_pages", "op": "write", "threads": 2)";
  const std::string copy = R"({"unit": "memory", "name": "default_pages", "op": "copy", "threads": 2, "bytes": 1048576,
     "bandwidth_bytes_per_s": 3e11, "spread": 0.01}, )";
  text.insert(text.find(first), copy);
  const Device device = read_device(Document::parse("cpu.json", text));
  const auto time = [&](double read, double written) {
    return cpu_memory_time(Bytes{read}, Bytes{written}, Bytes{1e6}, 1, device).value();
  };
  CHECK(time(1e6, 1e6) == Approx(2e6 / 3e11));
  CHECK(time(3e6, 1e6) == Approx(2e6 / 3e11 + 2e6 / 4e11));
  CHECK(time(1e6, 2e6) == Approx(2e6 / 3e11 + 1e6 / 2e11));
}

TEST_CASE("rows that are summed or searched cost a time of their own", "[cpu]") {
  const Device device = cpu();
  const auto rows_of = [&](std::string_view op, double rows, double cols) {
    const Bytes bytes{4 * rows * cols};
    const Stream kernel{
        .kind = StreamKind::kNormalization, .op = op, .rows = rows, .cols = cols, .read = bytes, .written = bytes};
    return 1e9 * seconds({kernel, kernel.work()}, device, Bytes{1e6});
  };
  // As many elements: 1000 rows more on each core, of two sums or of a sum and a maximum. Norms have no entry, so that
  // the typical values hold: 10 ns for a sum, 20 ns for a maximum.
  CHECK(rows_of("layer_norm", 4000, 64) - rows_of("layer_norm", 2000, 128) == Approx(1000 * 20).epsilon(0.01));
  CHECK(rows_of("softmax", 4000, 64) - rows_of("softmax", 2000, 128) == Approx(1000 * 30).epsilon(0.01));
  CHECK(rows_of("batch_norm", 4000, 64) == Approx(rows_of("batch_norm", 2000, 128)));
  // Three rows on two cores take as long as four.
  CHECK(rows_of("batch_norm", 3, 1 << 14) == Approx(rows_of("batch_norm", 4, 1 << 14)).epsilon(0.01));
}

double gemm_seconds(const Gemm& gemm, const Device& device) {
  return seconds({gemm, work_of(gemm)}, device, Bytes{1e5});
}

TEST_CASE("a product is shared in blocks and computed in whole vectors", "[cpu]") {
  const Device device = cpu();
  const auto rows = [&](std::int64_t m) { return gemm_seconds({.m = m, .n = 64, .k = 16}, device); };
  const auto columns = [&](std::int64_t n) { return gemm_seconds({.m = 8, .n = n, .k = 512}, device); };
  // The second block of rows brings a fork of 1 us, whether it pays or not.
  CHECK(rows(23) - rows(22) > 0.8e-6);
  CHECK(rows(22) - rows(21) < 0.1e-6);
  CHECK(columns(17) == Approx(columns(32)).epsilon(0.02));
  CHECK(columns(33) > 1.2 * columns(32));
}

TEST_CASE("the padding of a convolution is not multiplied", "[cpu]") {
  const Device device = cpu();
  const auto conv = [&](std::int64_t out) {
    const Conv kernel{.n = 64, .c = 64, .in = {1, 4, 4}, .k = 64, .filter = {1, 3, 3}, .out = {1, out, out}};
    return seconds({kernel, work_of(kernel)}, device, Bytes{1e5}) / static_cast<double>(out * out);
  };
  CHECK(conv(4) < 0.85 * conv(2));  // a pixel of 16 with padding, and one of 4 without
}

TEST_CASE("kinds of a processor's calibration without an entry take its models' priors", "[cpu]") {
  const Device device = cpu();
  const Gemm gemm{.m = 64, .n = 64, .k = 64};
  const Price own = price(stream("relu", 1e4), device, Mode::kCalibrated, {.clock = Clock::kWall});
  const Price prior = price({gemm, work_of(gemm)}, device, Mode::kCalibrated, {.clock = Clock::kWall});
  CHECK(own.own);
  CHECK_FALSE(prior.own);
  CHECK(prior.time.value() > 0);
  CHECK(prior.p10 < prior.time);
  // Attention is none of them: the common law prices it.
  const Attention attention{
      .batch = 1, .heads = 4, .kv_heads = 4, .q_len = 64, .kv_len = 64, .head_dim = 64, .v_head_dim = 64};
  CHECK(&prior_parameters(attention, device, Clock::kWall) == &pooled_parameters(attention, Clock::kWall));
}

TEST_CASE("parameters of a processor's model are read by their names", "[cpu]") {
  std::string text = kCpu;
  text.replace(text.find("\"fork_s\""), 8, "\"frok_s\"");
  const std::string message = message_of([&] { return read_device(Document::parse("cpu.json", text)); });
  CHECK(message.find("fork_s") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
