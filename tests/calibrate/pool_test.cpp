// Pooled parameters: what several devices have in common is found, and the file is what the program holds.

#include "calibrate/pool.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>

#include "calibrate/module.hpp"
#include "cost/device_file.hpp"
#include "io/files.hpp"
#include "tests/binary.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

Minimize minimize() {
  ::setenv("RIDGEPOINT_MODULES", tested_modules().c_str(), 1);
  return Module("fit").function<Minimize>(kMinimizeEntry);
}

std::size_t place_of(const CostModel& model, std::string_view name) {
  const auto found = std::find_if(model.parameters.begin(), model.parameters.end(),
                                  [&](const ModelParameter& p) { return p.name == name; });
  return static_cast<std::size_t>(found - model.parameters.begin());
}

// Products as a device with the pooled parameters but another launch time would run them.
std::string samples_of(const Device& device, double launch) {
  PooledParameters pooled = pooled_parameters(Gemm{.math = DType::kBf16});
  pooled.values[place_of(*pooled.model, "launch_s")] = launch;
  std::string text = "gpu,clock,kernel,dtype,batch,m,n,k,copies,time_us\n";
  for (std::int64_t m = 1; m <= 4096; m *= 4) {
    for (std::int64_t k = 64; k <= 16384; k *= 4) {
      const Gemm gemm{
          .m = m, .n = 2048, .k = k, .a = DType::kBf16, .b = DType::kBf16, .c = DType::kBf16, .math = DType::kBf16};
      const Launch one{gemm, gemm.work()};
      const double time = pooled.model->time(situation_of(one, device, {.copies = 4}), pooled.values).time.value();
      text += fmt::format("{},kernel,gemm,bf16,1,{},2048,{},4,{:.4f}\n", device.name, m, k, time * 1e6);
    }
  }
  return text;
}

TEST_CASE("the pool finds what two devices have in common, and how far they lie apart", "[pool]") {
  const TemporaryFolder folder;
  const Device a = load_device("l4");
  const Device b = load_device("h100-sxm5");
  write_text(folder.file("a.csv"), samples_of(a, 6e-6));
  write_text(folder.file("b.csv"), samples_of(b, 12e-6));
  const std::vector<SampleFile> files{read_samples(folder.file("a.csv")), read_samples(folder.file("b.csv"))};
  const std::vector<PoolInput> inputs{{&files[0], &a}, {&files[1], &b}};
  const PoolResult result = pool(inputs, minimize());
  REQUIRE(result.fitted.size() == 1);
  const PooledParameters& row = result.fitted.front().row;
  CHECK(row.kind->name == "gemm");
  CHECK(row.width == Width::k16);
  const std::size_t launch = place_of(*row.model, "launch_s");
  CHECK(row.values[launch] > 4e-6);
  CHECK(row.values[launch] < 12e-6);
  CHECK(row.spreads[launch] > 0.2);
  CHECK(row.p10 < 1);
  CHECK(row.p90 > 1);
  REQUIRE(result.fitted.front().scores.size() == 2);
  for (const PoolScore& score : result.fitted.front().scores) {
    CHECK(score.left_out_median > 0);
    CHECK(score.left_out_median < 0.6);
  }
  CHECK(result.rows.size() == pooled_rows().size());
  CHECK(write_pooled(pool(inputs, minimize()).rows) == write_pooled(result.rows));
}

TEST_CASE("the file of pooled parameters is what calibrate pool would write", "[pool]") {
  CHECK(write_pooled(pooled_rows()) == text_of_file(source_root() / "src" / "cost" / "pooled.inc"));
}

TEST_CASE("samples of a device that nobody knows are named", "[pool][cli]") {
  const TemporaryFolder folder;
  write_text(folder.file("x.csv"), "gpu,clock,kernel,dtype,batch,m,n,k,time_us\nX1,kernel,gemm,bf16,1,8,8,8,9.5\n");
  const Setting here{.folder = folder.path().string()};
  CHECK(run_binary("calibrate pool --samples x.csv", here).err ==
        "x.csv:2:1: error: column \"gpu\": no device is called \"X1\"\n"
        "  expected a name of `ridgepoint list devices`, or --as NAME=DEVICE\n");
  CHECK(run_binary("calibrate pool --samples x.csv --as X1", here).err ==
        "error: --as \"X1\" has no =\n  expected NAME=DEVICE\n");
  CHECK(run_binary("calibrate pool --samples x.csv --as X1=l4", here).code == 0);
}

}  // namespace
}  // namespace ridgepoint
