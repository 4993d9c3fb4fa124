// The fit: known parameters are found again, few samples change little, and the same samples give the same bytes.

#include "calibrate/fit.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "calibrate/module.hpp"
#include "cost/device_file.hpp"
#include "io/data_path.hpp"
#include "tests/binary.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

Minimize minimize() {
  ::setenv("RIDGEPOINT_MODULES", tested_modules().c_str(), 1);
  return Module("fit").function<Minimize>(kMinimizeEntry);
}

/// How samples are made up.
struct Recipe {
  int samples = 200;
  double noise = 0.05;     // standard deviation of the log
  double outliers = 0.05;  // share of samples that are ten times too slow
  std::string clock = "kernel";
};

std::size_t parameter(const CalibrationEntry& entry, std::string_view name) {
  const auto& parameters = entry.model->parameters;
  return static_cast<std::size_t>(
      std::find_if(parameters.begin(), parameters.end(), [&](const ModelParameter& p) { return p.name == name; }) -
      parameters.begin());
}

double value(const CalibrationEntry& entry, std::string_view name) { return entry.parameters[parameter(entry, name)]; }

// What made-up samples of products follow: the parameters that a fit has to find again.
CalibrationEntry truth() {
  const PooledParameters& pooled = pooled_parameters(Gemm{.math = DType::kBf16});
  CalibrationEntry entry{.kind = pooled.kind, .model = pooled.model, .parameters = pooled.values};
  entry.parameters[parameter(entry, "matrix_efficiency")] = 0.8;
  entry.parameters[parameter(entry, "dram_efficiency")] = 0.7;
  entry.parameters[parameter(entry, "launch_s")] = 3e-6;
  return entry;
}

// Sums of uniform numbers, since normal_distribution may differ between libraries.
double normal(std::mt19937& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(random()) / 4294967296.0;
  return sum;
}

std::string samples_text(const CalibrationEntry& truth, const Recipe& recipe) {
  std::mt19937 random(7);
  const auto size = [&](int bits) { return 1 << (4 + random() % static_cast<unsigned>(bits)); };
  const Device device = load_device("l40s");
  const double floor = recipe.clock == "kernel" ? 0 : truth.floor;
  std::string text = "gpu,clock,kernel,dtype,batch,m,n,k,copies,time_us\n";
  for (int i = 0; i < recipe.samples; ++i) {
    const Gemm gemm{.m = size(9),
                    .n = size(9),
                    .k = size(9),
                    .a = DType::kBf16,
                    .b = DType::kBf16,
                    .c = DType::kBf16,
                    .math = DType::kBf16};
    const Launch launch{gemm, gemm.work()};
    const Seconds alone = truth.model->time(situation_of(launch, device, {.copies = 2}), truth.parameters).time;
    double time = over_floor(alone, Seconds{floor}).value() * std::exp(recipe.noise * normal(random));
    if (i < recipe.outliers * recipe.samples) time *= 10;
    text += fmt::format("L40S,{},gemm,bf16,1,{},{},{},2,{:.4f}\n", recipe.clock, gemm.m, gemm.n, gemm.k, time * 1e6);
  }
  return text;
}

SampleFile sample_file(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
  write_text(folder.file(name), text);
  return read_samples(folder.file(name));
}

FitResult fit_text(const std::string& text, const std::string& base = "l40s") {
  const TemporaryFolder folder;
  const std::vector<SampleFile> files{sample_file(folder, "gemm.csv", text)};
  return fit(load_device(base), files, minimize(), "");
}

TEST_CASE("known parameters are found under noise and gross outliers", "[fit]") {
  const FitResult result = fit_text(samples_text(truth(), {}));
  REQUIRE(result.entries.size() == 1);
  const CalibrationEntry& e = result.entries.front().entry;
  CHECK(e.kind->name == "gemm");
  CHECK(e.format == DType::kBf16);
  CHECK(e.samples == 200);
  CHECK(value(e, "matrix_efficiency") == Approx(0.8).epsilon(0.12));
  CHECK(value(e, "dram_efficiency") == Approx(0.7).epsilon(0.12));
  CHECK(value(e, "launch_s") == Approx(3e-6).epsilon(0.1));
  CHECK(e.median_error < 0.06);
  CHECK(e.p10 == Approx(0.93).margin(0.03));
  CHECK(e.p90 == Approx(1.08).margin(0.04));
  CHECK(result.warnings.empty());
  REQUIRE(result.entries.front().worst.size() == 5);
  for (const Misfit& misfit : result.entries.front().worst) {
    CHECK(misfit.measured / misfit.predicted == Approx(10).epsilon(0.3));
    CHECK(misfit.line <= 11);  // the outliers are the first rows
  }
}

TEST_CASE("the host's floor is found on the op clock", "[fit]") {
  CalibrationEntry slow = truth();
  slow.floor = 40e-6;
  const FitResult result = fit_text(samples_text(slow, {.noise = 0.02, .outliers = 0, .clock = "op"}));
  const CalibrationEntry& e = result.entries.front().entry;
  CHECK(e.clock == Clock::kOp);
  CHECK(e.floor == Approx(40e-6).epsilon(0.05));
  CHECK(value(e, "matrix_efficiency") == Approx(0.8).epsilon(0.1));
  CHECK(e.median_error < 0.03);
}

TEST_CASE("few samples leave the pool's parameters nearly as they are", "[fit]") {
  const PooledParameters& pooled = pooled_parameters(Gemm{.math = DType::kBf16});
  for (const int samples : {1, 2, 5}) {
    CAPTURE(samples);
    const FitResult result = fit_text(samples_text(truth(), {.samples = samples, .outliers = 0}));
    const CalibrationEntry& e = result.entries.front().entry;
    for (std::size_t i = 0; i < pooled.model->parameters.size(); ++i) {
      CAPTURE(pooled.model->parameters[i].name);
      CHECK(std::abs(std::log(e.parameters[i] / pooled.values[i])) < 0.7);
    }
    CHECK(e.p10 <= pooled_parameters(Gemm{.math = DType::kBf16}).p10);
    CHECK(e.p90 >= pooled_parameters(Gemm{.math = DType::kBf16}).p90);
    CHECK(result.warnings == std::vector<std::string>{
                                 fmt::format("gemm bf16 on the kernel clock: {} samples are too few; the parameters of "
                                             "other devices dominate (20 or more tell of this one)",
                                             samples)});
  }
}

TEST_CASE("a wild sample among few does not take the parameters to their bounds", "[fit]") {
  const FitResult result = fit_text(samples_text(truth(), {.samples = 3, .noise = 0, .outliers = 0.3}));
  CHECK(result.entries.front().entry.at_bounds.empty());
}

TEST_CASE("the order of files and rows does not matter, and the same samples give the same bytes", "[fit]") {
  const TemporaryFolder folder;
  const std::string text = samples_text(truth(), {.samples = 60});
  const std::size_t header = text.find('\n') + 1;
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  const std::string first = text.substr(header, half - header);
  const std::string second = text.substr(half);
  const auto result = [&](const std::string& a, const std::string& b) {
    std::vector<SampleFile> files{sample_file(folder, "a.csv", text.substr(0, header) + a)};
    files.push_back(sample_file(folder, "b.csv", text.substr(0, header) + b));
    return fit(load_device("l40s"), files, minimize(), "2025-01-02").calibration;
  };
  const auto base = Document::load(resolve(kDevices, "l40s"));
  const std::string written = write_device(*base, result(first, second));
  CHECK(write_device(*base, result(first, second)) == written);
  // The files' names are swapped with their rows; the entries are not.
  const std::string entries = written.substr(written.find("\"entries\""));
  const std::string swapped = write_device(*base, result(second, first));
  CHECK(swapped.substr(swapped.find("\"entries\"")) == entries);
}

TEST_CASE("coarsely rounded times weigh less", "[fit]") {
  // 2 us rounded from 2.4: without weights a hundred of them would move the latency far.
  std::string coarse = "gpu,clock,kernel,dtype,batch,m,n,k,time_us\n";
  std::string fine = coarse;
  for (int i = 0; i < 30; ++i) {
    const std::string shape = fmt::format("L40S,kernel,gemm,bf16,1,{},16,16,", 16 + i);
    coarse += shape + "3\n";
    fine += shape + "3.001\n";
  }
  const PooledParameters& prior = pooled_parameters(Gemm{.math = DType::kBf16});
  const double pooled = value({.model = prior.model, .parameters = prior.values}, "launch_s");
  const auto latency = [](const std::string& text) { return value(fit_text(text).entries.front().entry, "launch_s"); };
  CHECK(latency(coarse) > pooled);
  CHECK(latency(fine) >= latency(coarse));
}

TEST_CASE("formats and clocks are fitted apart", "[fit]") {
  const TemporaryFolder folder;
  std::string fp16 = samples_text(truth(), {.samples = 30});
  for (std::size_t at = fp16.find("bf16"); at != std::string::npos; at = fp16.find("bf16", at))
    fp16.replace(at, 4, "fp16");
  const std::vector<SampleFile> files{
      sample_file(folder, "a.csv", samples_text(truth(), {.samples = 30})), sample_file(folder, "b.csv", fp16),
      sample_file(folder, "c.csv", samples_text(truth(), {.samples = 30, .clock = "wall"}))};
  const FitResult result = fit(load_device("l40s"), files, minimize(), "");
  REQUIRE(result.entries.size() == 3);
  CHECK(result.calibration.samples == 90);
  CHECK(result.entries[0].entry.clock == Clock::kKernel);
  CHECK(result.entries[1].entry.clock == Clock::kWall);
  CHECK(result.entries[2].entry.format == DType::kFp16);
}

// --- bad input, through the tool ---

/// A folder with a good sample file and the tool in it.
struct Bench {
  TemporaryFolder folder;

  Bench() { write_text(folder.file("good.csv"), samples_text(truth(), {.samples = 24})); }

  Outcome run(const std::string& arguments, std::vector<std::string> environment = {}) const {
    return run_binary("calibrate fit " + arguments,
                      {.folder = folder.path().string(), .environment = std::move(environment)});
  }
  std::string fail(const std::string& rows,
                   const std::string& arguments = "--base l40s --samples bad.csv -o my.json") const {
    write_text(folder.file("bad.csv"), "gpu,clock,kernel,dtype,batch,m,n,k,time_us\n" + rows);
    const Outcome outcome = run(arguments);
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "my.json"));
    return outcome.err;
  }
};

TEST_CASE("bad samples are named with file, row and column", "[fit][cli]") {
  const Bench bench;
  const std::string good = "L40S,kernel,gemm,bf16,1,64,64,64,9.5\n";
  for (const char* const time : {"-3", "0", "nan", "inf", "fast", ""}) {
    CHECK(bench.fail(good + "L40S,kernel,gemm,bf16,1,64,64,64," + time + "\n") ==
          fmt::format("bad.csv:3:1: error: column \"time_us\": \"{}\" cannot be a time\n"
                      "  expected microseconds above zero\n",
                      time));
  }
  CHECK(bench.fail(good + "L40S,op,gemm,bf16,1,64,64,64,9.5\n") ==
        "bad.csv:3:1: error: column \"clock\": a second clock in one file: \"op\"\n"
        "  expected \"kernel\" as in the first row\n");
  CHECK(bench.fail(good + "L40,kernel,gemm,bf16,1,64,64,64,9.5\n") ==
        "bad.csv:3:1: error: column \"gpu\": a second device in one file: \"L40\"\n"
        "  expected \"L40S\" as in the first row\n");
  CHECK(bench.fail("L40S,kernel,gem,bf16,1,64,64,64,9.5\n") ==
        "bad.csv:2:1: error: column \"kernel\": unknown kernel \"gem\"\n"
        "  expected gemm, conv, attention, elementwise, normalization, embedding, recurrent, moe, collective, "
        "reduction, spmm, sampling, stream, fma, chase, launch, adds, gemm_variants, mma, special, random, atomic or "
        "transfer\n"
        "  did you mean \"gemm\"?\n");
  CHECK(bench.fail("") == "bad.csv:1:1: error: there are no samples\n  expected at least one row\n");
}

TEST_CASE("a missing column is named", "[fit][cli]") {
  const Bench bench;
  write_text(bench.folder.file("bad.csv"),
             "gpu,clock,kernel,dtype,batch,m,n,time_us\nL40S,kernel,gemm,bf16,1,8,8,9.5\n");
  CHECK(bench.run("--base l40s --samples bad.csv --dry-run").err ==
        "bad.csv:1:1: error: missing column \"k\" of the kernel gemm\n  expected all columns of the kernel\n");
}

TEST_CASE("samples of two devices, and a file given twice", "[fit][cli]") {
  const Bench bench;
  CHECK(bench.fail("H100,kernel,gemm,bf16,1,8,8,8,9.5\n", "--base l40s --samples good.csv bad.csv -o my.json") ==
        "bad.csv:2:1: error: column \"gpu\": samples of a second device: \"H100\"\n"
        "  expected \"L40S\" as in good.csv\n");
  CHECK(bench.fail("", "--base l40s --samples good.csv good.csv -o my.json") ==
        "error: the same samples twice: good.csv and good.csv\n"
        "  expected every file once: its samples would count double\n");
}

TEST_CASE("a base without a rate that the samples need is named", "[fit][cli]") {
  const Bench bench;
  CHECK(bench.fail("P100,kernel,gemm,bf16,1,8,8,8,9.5\n", "--base p100-pcie-16gb --samples bad.csv -o my.json") ==
        "bad.csv:2:1: error: column \"dtype\": p100-pcie-16gb has no bf16 arithmetic\n"
        "  expected a base device whose data sheet has the rate, or samples in another format\n");
}

TEST_CASE("arguments of calibrate fit that cannot be", "[fit][cli]") {
  const Bench bench;
  CHECK(bench.fail("", "--base l40s --samples good.csv") ==
        "error: no output file\n  expected -o FILE, or --dry-run\n");
  CHECK(bench.fail("", "--base l40s --samples good.csv -o my.json --date today") ==
        "error: --date \"today\" is no date\n  expected YYYY-MM-DD\n");
  CHECK(bench.fail("", "--base l40s --samples none.csv -o my.json") ==
        "error: cannot read \"none.csv\": No such file or directory\n");
  CHECK(bench.fail("", "--base l40s --samples good.csv -o no/my.json") ==
        "error: cannot write \"no/my.json\": No such file or directory\n");
}

TEST_CASE("kernels that nobody prices are left out with a warning, or nothing is left", "[fit][cli]") {
  const Bench bench;
  write_text(bench.folder.file("launch.csv"),
             "gpu,clock,kernel,dtype,op,threads,time_us\nL40S,kernel,launch,bf16,null,8,9.5\n");
  CHECK(bench.run("--base l40s --samples launch.csv --dry-run").err ==
        "error: no sample has a cost model\n  expected samples of kernels that are priced\n");
  const Outcome both = bench.run("--base l40s --samples good.csv launch.csv --dry-run");
  CHECK(both.code == 0);
  CHECK(both.err == "warning: launch.csv: no cost model prices the kernel launch yet; its samples are left out\n");
}

TEST_CASE("a module that is missing or broken is named with the reason", "[fit][cli]") {
  const Bench bench;
  const std::string folder = bench.folder.path().string();
  CHECK(bench.run("--base l40s --samples good.csv --dry-run", {"RIDGEPOINT_MODULES=" + folder}).err ==
        "error: the module fit is not there: ridgepoint_fit.so is not in " + folder +
            "\n  expected a build or installation with this module, or its folder in RIDGEPOINT_MODULES\n");
  write_text(bench.folder.file("ridgepoint_fit.so"), "x");
  const std::string file = bench.folder.file("ridgepoint_fit.so");
  CHECK(bench.run("--base l40s --samples good.csv --dry-run", {"RIDGEPOINT_MODULES=" + folder}).err ==
        "error: the module \"" + file + "\" cannot be loaded: " + file +
            ": file too short\n  expected the libraries that it needs\n");
}

TEST_CASE("a calibrated device is used and said", "[fit][cli]") {
  const Bench bench;
  const Outcome fitted = bench.run("--base l40s --samples good.csv -o my.json --date 2025-01-02");
  CHECK(fitted.code == 0);
  CHECK(fitted.err.empty());
  CHECK(fitted.out.find("gemm              bf16     kernel    24 ") != std::string::npos);
  const Setting here{.folder = bench.folder.path().string()};
  CHECK(run_binary("check my.json", here).code == 0);

  const std::string table = run_binary("analyze llama-3.1-8b --hw my.json", here).out;
  CHECK(table.find("\ncalibrated: 24 samples of L40S, 2025-01-02, ridgepoint ") != std::string::npos);
  const std::string plain = run_binary("analyze llama-3.1-8b --hw my.json --mode datasheet", here).out;
  CHECK(plain.find("\nnot calibrated: data sheet with pooled efficiencies;") != std::string::npos);
  const std::string json = run_binary("analyze llama-3.1-8b --hw my.json --format json", here).out;
  CHECK(json.find("\"mode\": \"calibrated\"") != std::string::npos);
  CHECK(json.find("\"calibration\": \"24 samples of L40S, 2025-01-02, ridgepoint ") != std::string::npos);
  CHECK(json.find("the calibration of l40s has nothing on attention_prefill bf16, ") != std::string::npos);
  CHECK(run_binary("validate --hw my.json --samples good.csv", here)
            .out.starts_with("predicted by l40s in mode calibrated\n"));

  const Outcome again = bench.run("--base my.json --samples good.csv -o my2.json --date 2025-01-02");
  CHECK(again.code == 0);
  CHECK(text_of_file(bench.folder.path() / "my2.json") == text_of_file(bench.folder.path() / "my.json"));
}

}  // namespace
}  // namespace ridgepoint
