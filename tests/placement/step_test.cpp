// A step of a recommender on devices: its parts, and how they grow.

#include "placement/step.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

/// A model on a device, ready to be asked with changes.
struct Asked {
  explicit Asked(const std::string& model, Attributes set = {}, const std::string& hardware = "h100-sxm5")
      : given(std::move(set)), description(model_named(model, given)), device(device_named(hardware)) {}

  [[nodiscard]] StepQuestion question(Phase phase = Phase::kInference) const {
    return {.description = &description, .device = &device, .run = {phase, given, {}}};
  }

  Attributes given;
  Description description;
  Device device;
};

Attributes setting(const char* key, const char* value) { return {{key, Value(value)}}; }

double bytes_of_tables(const Step& step) {
  double bytes = 0;
  for (const Table& table : step.tables) bytes += table.bytes();
  return bytes;
}

void check_whole(const Step& step) {
  const std::vector<TableLoad> loads = table_loads(step.plan(), step.run, step.tables.size());
  REQUIRE(loads.size() == step.tables.size());
  double stored = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    CAPTURE(step.tables[i].name);
    CHECK(loads[i].l2_hits + loads[i].hits[0] + loads[i].hits[1] + loads[i].hits[2] == Approx(1).epsilon(1e-6));
    CHECK(loads[i].hits[0] >= -1e-9);
    CHECK(loads[i].distinct <= step.tables[i].draws * (1 + 1e-9));
    CHECK(std::isfinite(loads[i].time));
    for (const double bytes : loads[i].bytes) stored += bytes;
  }
  CHECK(stored >= bytes_of_tables(step) * (1 - 1e-9));  // more with copies
}

TEST_CASE("tables of a network are its lookups, those that share one once", "[placement]") {
  const auto dlrm = step_of(Asked("dlrm-dcnv2").question());
  REQUIRE(dlrm->tables.size() == 26);
  CHECK(dlrm->tables[20].pooling() == 100);
  CHECK(dlrm->tables[20].draws == 8192 * 100);
  CHECK(bytes_of_tables(*dlrm) == Approx(204184588.0 * 512));
  const auto din = step_of(Asked("din-amazon-electronics").question());
  REQUIRE(din->tables.size() == 2);
  CHECK(din->tables[0].draws == 4096 * 101);  // a history and a target
}

TEST_CASE("one device with all tables in its memory takes what analyze says", "[placement]") {
  for (const Attributes& set : {Attributes{}, setting("access", "zipf:1.05")}) {
    for (const char* model : {"dlrm", "dlrm-criteo-terabyte"}) {
      Asked asked(model, set, "b300");
      const auto step = step_of(asked.question());
      check_whole(*step);
      CHECK(step->plan().times.far() == 0);
      CHECK(step->plan().times.exchange == 0);
      CHECK(step->time() == Approx(step->estimate.total.time).epsilon(0.03));
    }
  }
}

TEST_CASE("less device memory is never faster, and skew makes it cheaper", "[placement]") {
  double before = 0;
  for (const char* law : {"zipf:1.2", "zipf:1.05", "zipf:0.8", "uniform"}) {
    Asked asked("dlrm-dcnv2", setting("access", law));
    double last = 0;
    for (const double capacity : {160e9, 80e9, 40e9, 20e9, 10e9}) {
      asked.device.dram.capacity = Bytes{capacity};
      const auto step = step_of(asked.question());
      check_whole(*step);
      CHECK(step->time() >= last * (1 - 1e-9));
      last = step->time();
      CHECK(step->prefetched() <= step->time());
    }
    CHECK(last > before);
    before = last;
  }
}

TEST_CASE("training updates the rows of a step, with their state", "[placement]") {
  Asked asked("dlrm-criteo-kaggle", setting("access", "zipf:1"), "a100-sxm4-80gb");
  StepQuestion question = asked.question(Phase::kTraining);
  question.options.optimizer = Optimizer::kAdam;
  const auto adam = step_of(question);
  question.options.optimizer = Optimizer::kRowwiseAdagrad;
  const auto rowwise = step_of(question);
  question.options.optimizer = Optimizer::kSgd;
  const auto sgd = step_of(question);
  CHECK(bytes_of_tables(*adam) == Approx(3 * bytes_of_tables(*sgd)));
  const double dim = sgd->tables.front().dim;
  CHECK(bytes_of_tables(*rowwise) == Approx((1 + 1 / dim) * bytes_of_tables(*sgd)));
  CHECK(adam->plan().times.update > rowwise->plan().times.update);
  CHECK(rowwise->plan().times.update > 0);
  CHECK(step_of(asked.question())->plan().times.update == 0);
}

TEST_CASE("several devices: all plans, the fastest first, and nothing lost", "[placement]") {
  Asked asked("dlrm-dcnv2", setting("access", "zipf:1.05"));
  for (const Phase phase : {Phase::kInference, Phase::kTraining}) {
    for (const double devices : {2.0, 8.0, 64.0}) {
      StepQuestion question = asked.question(phase);
      question.devices = devices;
      const auto step = step_of(question);
      CAPTURE(devices);
      CHECK(step->plans.size() >= 4);
      check_whole(*step);
      for (const Plan& plan : step->plans) {
        if (plan.unplaced <= 0) CHECK(plan.times.total() >= step->plan().times.total());
      }
      CHECK(step->plan().times.exchange > 0);
    }
  }
}

TEST_CASE("time and memory from one device to thousands, for tables of 100 MB to 100 TB", "[placement]") {
  // With the batch of a device fixed, lookups of a device stay alike; what grows is the exchange.
  Asked asked("dlrm-dcnv2", setting("access", "zipf:1.05"));
  const double once = bytes_of_tables(*step_of(asked.question()));
  for (const double bytes : {100e6, 10e9, 1e12, 100e12}) {
    double exchange = 0;
    for (const double devices : {1.0, 8.0, 64.0, 512.0, 4096.0}) {
      CAPTURE(bytes, devices);
      StepQuestion question = asked.question();
      question.growth = bytes / once;
      question.devices = devices;
      question.plan = "row";
      const auto step = step_of(question, static_cast<std::int64_t>(1024 * devices));
      CHECK(bytes_of_tables(*step) == Approx(bytes).epsilon(0.05));
      const double room = capacity_of(step->run) * devices;
      CHECK(step->fits() == (bytes_of_tables(*step) <= room * (1 + 1e-9)));
      CHECK(step->plan().times.exchange >= exchange);
      exchange = step->plan().times.exchange;
      if (!step->fits()) continue;
      double on_one = 0;
      for (std::size_t place = 0; place < kPlaces; ++place)
        on_one += step->plan().loads.front().filling().bytes(static_cast<Place>(place));
      CHECK(on_one == Approx(bytes_of_tables(*step) / devices).epsilon(1e-6));
    }
  }
}

TEST_CASE("the largest batch within a latency is within it, and twice as many samples are not", "[placement]") {
  const Asked asked("dlrm", setting("access", "zipf:1.05"), "b300");
  const StepQuestion question = asked.question();
  const std::int64_t batch = batch_within(question, 2e-3);
  REQUIRE(batch > 0);
  CHECK(step_of(question, batch)->time() <= 2e-3);
  CHECK(step_of(question, batch + batch / 32 + 1)->time() > 2e-3);
  CHECK(batch_within(question, 1e-7) == 0);
}

}  // namespace
}  // namespace ridgepoint
