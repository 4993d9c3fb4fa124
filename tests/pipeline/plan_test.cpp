// Plans from model files and --set, and what they make of published settings.

#include "pipeline/plan_reader.hpp"

#include "cost/device_file.hpp"
#include "pipeline/batch.hpp"
#include "pipeline/pipeline.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

constexpr const char* kModel = R"({"name": "m", "family": "gnn", "fan_outs": [15, 10, 5],
  "graph": {"exponent": 2.5, "train_nodes": 2000, "source": "made up"},
  "pipeline": {"workers": 4, "machines": 2, "cut": 0.2}})";

std::optional<double> size_of(std::string_view name) {
  if (name == "nodes") return 1e5;
  if (name == "edges") return 2e6;
  if (name == "batch") return 100;
  return std::nullopt;
}

PipelinePlan plan_of(const char* text, const Settings& settings = {}) {
  return read_plan(Document::parse("m.json", text), settings, size_of);
}

TEST_CASE("a plan comes from the model file, and --set changes it", "[pipeline]") {
  const PipelinePlan plan = plan_of(kModel);
  CHECK(plan.graph.law == DegreeLaw::kPower);
  CHECK(plan.graph.train_nodes == 2000);
  CHECK(plan.sampler.kind == SamplerKind::kNeighbors);
  CHECK(plan.sampler.fan_outs == std::vector<double>{15, 10, 5});
  CHECK(plan.sampler.batch == 100);
  CHECK(plan.machine.workers == 4);
  CHECK(plan.machine.edge_cut() == 0.2);
  const PipelinePlan changed =
      plan_of(kModel, {{"workers", "8"}, {"fan_outs", "5,5"}, {"features_on", "device"}, {"degrees", "even"}});
  CHECK(changed.machine.workers == 8);
  CHECK(changed.sampler.fan_outs == std::vector<double>{5, 5});
  CHECK(changed.machine.features == FeaturePlace::kDevice);
  CHECK(changed.graph.law == DegreeLaw::kEven);
}

TEST_CASE("a slip in a plan is said with its place and what would be right", "[pipeline]") {
  const auto expect = [](const char* text, const Settings& settings, const std::string& place,
                         const std::string& expected) {
    const std::string message = message_of([&] { return plan_batch(plan_of(text, settings)); });
    CAPTURE(message, place, expected);
    CHECK(message.find(place) != std::string::npos);
    CHECK(message.find(expected) != std::string::npos);
  };
  expect(R"({"name": "m", "graph": {"exponant": 2}})", {}, "m.json:1", "did you mean \"exponent\"");
  expect(R"({"name": "m", "pipeline": {"worker": 2}})", {}, "m.json:1", "did you mean \"workers\"");
  expect(R"({"name": "m", "graph": {"degrees": "power"}})", {}, "m.json:1", "power_law");
  expect(R"({"name": "m", "graph": {"degrees": "power_law"}})", {}, "m.json:1", "max_degree");
  expect(R"({"name": "m", "graph": {"degrees": [[3, 5]]}})", {}, "m.json:1", "a list that adds up to the graph");
  expect(R"({"name": "m", "graph": {"degrees": [[3]]}})", {}, "m.json:1", "[degree, nodes]");
  expect(R"({"name": "m", "graph": {"train_nodes": 200000}})", {}, "m.json:1", "a number from 1 to");
  expect(R"({"name": "m", "graph": {"sampler": "neighbors"}})", {}, "m.json:1", "\"fan_outs\", such as [15, 10, 5]");
  expect(R"({"name": "m", "fan_outs": [5], "graph": {"sampler": "walks"}})", {}, "m.json:1", "without \"fan_outs\"");
  expect(kModel, {{"workers", "0"}}, "--set workers=0", "a number from 1");
  expect(kModel, {{"workers", "two"}}, "--set workers=two", "a number from 1");
  expect(kModel, {{"cut", "1.5"}}, "--set cut=1.5", "a number from 0 to 1");
  expect(kModel, {{"features_on", "dveice"}}, "--set features_on=dveice", "did you mean \"device\"");
  expect(kModel, {{"train_nodes", "50"}}, "a batch of 100 with 50 nodes", "--batch 50 at most");
  expect(kModel, {{"exponent", "1.5"}}, "has no mean", "an exponent above 2, or \"max_degree\"");
  expect(kModel, {{"file", "missing.edges"}}, "missing.edges", "");
  expect(R"({"name": "m"})", {{"sampler", "clusters"}, {"clusters", "200000"}}, "clusters", "no more than nodes");
}

TEST_CASE("batches become the sizes that networks have parameters for", "[pipeline]") {
  const PlannedBatch planned = plan_batch(plan_of(kModel));
  REQUIRE(planned.sizes.size() == 6);
  CHECK(planned.sizes[0].first == "n1");
  CHECK(planned.sizes[1].first == "e1");
  CHECK(planned.sizes[1].second == std::round(planned.batch.hops[0].edges));
  const PlannedBatch walks = plan_batch(plan_of(R"({"name": "m"})", {{"sampler", "walks"}, {"walk_length", "4"}}));
  CHECK(walks.sizes[0].first == "nodes");
  CHECK(walks.sizes[1].first == "edges");
}

Pipeline price(const Settings& settings, const NetworkPasses& passes = {.forward = 1e-3,
                                                                        .backward = 2e-3,
                                                                        .optimizer = 1e-4,
                                                                        .gradient_bytes = 1e6,
                                                                        .memory_bytes = 1e9,
                                                                        .row_bytes = 512}) {
  const PipelinePlan plan = plan_of(kModel, settings);
  return price_pipeline(plan, plan_batch(plan), passes, load_device("h100-sxm5"), load_device("epyc-9654"));
}

double busy(const Pipeline& p, PipelineResource resource) {
  return p.schedule.busy[static_cast<std::size_t>(resource)];
}

TEST_CASE("where features lie decides who moves them", "[pipeline]") {
  const Settings one{{"machines", "1"}};
  const auto with = [&](const char* key, const char* value) {
    Settings settings = one;
    settings.emplace_back(key, value);
    return price(settings);
  };
  const Pipeline host = price(one);
  const Pipeline unified = with("features_on", "unified");
  const Pipeline device = with("features_on", "device");
  const Pipeline cached = with("cache", "0.2");
  CHECK(busy(unified, PipelineResource::kWorkers) < busy(host, PipelineResource::kWorkers));
  CHECK(busy(unified, PipelineResource::kLink) >= busy(host, PipelineResource::kLink));
  CHECK(busy(device, PipelineResource::kLink) < 0.5 * busy(host, PipelineResource::kLink));
  CHECK(busy(cached, PipelineResource::kLink) < busy(host, PipelineResource::kLink));
  CHECK(cached.cache_hits > 0.2);
  CHECK(busy(host, PipelineResource::kNetwork) == 0);
  const Pipeline on_device = with("sample_on", "device");
  CHECK(busy(on_device, PipelineResource::kWorkers) < busy(host, PipelineResource::kWorkers));
  CHECK(busy(on_device, PipelineResource::kDevice) > busy(host, PipelineResource::kDevice));
}

TEST_CASE("more machines hold less each, send more, and share the batches", "[pipeline]") {
  double remote = -1;
  double memory = 1e30;
  double batches = 1e30;
  for (const char* const machines : {"1", "2", "4", "16"}) {
    const Pipeline p = price({{"machines", machines}, {"cut", "0.2"}});
    CAPTURE(machines);
    CHECK(busy(p, PipelineResource::kNetwork) >= remote);
    CHECK(p.memory.features < memory);
    CHECK(p.schedule.batches < batches);
    remote = busy(p, PipelineResource::kNetwork);
    memory = p.memory.features;
    batches = p.schedule.batches;
  }
}

TEST_CASE("features that fit nowhere are refused, with what would fit", "[pipeline]") {
  const NetworkPasses wide{.forward = 1e-3, .memory_bytes = 1e9, .row_bytes = 1e6};
  const std::string on_device = message_of([&] { return price({{"features_on", "device"}}, wide); });
  CHECK(on_device.find("features and graph in host memory") != std::string::npos);
  const std::string cached = message_of([&] { return price({{"cache", "0.9"}}, wide); });
  CHECK(cached.find("a \"cache\" of 0.") != std::string::npos);
  const PipelinePlan plan = plan_of(kModel);
  const std::string host = message_of(
      [&] { return price_pipeline(plan, plan_batch(plan), {}, load_device("h100-sxm5"), load_device("l4")); });
  CHECK(host.find("a device of the kind cpu") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
