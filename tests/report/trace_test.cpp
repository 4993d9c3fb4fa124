// The predicted timeline: what Perfetto reads, durations that are the estimate's, and nothing on top of each other.

#include <cmath>
#include <map>

#include "report/report.hpp"
#include "report/unfold.hpp"
#include "tests/network/networks.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

struct Traced {
  Estimate estimate;
  std::shared_ptr<const Document> document;
};

Traced traced(const Description& description, const Device& device, const RunOptions& run,
              const EngineOptions& options) {
  Estimate e = answer({description, device, run, options});
  const KernelListing kernels = list_kernels(instantiate(description, run), device, options);
  const std::vector<Advice> none;
  std::string text = write_trace({e, device, none, "ridgepoint", &kernels}, {});
  return {std::move(e), Document::parse("trace.json", std::move(text))};
}

Traced traced(const Run& run, const Device& device) {
  Attributes set = run.set;
  const Description description = model_named(run.model, set);
  return traced(description, device, {run.phase, set, run.precision}, run.options);
}

std::vector<const Node*> events_on(const Traced& trace, std::int64_t track) {
  std::vector<const Node*> events;
  for (const Node& event : trace.document->root().find("traceEvents")->items) {
    if (event.find("ph")->text == "X" && event.find("tid")->integer == track) events.push_back(&event);
  }
  return events;
}

// As Perfetto reads it: whole nanoseconds, the rest cut off.
std::int64_t ticks(const Node& event, const char* key) {
  const Node& number = *event.find(key);
  return number.kind == Node::Kind::kInteger ? number.integer * 1000 : static_cast<std::int64_t>(number.real * 1000);
}

std::int64_t sum_of(const Traced& trace, std::int64_t track) {
  std::int64_t sum = 0;
  for (const Node* event : events_on(trace, track)) sum += ticks(*event, "dur");
  return sum;
}

// How many events begin before the one before them on their track ends.
int overlaps(const Traced& trace, std::int64_t track) {
  std::int64_t end = 0;
  int found = 0;
  for (const Node* event : events_on(trace, track)) {
    found += ticks(*event, "ts") < end ? 1 : 0;
    end = ticks(*event, "ts") + ticks(*event, "dur");
  }
  return found;
}

TEST_CASE("a trace's layers last as long as the estimate, and so do kernels, overheads and communication", "[trace]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](Run run) {
    for (const Execution execution : kExecutions) {
      run.options.execution = execution;
      const Traced trace = traced(run, device);
      const std::int64_t total = std::llround(trace.estimate.total.time * 1e9);
      CHECK(sum_of(trace, 1) == total);
      CHECK(sum_of(trace, 2) + sum_of(trace, 3) + sum_of(trace, 4) == total);
      for (const std::int64_t track : {1, 2, 3, 4}) CHECK(overlaps(trace, track) == 0);
    }
  });
}

TEST_CASE("repetitions run block after block", "[trace]") {
  using Order = std::vector<std::size_t>;
  const std::vector<RepeatedRow> decoder{{"embed", 1}, {"layer.norm", 3}, {"layer.mlp.up", 3}, {"head", 1}};
  CHECK(unfold(decoder, 100) == Order{0, 1, 2, 1, 2, 1, 2, 3});
  const std::vector<RepeatedRow> nested{{"b.in", 2}, {"b.inner.x", 6}, {"b.inner.y", 6}, {"b.out", 2}};
  CHECK(unfold(nested, 100) == Order{0, 1, 2, 1, 2, 1, 2, 3, 0, 1, 2, 1, 2, 1, 2, 3});
  const std::vector<RepeatedRow> stages{{"s.1-2.x", 2}, {"s.1-2.y", 2}, {"s.3-6.x", 4}, {"s.3-6.y", 4}};
  CHECK(unfold(stages, 100) == Order{0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3});
  CHECK(unfold(decoder, 7) == Order{0, 1, 2, 3});
  CHECK(unfold({{"a", 4}}, 10) == Order{0, 0, 0, 0});
  CHECK(unfold({}, 10).empty());
}

// One run in eight: hundreds of thousands of events are read back.
TEST_CASE("every repetition is an event of its own, in models of each family as often as it repeats", "[trace]") {
  const Device device = device_named("h100-sxm5");
  int count = 0;
  for_every_model([&](const Run& run) {
    if (++count % 8 != 0) return;
    const Traced trace = traced(run, device);
    std::map<std::string, std::int64_t> seen;
    for (const Node* event : events_on(trace, 1)) ++seen[event->find("name")->text];
    for (const LayerEstimate& row : trace.estimate.rows) {
      // One that takes less than a tick has no event.
      if (row.passes.front().time / static_cast<double>(row.repeat) > 1e-9) CHECK(seen[row.name] == row.repeat);
    }
  });
}

TEST_CASE("training runs forward, backward and then updates the weights", "[trace]") {
  const Traced trace = traced({"resnet50", Phase::kTraining}, device_named("h100-sxm5"));
  const std::vector<const Node*> layers = events_on(trace, 1);
  CHECK(layers.front()->find("name")->text == "stem.conv");
  CHECK(layers.back()->find("name")->text == "fc update");
  const auto last_backward = std::find_if(layers.rbegin(), layers.rend(), [](const Node* event) {
    return event->find("name")->text.ends_with(" backward");
  });
  CHECK((*last_backward)->find("name")->text == "stem.conv backward");
}

TEST_CASE("tracks and the process have names, and events their arguments", "[trace]") {
  const Traced trace = traced({"llama-3.1-8b", Phase::kDecode}, device_named("h100-sxm5"));
  std::map<std::int64_t, std::string> names;
  std::string process;
  for (const Node& event : trace.document->root().find("traceEvents")->items) {
    const std::string& what = event.find("name")->text;
    if (what == "thread_name") names[event.find("tid")->integer] = event.find("args")->find("name")->text;
    if (what == "process_name") process = event.find("args")->find("name")->text;
  }
  CHECK(process == "llama-3.1-8b on h100-sxm5, predicted");
  for (const std::int64_t track : {1, 2, 3, 4}) CHECK(!names[track].empty());
  for (const Node* event : events_on(trace, 1)) {
    for (const char* key : {"op", "flops", "bytes_read", "bytes_written", "bound", "dtype", "time_s"})
      CHECK(event->find("args")->find(key) != nullptr);
  }
  for (const Node* event : events_on(trace, 2)) {
    for (const char* key : {"layer", "flops", "bytes_read", "bytes_written", "bound", "needs_s"})
      CHECK(event->find("args")->find(key) != nullptr);
  }
  CHECK(trace.document->root().find("otherData")->find("time_s")->real == trace.estimate.total.time);
}

TEST_CASE("names in a trace are text", "[trace]") {
  Description description = description_of(network_text("[4]", R"("layers": [{"op": "exp"}])"));
  const std::string evil = "a\"},{\"ph\" <script>alert(1)</script>\n\x1b[2J\xff";
  description.name = evil;
  description.items[0].name = evil;
  const Traced trace = traced(description, device_named("h100-sxm5"), {}, {});
  const std::vector<const Node*> layers = events_on(trace, 1);
  REQUIRE(layers.size() == 1);
  CHECK(layers[0]->find("name")->text.starts_with("a\"},{\"ph\" <script>alert(1)</script>\n\x1b[2J"));
}

}  // namespace
}  // namespace ridgepoint
