// What must hold for every model on every device in every kind of run.

#include <random>

#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

// Calls `check(run, device)` for every model, phase and device.
template <class Check>
void for_every_run(Check&& check) {
  for (const DeviceCase& c : kDeviceCases) {
    const Device device = device_named(c.name);
    for_every_model([&](Run run) {
      INFO(c.name);
      run.precision.activations = c.dtype;
      check(run, device);
    });
  }
}

Amounts sum_of(std::vector<Amounts> parts, unsigned seed) {
  std::shuffle(parts.begin(), parts.end(), std::mt19937(seed));
  Amounts sum;
  for (const Amounts& part : parts) sum += part;
  return sum;
}

bool same(const Amounts& a, const Amounts& b) {
  return std::all_of(kAmountMembers.begin(), kAmountMembers.end(), [&](auto member) { return a.*member == b.*member; });
}

TEST_CASE("rows, categories and passes add up to the last bit in any order", "[roofline]") {
  for_every_run([](Run run, const Device& device) {
    for (const Fusion fusion : kFusions) {
      run.options.fusion = fusion;
      const Estimate e = estimate_of(run, device);
      std::vector<Amounts> rows;
      for (const LayerEstimate& row : e.rows) {
        rows.push_back(row.total);
        CHECK(same(sum_of({row.passes.begin(), row.passes.end()}, 1), row.total));
      }
      for (unsigned seed = 0; seed < 5; ++seed) CHECK(same(sum_of(rows, seed), e.total));
      CHECK(same(sum_of({e.by_category.begin(), e.by_category.end()}, 0), e.total));
    }
  });
}

TEST_CASE("fusing never takes longer, nor does a recorded graph", "[roofline]") {
  for_every_run([](Run run, const Device& device) {
    double before[2] = {INFINITY, INFINITY};
    for (const Fusion fusion : kFusions) {
      double times[2] = {0, 0};
      for (const Execution execution : kExecutions) {
        run.options.fusion = fusion;
        run.options.execution = execution;
        times[static_cast<int>(execution)] = estimate_of(run, device).total.time;
      }
      INFO(kFusionNames[static_cast<std::size_t>(fusion)]);
      CHECK(times[0] <= times[1]);
      CHECK(times[0] <= before[0]);
      CHECK(times[1] <= before[1]);
      std::copy(times, times + 2, before);
    }
  });
}

TEST_CASE("a layer takes at least the plain roofline's time, and its time lies in its interval", "[roofline]") {
  for_every_run([](Run run, const Device& device) {
    for (const Execution execution : kExecutions) {
      run.options.execution = execution;
      const Estimate e = estimate_of(run, device);
      for (const LayerEstimate& row : e.rows) {
        INFO(row.name);
        // Winograd computes a 3x3 convolution with up to four times fewer products than are counted.
        CHECK(row.total.time >= row.total.roofline_time / (row.op == "conv" ? 4 : 1));
        CHECK(row.total.time_p10 <= row.total.time);
        CHECK(row.total.time <= row.total.time_p90);
        CHECK((row.bound == Bound::kNone) == (row.total.time == 0));
        CHECK(row.share >= 0);
      }
    }
  });
}

TEST_CASE("the plain roofline is what every estimate shows beside its own", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](Run run) {
    const Estimate estimate = estimate_of(run, device);
    run.options.mode = Mode::kRoofline;
    const Estimate plain = estimate_of(run, device);
    CHECK(plain.total.time == Approx(estimate.total.roofline_time).epsilon(1e-12));
    CHECK(plain.total.time == plain.total.time_p90);
  });
}

TEST_CASE("a larger batch never takes less time, nor less traffic", "[roofline]") {
  for_every_run([](Run run, const Device& device) {
    Estimate before = estimate_of(run, device);
    const auto has_batch = [](const auto& parameter) { return parameter.first == "batch"; };
    if (std::none_of(before.parameters.begin(), before.parameters.end(), has_batch)) return;
    for (const int batch : {1, 2, 3, 4, 8, 33, 256}) {
      run.set = {{"batch", batch}};
      Estimate now = estimate_of(run, device);
      INFO("batch " << batch);
      if (batch > 1) {
        // Of two products libraries run a batch, and of other sizes other tiles: a little more may take a little less.
        CHECK(now.total.time >= 0.98 * before.total.time);
        CHECK(now.total.bytes() > before.total.bytes());
        CHECK(now.total.flops > before.total.flops);
      }
      CHECK(now.total.parameters == before.total.parameters);
      before = std::move(now);
    }
  });
}

TEST_CASE("what is computed does not depend on the device, fusion or execution", "[roofline]") {
  for_every_model([](Run run) {
    const Estimate first = estimate_of(run, device_named("h100-sxm5"));
    for (const Fusion fusion : kFusions) {
      run.options = {.fusion = fusion, .execution = Execution::kEager};
      const Estimate other = estimate_of(run, device_named("b200"));
      CHECK(other.total.flops == Approx(first.total.flops).epsilon(1e-14));
      CHECK(other.total.macs == Approx(first.total.macs).epsilon(1e-14));
      CHECK(other.total.parameters == first.total.parameters);
    }
  });
}

TEST_CASE("prefill of one token is decode with an empty cache", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  for (const char* model : {"gpt2", "gpt3-175b", "llama-3.1-8b", "llama-3.1-405b"}) {
    INFO(model);
    const Attributes one{{"seq", 1}, {"kv_len", 1}};
    const Estimate prefill = estimate_of({model, Phase::kPrefill, one}, device);
    const Estimate decode = estimate_of({model, Phase::kDecode, one}, device);
    CHECK(same(prefill.total, decode.total));
    CHECK(prefill.memory.total() == decode.memory.total());
  }
}

TEST_CASE("the first layer has no input gradient, and updates follow parameters", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](Run run) {
    if (run.phase != Phase::kTraining) return;
    run.options.fusion = Fusion::kNone;
    Attributes none;
    const Network network = instantiate(model_named(run.model, none), {.phase = Phase::kTraining});
    for (const LayerEstimate& row : estimate_of(run, device).rows) {
      INFO(row.name);
      const Layer& layer = network.layers[static_cast<std::size_t>(row.layers.front())];
      const bool inner = std::any_of(layer.inputs.begin(), layer.inputs.end(), [&](int input) {
        return network.tensors[static_cast<std::size_t>(input)].needs_gradient;
      });
      const auto flops = [&](Pass pass) { return row.passes[static_cast<std::size_t>(pass)].bytes(); };
      if (!inner) CHECK(flops(Pass::kDgrad) == 0);
      if (layer.parameters.empty()) CHECK(flops(Pass::kWgrad) == 0);
      CHECK((flops(Pass::kOptimizer) > 0) == (parameter_count(layer) > 0));
    }
  });
}

TEST_CASE("outside training there is only the forward pass", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](const Run& run) {
    if (run.phase == Phase::kTraining) return;
    for (const LayerEstimate& row : estimate_of(run, device).rows) CHECK(same(row.passes.front(), row.total));
  });
}

// fp8, fp16 and fp32 are one law: traffic = fixed + width * values. The fixed part is indices, graph structure, angles
// and statistics; the state of a linear layer is fp32.
TEST_CASE("twice the width is twice the traffic", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](Run run) {
    if (run.phase == Phase::kTraining) return;  // which keeps fp32 copies of narrower weights
    for (const Fusion fusion : kFusions) {
      run.options.fusion = fusion;
      const auto bytes = [&](DType dtype) {
        run.precision.activations = dtype;
        return estimate_of(run, device).total.bytes();
      };
      const double fp8 = bytes(DType::kFp8E4m3);
      const double fp16 = bytes(DType::kFp16);
      const double fp32 = bytes(DType::kFp32);
      CHECK(fp32 - fp16 == Approx(2 * (fp16 - fp8)).epsilon(1e-9));
      const double fixed = 2 * fp8 - fp16;
      CHECK(fixed >= -1e-9 * fp8);
      CHECK(fixed < 0.3 * fp8);
    }
  });
}

TEST_CASE("identical repetitions cost their number of times", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  const Estimate one = estimate_of({"llama-3.1-8b", Phase::kInference, {{"layers", 1}}}, device);
  const Estimate many = estimate_of({"llama-3.1-8b", Phase::kInference, {{"layers", 1000}}}, device);
  REQUIRE(one.rows.size() == many.rows.size());
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    const double repeat = one.rows[i].block.empty() ? 1 : 1000;
    CHECK(many.rows[i].total.time == Approx(repeat * one.rows[i].total.time).epsilon(1e-9));
    CHECK(many.rows[i].kernels == repeat * one.rows[i].kernels);
  }
}

TEST_CASE("a device without the format of the products is refused by name", "[roofline]") {
  CHECK(message_of([] {
          return estimate_of({.model = "gpt2", .precision = {.activations = DType::kFp8E4m3}},
                             device_named("v100-sxm2-16gb"));
        }) ==
        "error: v100-sxm2-16gb has no fp8_e4m3 arithmetic\n"
        "  expected a format that it has: fp64, fp32 or fp16 (--dtype)\n");
}

TEST_CASE("what does not fit in memory, or has no vector rate, is said", "[roofline]") {
  const Estimate large = estimate_of({"llama-3.1-405b"}, device_named("h100-sxm5"));
  REQUIRE(large.warnings.size() == 1);
  CHECK(large.warnings.front().starts_with("the network needs 7"));
  CHECK(estimate_of({"resnet50"}, device_named("h100-sxm5")).warnings.empty());
  const Run on_tpu{.model = "resnet50", .precision = {.activations = DType::kBf16}};
  CHECK(estimate_of(on_tpu, device_named("tpu-v6e")).warnings ==
        std::vector<std::string>{
            "tpu-v6e has no vector rate in its data sheet: element-wise work is bound by memory alone"});
}

}  // namespace
}  // namespace ridgepoint
