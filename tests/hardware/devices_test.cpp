// Every file of hwspecs/, and what a device file may not say.

#include <algorithm>
#include <set>

#include "cost/device_file.hpp"
#include "hardware/device.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = source_root() / "hwspecs";

std::set<std::string> names() {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) found.insert(entry.path().stem().string());
  return found;
}

Device device_named(const std::string& name) { return read_device(Document::load(kFolder / (name + ".json"))); }

double matrix_rate(const Device& device, DType dtype) {
  const auto& peak = device.matrix[static_cast<std::size_t>(dtype)];
  return peak ? peak->rate.value() : 0;
}

TEST_CASE("the devices that people ask for are there", "[hardware]") {
  const std::set<std::string> found = names();
  for (const char* name : {"p100-pcie-16gb",
                           "p4",
                           "v100-pcie-32gb",
                           "v100-sxm2-16gb",
                           "v100-sxm2-32gb",
                           "titan-xp",
                           "t4",
                           "a100-pcie-40gb",
                           "a100-pcie-80gb",
                           "a100-sxm4-40gb",
                           "a100-sxm4-80gb",
                           "a10",
                           "a30",
                           "a40",
                           "l4",
                           "l40",
                           "l40s",
                           "h100-pcie",
                           "h100-sxm5",
                           "h200-sxm",
                           "gh200-141gb",
                           "b200",
                           "gb200",
                           "b300",
                           "rtx-3090",
                           "rtx-4090",
                           "rtx-5090",
                           "rtx-pro-6000",
                           "mi210",
                           "mi250x",
                           "mi300x",
                           "mi325x",
                           "mi355x",
                           "tpu-v4",
                           "tpu-v5e",
                           "tpu-v5p",
                           "tpu-v6e",
                           "gaudi2",
                           "gaudi3",
                           "epyc-9654"}) {
    INFO(name);
    CHECK(found.contains(name));
  }
}

TEST_CASE("every device is sound", "[hardware]") {
  for (const std::string& name : names()) {
    INFO(name);
    const Device device = device_named(name);
    CHECK(device.name == name);
    CHECK(!device.summary.empty());
    CHECK(contradictions(device) == std::vector<std::string>{});
  }
}

// A source that no value names is a leftover.
TEST_CASE("every source of a device is used", "[hardware]") {
  for (const std::string& name : names()) {
    const std::string text = [&] {
      std::string all;
      const auto document = Document::load(kFolder / (name + ".json"));
      const auto collect = [&](const auto& self, const Node& node) -> void {
        if (node.key == "source" || node.key.empty()) all += " " + node.text + " ";
        for (const Node& item : node.items) self(self, item);
      };
      collect(collect, *document->root().find("datasheet"));
      return all;
    }();
    for (const auto& [key, source] : device_named(name).sources) {
      INFO(name << " " << key);
      CHECK(text.find(" " + key + " ") != std::string::npos);
      CHECK(!source.empty());
    }
  }
}

TEST_CASE("every value that a device states is above zero and has a source", "[hardware]") {
  for (const std::string& name : names()) {
    const Device device = device_named(name);
    INFO(name);
    CHECK(device.dram_bandwidth().value() > 0);
    for (const Peaks* peaks : {&device.matrix, &device.vector}) {
      for (const auto& peak : *peaks) {
        if (peak) CHECK((peak->rate.value() > 0 && !peak->source.empty()));
      }
    }
    for (const Link& link : device.links) CHECK((link.bandwidth.value() > 0 && !link.source.empty()));
  }
}

// Dense peaks: the sparse ones are twice these (users.md's and NVIDIA's data sheets).
TEST_CASE("peaks are dense", "[hardware]") {
  CHECK(matrix_rate(device_named("h100-sxm5"), DType::kBf16) == Approx(989.4e12).epsilon(0.002));
  CHECK(matrix_rate(device_named("a100-sxm4-80gb"), DType::kBf16) == 312e12);
  CHECK(matrix_rate(device_named("a100-sxm4-80gb"), DType::kTf32) == 156e12);
  CHECK(matrix_rate(device_named("v100-sxm2-16gb"), DType::kFp16) == 125e12);
  CHECK(matrix_rate(device_named("t4"), DType::kFp16) == Approx(65e12).epsilon(0.01));
  CHECK(matrix_rate(device_named("l40s"), DType::kFp8E4m3) == Approx(733e12).epsilon(0.002));
  for (const char* name : {"h100-sxm5", "h100-pcie", "h200-sxm", "l4", "b200"}) {
    INFO(name);
    const Device device = device_named(name);
    CHECK(matrix_rate(device, DType::kFp8E4m3) == Approx(2 * matrix_rate(device, DType::kFp16)).epsilon(0.015));
    CHECK(matrix_rate(device, DType::kFp16) == matrix_rate(device, DType::kBf16));
  }
}

TEST_CASE("twins are not mixed up", "[hardware]") {
  CHECK(device_named("h200-sxm").dram_bandwidth().value() == 4.8e12);
  CHECK(device_named("h100-sxm5").dram_bandwidth().value() == 3.35e12);
  CHECK(device_named("a100-pcie-40gb").dram_bandwidth() < device_named("a100-pcie-80gb").dram_bandwidth());
  CHECK(*device_named("a100-pcie-40gb").dram.capacity < *device_named("a100-pcie-80gb").dram.capacity);
  CHECK(matrix_rate(device_named("v100-pcie-32gb"), DType::kFp16) <
        matrix_rate(device_named("v100-sxm2-32gb"), DType::kFp16));
}

const std::string kDevice = R"({"schema_version": 1, "name": "d", "kind": "gpu", "vendor": "NVIDIA",
 "sources": {"sheet": "a data sheet"},
 "datasheet": {
  "compute_units": {"count": 10, "source": "sheet"}, "clock_hz": {"value": 1e9, "source": "sheet"},
  "matrix": {"fp16": {"flops_per_s": 8e12, "source": "sheet"}},
  "vector": {"fp32": {"flops_per_s": 2e12, "lanes_per_unit": 100, "source": "sheet"}},
  "memory": {"dram": {"capacity_bytes": 16e9, "bandwidth_bytes_per_s": 1e12, "source": "sheet"}}}}
)";

Device device_from(const std::string& from = "\"d\"", const std::string& to = "\"d\"") {
  std::string text = kDevice;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return read_device(Document::parse("d.json", text.replace(at, from.size(), to)));
}

std::string message(const std::string& from, const std::string& to) {
  return message_of([&] { return device_from(from, to); });
}

TEST_CASE("a device answers with what its sheet says", "[hardware]") {
  const Device device = device_from();
  CHECK(device.product_rate(DType::kFp16)->value() == 8e12);
  CHECK(device.product_rate(DType::kFp32)->value() == 2e12);  // on the vector units
  CHECK(!device.product_rate(DType::kBf16));
  CHECK(device.vector_rate()->value() == 2e12);
  CHECK(contradictions(device).empty());
}

TEST_CASE("values that contradict each other are found", "[hardware]") {
  using Found = std::vector<std::string>;
  CHECK(contradictions(device_from("2e12", "2.1e12")) ==
        Found{"vector fp32 is 2.1e+12 per second, but units x lanes x 2 x clock is 2e+12"});
  CHECK(contradictions(
            device_from(R"("matrix": {)", R"("matrix": {"fp8_e4m3": {"flops_per_s": 32e12, "source": "sheet"}, )")) ==
        Found{"fp8 is 4.000 times fp16, not twice"});
  CHECK(contradictions(device_from(
            R"("memory": {)",
            R"("memory": {"l2": {"capacity_bytes": 17e9, "bandwidth_bytes_per_s": 5e11, "source": "sheet"}, )")) ==
        Found{"the l2 is slower than the dram", "the l2 is larger than the dram"});
}

TEST_CASE("a device file is read strictly", "[hardware]") {
  CHECK(message(R"("fp16": {)", R"("fp17": {)") == R"(d.json:5:14: error: unknown format "fp17"
  at /datasheet/matrix/fp17
     5 |   "matrix": {"fp17": {"flops_per_s": 8e12, "source": "sheet"}},
       |              ^
  expected fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, fp4, int8 or int4
  did you mean "fp16"?
)");
  CHECK(message("8e12, \"source\": \"sheet\"", "8e12, \"source\": \"shete\"") ==
        R"(d.json:5:54: error: unknown source "shete"
  at /datasheet/matrix/fp16/source
     5 |   "matrix": {"fp16": {"flops_per_s": 8e12, "source": "shete"}},
       |                                                      ^
  expected a key of "sources": sheet
  did you mean "sheet"?
)");
  CHECK(message("8e12, \"source\": \"sheet\"", "8e12") ==
        R"(d.json:5:22: error: missing key "source" in matrix peak of fp16
  at /datasheet/matrix/fp16
     5 |   "matrix": {"fp16": {"flops_per_s": 8e12}},
       |                      ^
  expected a member "source" here
)");
  CHECK(message("8e12", "-8e12") == R"(d.json:5:38: error: "flops_per_s" is -8000000000000
  at /datasheet/matrix/fp16/flops_per_s
     5 |   "matrix": {"fp16": {"flops_per_s": -8e12, "source": "sheet"}},
       |                                      ^
  expected a finite number, zero or more
)");
  CHECK(message(R"("bandwidth_bytes_per_s": 1e12, )", "") ==
        R"(d.json:7:22: error: dram without "bandwidth_bytes_per_s"
  at /datasheet/memory/dram
     7 |   "memory": {"dram": {"capacity_bytes": 16e9, "source": "sheet"}}}}
       |                      ^
  expected its peak bandwidth in bytes per second
)");
  CHECK(message("\"gpu\"", "\"gup\"") == R"(d.json:1:44: error: unknown kind "gup"
  at /kind
     1 | {"schema_version": 1, "name": "d", "kind": "gup", "vendor": "NVIDIA",
       |                                            ^
  expected gpu, tpu, accelerator or cpu
  did you mean "gpu"?
)");
  CHECK(message("\"memory\"", "\"memroy\"") == R"(d.json:7:3: error: unknown key "memroy" in datasheet
  at /datasheet/memroy
     7 |   "memroy": {"dram": {"capacity_bytes": 16e9, "bandwidth_bytes_per_s": 1e12, "source": "sheet"}}}}
       |   ^
  expected the key "memory"
  did you mean "memory"?
)");
  CHECK(message("\"count\": 10", "\"count\": 0") == R"(d.json:4:30: error: no compute units
  at /datasheet/compute_units/count
     4 |   "compute_units": {"count": 0, "source": "sheet"}, "clock_hz": {"value": 1e9, "source": "sheet"},
       |                              ^
  expected at least 1
)");
}

}  // namespace
}  // namespace ridgepoint
