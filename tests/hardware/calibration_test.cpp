// A device's own parameters in its file: strictly read, and written so that nothing else of the file changes.

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cost/device_file.hpp"
#include "cost/law.hpp"
#include "hardware/device.hpp"
#include "io/data_path.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

Calibration example() {
  Calibration calibration{.tool = "ridgepoint 0.1.0", .device = "L40S", .date = "2025-06-01", .samples = 140};
  calibration.sources = {{"gemm.csv", 100, "fnv1a-0"}, {"relu.csv", 40, "fnv1a-1"}};
  calibration.facts = {{"driver", "550.54"}};
  const CostKind* const kinds = kCostKinds.data();
  CalibrationEntry gemm{.kind = kinds, .format = DType::kBf16, .model = &kLaw, .samples = 100, .p10 = 0.8, .p90 = 1.25};
  gemm.parameters = {0.72, 1, 0.8, 2.5e-6, 2.7, 2.3};
  gemm.median_error = 0.05;
  const CostKind* const elementwise =
      std::find_if(kinds, kinds + kCostKinds.size(), [](const CostKind& kind) { return kind.name == "elementwise"; });
  CalibrationEntry relu{
      .kind = elementwise, .clock = Clock::kOp, .model = &kLaw, .samples = 40, .p10 = 0.9, .p90 = 1.1};
  relu.parameters = {1, 0.5, 1, 1e-6, 1, 1};
  relu.floor = 2e-5;
  relu.at_bounds = {"smoothness"};
  calibration.entries = {gemm, relu};
  return calibration;
}

std::shared_ptr<const Document> base() { return Document::load(resolve(kDevices, "l40s")); }

std::string example_text() { return write_device(*base(), example()); }

Device read(const std::string& text) { return read_device(Document::parse("my.json", text)); }

TEST_CASE("a calibration is read as it was written", "[calibration]") {
  const Device device = read(example_text());
  REQUIRE(device.calibration.has_value());
  const Calibration& c = *device.calibration;
  CHECK(c.tool == "ridgepoint 0.1.0");
  CHECK(c.device == "L40S");
  CHECK(c.date == "2025-06-01");
  CHECK(c.samples == 140);
  REQUIRE(c.sources.size() == 2);
  CHECK(c.sources[1].file == "relu.csv");
  CHECK(c.sources[1].samples == 40);
  CHECK(c.sources[1].hash == "fnv1a-1");
  CHECK(c.facts == example().facts);
  REQUIRE(c.entries.size() == 2);
  CHECK(c.entries[0].kind->name == "gemm");
  CHECK(c.entries[0].format == DType::kBf16);
  CHECK(c.entries[1].format == std::nullopt);
  CHECK(c.entries[1].clock == Clock::kOp);
  CHECK(c.entries[1].at_bounds == std::vector<std::string>{"smoothness"});
  for (std::size_t i = 0; i < 2; ++i) {
    const CalibrationEntry expected = example().entries[i];
    CHECK(c.entries[i].samples == expected.samples);
    CHECK(c.entries[i].p10 == expected.p10);
    CHECK(c.entries[i].p90 == expected.p90);
    CHECK(c.entries[i].median_error == expected.median_error);
    CHECK(c.entries[i].model == &kLaw);
    CHECK(c.entries[i].floor == expected.floor);
    CHECK(c.entries[i].parameters == expected.parameters);
  }
}

TEST_CASE("writing a calibrated device again gives the same bytes", "[calibration]") {
  const std::string once = example_text();
  CHECK(write_device(*Document::parse("my.json", once), example()) == once);
}

// The members of a document without their places in the file.
void expect_same(const Node& a, const Node& b) {
  CAPTURE(a.key);
  CHECK(a.key == b.key);
  CHECK(a.text == b.text);
  CHECK(a.real == b.real);
  CHECK(a.boolean == b.boolean);
  REQUIRE(a.items.size() == b.items.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) expect_same(a.items[i], b.items[i]);
}

TEST_CASE("every device keeps its data sheet, sources and notes beside a calibration", "[calibration]") {
  for (const std::string& name : names_in(kDevices)) {
    CAPTURE(name);
    const auto document = Document::load(resolve(kDevices, name));
    const auto written = Document::parse("my.json", write_device(*document, example()));
    Node root = written->root();
    REQUIRE(root.items.back().key == "calibration");
    root.items.pop_back();
    Node sheet = document->root();
    std::erase_if(sheet.items, [](const Node& member) { return member.key == "calibration"; });
    expect_same(sheet, root);
  }
}

// The whole message for the example with one text in place of another.
std::string complaint(const std::string& from, const std::string& to) {
  std::string text = example_text();
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  return message_of([&] { return read(text); });
}

TEST_CASE("what a calibration may not say", "[calibration]") {
  struct Case {
    std::string from;
    std::string to;
    std::string message;
  };
  const std::vector<Case> cases{
      {R"("kernel": "gemm")", R"("kernel": "gem")", R"(my.json:62:19: error: unknown kernel "gem"
  at /calibration/entries/0/kernel
    62 |         "kernel": "gem",
       |                   ^
  expected gemm, conv, conv_depthwise, attention_prefill, attention_decode, elementwise, copy, normalization, reduction, embedding, spmm, recurrent, moe or collective
  did you mean "gemm"?
)"},
      {R"("format": "bf16")", R"("format": "bf17")", R"(my.json:63:19: error: unknown format "bf17"
  at /calibration/entries/0/format
    63 |         "format": "bf17",
       |                   ^
  expected any, fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, fp4, int8 or int4
  did you mean "bf16"?
)"},
      {R"("clock": "op")", R"("clock": "opp")", R"(my.json:82:18: error: unknown clock "opp"
  at /calibration/entries/1/clock
    82 |         "clock": "opp",
       |                  ^
  expected kernel, op or wall
  did you mean "op"?
)"},
      {R"("p90": 1.25)", R"("p90": 0.5)", R"(my.json:76:16: error: p90 is below p10
  at /calibration/entries/0/p90
    76 |         "p90": 0.5,
       |                ^
  expected a larger value
)"},
      {R"("date": "2025-06-01")", R"("date": "1 June")", R"(my.json:53:13: error: "1 June" is no date
  at /calibration/date
    53 |     "date": "1 June",
       |             ^
  expected YYYY-MM-DD
)"},
      {R"("compute_efficiency": 0.72)", R"("compute_efficiency": 7.2)",
       R"(my.json:67:33: error: "compute_efficiency" is 7.2
  at /calibration/entries/0/parameters/compute_efficiency
    67 |           "compute_efficiency": 7.2,
       |                                 ^
  expected 0.001 to 1.1
)"},
      {R"("smoothness": 2.7)", R"("smoothnes": 2.7)", R"(my.json:71:11: error: unknown key "smoothnes" in parameters
  at /calibration/entries/0/parameters/smoothnes
    71 |           "smoothnes": 2.7,
       |           ^
  expected the key "smoothness"
  did you mean "smoothness"?
)"},
      {R"("driver": "550.54")", R"("driver": 550.54)", R"(my.json:59:25: error: "driver" is a number
  at /calibration/facts/driver
    59 |     "facts": {"driver": 550.54},
       |                         ^
  expected a string
)"},
      {R"("median_error": 0.05)", R"("median_error": -0.05)", R"(my.json:77:25: error: "median_error" is -0.05
  at /calibration/entries/0/median_error
    77 |         "median_error": -0.05
       |                         ^
  expected a finite number, zero or more
)"},
      {R"("samples": 140)", R"("samples": -140)", R"(my.json:54:16: error: "samples" is -140
  at /calibration/samples
    54 |     "samples": -140,
       |                ^
  expected 0 or more
)"},
      {R"(["smoothness"])", R"(["speed"])", R"(my.json:97:23: error: unknown word "speed"
  at /calibration/entries/1/at_bounds/0
    97 |         "at_bounds": ["speed"]
       |                       ^
  expected compute_efficiency, vector_efficiency, memory_efficiency, latency_s, smoothness, cache_bandwidth_ratio or floor_s
)"},
  };
  for (const Case& c : cases) CHECK(complaint(c.from, c.to) == c.message);
}

TEST_CASE("two entries for one thing are an error that names it", "[calibration]") {
  Calibration calibration = example();
  calibration.entries.push_back(calibration.entries.front());
  CHECK(message_of([&] { return read(write_device(*base(), calibration)); }) ==
        R"(my.json:99:7: error: a second entry of gemm bf16 on the kernel clock
  at /calibration/entries/2
    99 |       {
       |       ^
  expected one entry for each kernel, format and clock
)");
}

TEST_CASE("dates", "[calibration]") {
  for (const char* const good : {"2025-01-31", "1999-12-01"}) CHECK(is_date(good));
  for (const char* const bad : {"", "2025-13-01", "2025-00-10", "2025-1-1", "20250101", "2025-01-32", "2025/01/01"})
    CHECK_FALSE(is_date(bad));
}

}  // namespace
}  // namespace ridgepoint
