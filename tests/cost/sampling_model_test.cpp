// The price of drawing neighbours on a processor, and what a sample of it stands for.

#include <algorithm>

#include "calibrate/cpu/graph.hpp"
#include "cost/price.hpp"
#include "cost/sample.hpp"
#include "cost/sampling.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

// Eight cores, loads of 2 ns in a megabyte and of 100 ns in a gigabyte.
constexpr const char* kCpu = R"({"schema_version": 1, "name": "cpu", "kind": "cpu", "sources": {"s": "made up"},
  "datasheet": {"compute_units": {"count": 8, "source": "s"},
    "memory": {"dram": {"bandwidth_bytes_per_s": 4e10, "source": "s"}}}})";

Device cpu() {
  Device device = read_datasheet(Document::parse("cpu.json", kCpu));
  device.calibration.emplace();
  const auto memory = [](const char* op) {
    return MeasuredCeiling{
        .unit = CeilingUnit::kMemory, .name = std::string(kDefaultPages), .op = op, .bytes = 1e6, .value = 4e10};
  };
  const auto latency = [](double bytes, double seconds) {
    return MeasuredCeiling{.unit = CeilingUnit::kLatency, .name = "small_pages", .bytes = bytes, .value = seconds};
  };
  device.calibration->ceilings = {memory("read"), memory("write"), latency(1e6, 2e-9), latency(1e9, 100e-9)};
  return device;
}

double seconds(const Sampling& sampling, const Device& device = cpu()) {
  return price({sampling, sampling.work()}, device, Mode::kCalibrated, {.clock = Clock::kWall}).time.value();
}

const Sampling kDraws{.nodes = 1e6, .edges = 2e7, .seeds = 1e5, .fan_out = 10, .drawn = 8e5, .choosing = 6e4};

Sampling with(Sampling sampling, double Sampling::*member, double factor) {
  sampling.*member *= factor;
  return sampling;
}

TEST_CASE("more seeds, edges and choices never take less time", "[sampling]") {
  const double base = seconds(kDraws);
  CHECK(base > 0);
  for (double Sampling::*const member : {&Sampling::seeds, &Sampling::drawn, &Sampling::choosing, &Sampling::fan_out,
                                         &Sampling::nodes, &Sampling::edges}) {
    CHECK(seconds(with(kDraws, member, 1.3)) >= base);
  }
  Sampling probed = kDraws;
  probed.probes = kDraws.drawn;
  probed.table_bytes = 1e6;
  CHECK(seconds(probed) > base);
  CHECK(seconds(with(probed, &Sampling::table_bytes, 1000)) > seconds(probed));
}

TEST_CASE("a walk waits for every step, draws do not", "[sampling]") {
  Sampling walk = kDraws;
  walk.walk = true;
  walk.drawn = walk.seeds * walk.fan_out;
  Sampling draws = kDraws;
  draws.drawn = walk.drawn;
  CHECK(seconds(walk) > seconds(draws));
  // The same walk in a graph that fits into a cache.
  Sampling near = walk;
  near.nodes = 1e4;
  near.edges = 1e5;
  CHECK(seconds(near) < 0.4 * seconds(walk));
}

TEST_CASE("cores share the work, and a little of it stays on one", "[sampling]") {
  Device one = cpu();
  one.compute_units = 1;
  CHECK(seconds(kDraws, one) == Approx(8 * seconds(kDraws)).epsilon(0.02));
  const Sampling little{.nodes = 1000, .edges = 1e4, .seeds = 4, .fan_out = 3, .drawn = 12};
  CHECK(seconds(little, one) == seconds(little));
}

TEST_CASE("the last term of a sampling is its time", "[sampling]") {
  const Terms terms = terms_of({kDraws, kDraws.work()}, cpu(), Mode::kCalibrated, {.clock = Clock::kWall});
  REQUIRE_FALSE(terms.empty());
  CHECK(terms.back().value == Approx(seconds(kDraws)));
}

// What calibrate measures on, counted.
TEST_CASE("a sample stands for the edges that its graph really gives", "[sampling]") {
  for (const auto& [nodes, edges, fanout] : {std::tuple{20000, 200000, 7}, std::tuple{20000, 600000, 4},
                                             std::tuple{50000, 300000, 24}, std::tuple{50000, 1000000, 40}}) {
    const cpu::Graph graph = cpu::power_law_graph(nodes, nodes, edges);
    double drawn = 0;
    double choosing = 0;
    for (std::int64_t i = 0; i < nodes; ++i) {
      drawn += static_cast<double>(std::min<std::int64_t>(graph.degree(i), fanout));
      choosing += graph.degree(i) > fanout ? 1 : 0;
    }
    const std::string csv =
        "gpu,clock,kernel,dtype,op,nodes,edges,seeds,fanout,time_us\ncpu,wall,sampling,int32,neighbors," +
        std::to_string(nodes) + "," + std::to_string(edges) + "," + std::to_string(nodes) + "," +
        std::to_string(fanout) + ",10\n";
    const SampleFile file = parse_samples("s.csv", csv);
    const std::optional<Launch> launch = launch_of(file, file.samples.front());
    REQUIRE(launch);
    const auto& sampling = std::get<Sampling>(launch->kernel);
    CAPTURE(nodes, edges, fanout);
    CHECK(sampling.drawn == Approx(drawn).epsilon(0.03));
    CHECK(sampling.choosing == Approx(choosing).epsilon(0.12));
    CHECK(sampling.index_bytes == 4);
  }
  const std::string bad =
      "gpu,clock,kernel,dtype,op,nodes,edges,seeds,fanout,time_us\ncpu,wall,sampling,int32,jump,10,20,5,2,1\n";
  const SampleFile file = parse_samples("s.csv", bad);
  CHECK(message_of([&] { return launch_of(file, file.samples.front()); }).find("neighbors or walk") !=
        std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
