// Measured kernels matched to predicted layers.

#include "report/measured_match.hpp"
#include "report/alignment.hpp"
#include "report/kernel_class.hpp"
#include "report/report.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

struct Prediction {
  Estimate estimate;
  KernelListing kernels;
  std::string trace;
};

Prediction predicted(const Run& run) {
  Attributes set = run.set;
  const Description description = model_named(run.model, set);
  const RunOptions options{run.phase, set, run.precision};
  const Device device = device_named("h100-sxm5");
  const Network network = instantiate(description, options);
  Prediction p{estimate(network, device, run.options), list_kernels(network, device, run.options), ""};
  const std::vector<Advice> none;
  p.trace = write_trace({p.estimate, device, none, "", &p.kernels}, {});
  return p;
}

// The launches of a network's forward run in which every row runs once, as a profile whose every kernel takes `factor`
// times what was predicted.
MeasuredProfile profile_of(const Prediction& p, double factor) {
  MeasuredProfile profile{.file = "p", .in_order = true};
  for (const ListedKernel& k : p.kernels.kernels) {
    if (k.price.time.value() > 0)
      profile.kernels.push_back({.name = std::string(kind_name(k.launch.kernel)) + "_of_" + k.op,
                                 .op = "",
                                 .seconds = k.price.time.value() * factor});
  }
  return profile;
}

TEST_CASE("sequences are laid along each other with as little left over as can be", "[measured]") {
  const std::string first = "abcd";
  const std::string second = "axbbd";
  const PairCosts costs{[&](std::size_t i, std::size_t j) { return first[i] == second[j] ? 0.0 : 3.0; },
                        [&](std::size_t i, std::size_t j) { return first[i] == second[j] ? 0.5 : 3.0; }};
  CHECK(align(4, 5, costs) == Alignment{0, -1, 1, 1, 3});
  CHECK(align(0, 2, costs) == Alignment{-1, -1});
  CHECK(align(3, 0, costs).empty());
}

TEST_CASE("the trace of a prediction, read as a profile, is matched whole and without error", "[measured]") {
  for (const char* model : {"resnet50", "llama-3.1-8b", "bert-large", "dlrm", "gcn-ogbn-arxiv"}) {
    CAPTURE(model);
    // The plain roofline has no overheads: a kernel's event is all its time.
    const Prediction p = predicted({.model = model, .options = {.mode = Mode::kRoofline}});
    const MeasuredComparison c = match_measured(p.estimate, p.kernels, parse_measured_trace("t", p.trace), 1);
    CHECK(c.unmatched_rows.empty());
    CHECK(c.unmatched_kernels.empty());
    CHECK(std::abs(c.measured / p.estimate.total.time - 1) < 1e-5);
    for (const MeasuredMatch& match : c.matches) {  // to the nanosecond, in which a trace counts
      CHECK(std::abs(match.predicted - match.measured) < 1e-3 * match.predicted + 1e-9);
    }
  }
}

TEST_CASE("a machine of half the speed shows as an error of a half in every layer", "[measured]") {
  const Prediction p = predicted({.model = "squeezenet1_0"});
  const MeasuredComparison c = match_measured(p.estimate, p.kernels, profile_of(p, 2), 1);
  CHECK(c.unmatched_kernels.empty());
  CHECK(c.unmatched_rows.empty());
  CHECK(std::abs(c.measured / p.estimate.total.time - 2) < 1e-9);
  for (const MeasuredMatch& match : c.matches) CHECK(std::abs(*match.error() + 0.5) < 1e-6);
}

TEST_CASE("several runs are averaged, and must be whole", "[measured]") {
  const Prediction p = predicted({.model = "squeezenet1_0"});
  MeasuredProfile profile = profile_of(p, 1);
  const MeasuredProfile second = profile_of(p, 3);
  profile.kernels.insert(profile.kernels.end(), second.kernels.begin(), second.kernels.end());
  const MeasuredComparison c = match_measured(p.estimate, p.kernels, profile, 2);
  for (const MeasuredMatch& match : c.matches) CHECK(std::abs(*match.error() + 0.5) < 1e-6);
  profile.kernels.pop_back();
  CHECK(message_of([&] { return match_measured(p.estimate, p.kernels, profile, 2); }).find("equal runs") !=
        std::string::npos);
}

TEST_CASE("a kernel that is none of the network's is left over, and nothing else", "[measured]") {
  const Prediction p = predicted({.model = "squeezenet1_0"});
  MeasuredProfile profile = profile_of(p, 1);
  profile.kernels.insert(profile.kernels.begin() + 5, {.name = "Memcpy HtoD", .seconds = 1});
  const MeasuredComparison c = match_measured(p.estimate, p.kernels, profile, 1);
  REQUIRE(c.unmatched_kernels.size() == 1);
  CHECK(c.unmatched_kernels[0].name == "Memcpy HtoD");
  CHECK(c.unmatched_rows.empty());
}

TEST_CASE("kernels in a range that is named like a layer are that layer's, whatever their names", "[measured]") {
  const Prediction p = predicted({.model = "squeezenet1_0"});
  MeasuredProfile profile{.file = "p", .in_order = true};
  const std::string last = p.estimate.rows.back().name;
  profile.kernels.push_back({.name = "odd", .annotation = last, .seconds = 1e-6});
  const MeasuredComparison c = match_measured(p.estimate, p.kernels, profile, 1);
  REQUIRE(c.matches.size() == 1);
  CHECK(p.estimate.rows[c.matches[0].rows[0]].name == last);
  CHECK(c.unmatched_kernels.empty());
}

TEST_CASE("sums match by class and count, and what cannot be told apart stands together", "[measured]") {
  const Prediction p = predicted({.model = "llama-3.1-8b", .phase = Phase::kPrefill});
  MeasuredProfile profile{.file = "p"};
  profile.kernels = {{.name = "sm90_gemm_a", .count = 100, .seconds = 1e-3},
                     {.name = "sm90_gemm_b", .count = 125, .seconds = 2e-3},
                     {.name = "flash_fwd_kernel", .count = 32, .seconds = 4e-3},
                     {.name = "ncclAllReduce", .count = 64, .seconds = 8e-3}};
  const MeasuredComparison c = match_measured(p.estimate, p.kernels, profile, 1);
  double attention = 0;
  double products = 0;
  for (const MeasuredMatch& match : c.matches) {
    const std::string& op = p.estimate.rows[match.rows.front()].op;
    if (op == "attention") attention += match.measured;
    if (op == "linear") {
      products += match.measured;
      CHECK(match.rows.size() == 8);
    }
  }
  CHECK(attention == 4e-3);
  CHECK(std::abs(products - 3e-3) < 1e-12);
  REQUIRE(c.unmatched_kernels.size() == 1);
  CHECK(c.unmatched_kernels[0].name == "ncclAllReduce");
  CHECK(std::abs(c.measured - 15e-3) < 1e-12);
}

TEST_CASE("names tell what kernels do", "[measured]") {
  const auto kind = [](const char* name) { return class_of(ProfiledKernel{.name = name}); };
  CHECK(kind("ampere_fp16_s16816gemm_fp16_128x64_ldg8_f2f_stages_64x3_nn") == KernelClass::kProduct);
  CHECK(kind("sm80_xmma_fprop_implicit_gemm_f16f16") == KernelClass::kConvolution);
  CHECK(kind("void cudnn::winograd_nonfused::winogradForwardOutput4x4") == KernelClass::kConvolution);
  CHECK(kind("turing_fp16_s1688cudnn_fp16_128x128_ldg8_relu_f2f") == KernelClass::kConvolution);
  CHECK(kind("void flash_fwd_kernel<Traits>") == KernelClass::kAttention);
  CHECK(kind("void at::native::vectorized_layer_norm_kernel") == KernelClass::kNorm);
  CHECK(kind("void at::native::vectorized_elementwise_kernel") == KernelClass::kElementwise);
  CHECK(kind("ncclDevKernel_AllReduce_Sum_bf16_RING_LL") == KernelClass::kCommunication);
  CHECK(kind("something") == KernelClass::kOther);
  CHECK(class_of(ProfiledKernel{.name = "cutlass_80_tensorop", .op = "aten::cudnn_convolution"}) ==
        KernelClass::kConvolution);
}

}  // namespace
}  // namespace ridgepoint
