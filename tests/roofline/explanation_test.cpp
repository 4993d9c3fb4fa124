// An explanation of a layer beside the estimate of its network.

#include "roofline/explanation.hpp"

#include "tests/network/networks.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

Network model(const std::string& name, Phase phase) {
  Attributes nothing;
  return instantiate(model_named(name, nothing), {.phase = phase});
}

void expect_same(const Amounts& row, const Work& work, double repeat) {
  CHECK(work.macs * repeat == Approx(row.macs));
  CHECK(work.flops().value() * repeat == Approx(row.flops));
  CHECK(work.read.value() * repeat == Approx(row.bytes_read));
  CHECK(work.written.value() * repeat == Approx(row.bytes_written));
}

TEST_CASE("the kernels of an explanation are the row of an unfused estimate", "[roofline]") {
  const Device device = device_named("h100-sxm5");
  const EngineOptions options{.fusion = Fusion::kNone};
  for (const auto& [name, phase] : {std::pair{"resnet50", Phase::kTraining}, std::pair{"dlrm", Phase::kInference},
                                    std::pair{"llama-3.1-8b", Phase::kDecode}}) {
    const Network network = model(name, phase);
    const Estimate whole = estimate(network, device, options);
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      INFO(name << " " << network.layers[i].name);
      const Explanation e = explain(network, i, options, &device);
      Work total;
      Seconds time{};
      for (const ExplainedKernel& kernel : e.kernels) total = total + kernel.work;
      for (const ExplainedLaunch& launch : e.price->launches) time += launch.price.time;
      const auto repeat = static_cast<double>(e.repeat);
      expect_same(whole.rows[i].total, total, repeat);
      CHECK(time.value() * repeat == Approx(whole.rows[i].total.time));
      if (e.tied_to.empty()) {
        CHECK(e.parameters.find("parameters")->value * repeat == Approx(whole.rows[i].total.parameters));
      }
    }
  }
}

TEST_CASE("fusion says which layers share a kernel and what they save", "[roofline]") {
  // y is 2 x 8 fp32: relu spares its read and the linear layer's write.
  const Network network = small_network("[2, 4]", R"({"op": "linear", "out_features": 8}, {"op": "relu"})");
  const Explanation e = explain(network, 1, {}, nullptr);
  CHECK(e.fusion.layers == std::vector<std::string>{"linear", "relu"});
  CHECK((e.fusion.apart - e.fusion.together).value() == 2 * 2 * 8 * 4);
  CHECK(!e.price);
  const Explanation alone = explain(network, 1, {.fusion = Fusion::kNone}, nullptr);
  CHECK(alone.fusion.layers == std::vector<std::string>{"relu"});
  CHECK(alone.fusion.apart == alone.fusion.together);
}

TEST_CASE("an explanation names the tensors, their producers and the attributes", "[roofline]") {
  const Network network = small_network(
      "[2, 4]", R"({"name": "a", "op": "linear", "out_features": 8}, {"op": "mul", "inputs": ["a", "a"]})");
  const Explanation linear = explain(network, 0, {}, nullptr);
  CHECK(linear.inputs.front().symbol == "x");
  CHECK(linear.inputs.front().producer.empty());
  CHECK(linear.outputs.front().symbol == "y");
  CHECK(linear.attributes == std::vector<std::pair<std::string, std::string>>{{"out_features", "8"}, {"bias", "true"}});
  // The same tensor twice is one operand, read twice.
  const Explanation square = explain(network, 1, {}, nullptr);
  CHECK(square.inputs[1].symbol == "x0");
  CHECK(square.inputs[1].producer == "a");
  CHECK(square.kernels.front().counts.find("read")->formula == "2 x0");
}

}  // namespace
}  // namespace ridgepoint
