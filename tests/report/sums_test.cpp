// Every format says the same numbers, and in each the rows add up to the total.

#include <numeric>
#include <random>

#include "io/csv.hpp"
#include "report/report.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

struct Written {
  std::shared_ptr<const Document> json;
  CsvTable csv;
};

Written written(const Run& run, const Device& device) {
  const Estimate e = estimate_of(run, device);
  const std::vector<Advice> none;
  const Report report{e, device, none, "ridgepoint"};
  return {Document::parse("json", write_json(report, {})), parse_csv("csv", write_csv(report, {}))};
}

double sum_of(std::vector<double> values, unsigned seed) {
  std::shuffle(values.begin(), values.end(), std::mt19937(seed));
  return std::accumulate(values.begin(), values.end(), 0.0);
}

constexpr std::array kSums{"parameters", "macs",       "flops",      "bytes_read",     "bytes_written",
                           "time_s",     "time_p10_s", "time_p90_s", "roofline_time_s"};

std::vector<double> values_of(const Node& rows, const char* key) {
  std::vector<double> values;
  for (const Node& row : rows.items) values.push_back(row.find(key)->real);
  return values;
}

std::vector<double> values_of(const CsvTable& table, const char* key) {
  std::vector<double> values;
  const auto column = static_cast<std::size_t>(table.column(key));
  for (const CsvRow& row : table.rows) values.push_back(std::stod(row.fields.at(column)));
  return values;
}

TEST_CASE("rows of JSON and CSV add up to the totals, to the last bit, in any order", "[report]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](const Run& run) {
    const Written text = written(run, device);
    const Node& root = text.json->root();
    const Node& totals = *root.find("totals");
    for (const char* key : kSums) {
      INFO(key);
      const double total = totals.find(key)->real;
      const std::vector<double> rows = values_of(*root.find("layers"), key);
      CHECK(values_of(text.csv, key) == rows);
      for (unsigned seed = 0; seed < 3; ++seed) CHECK(sum_of(rows, seed) == total);
      CHECK(sum_of(values_of(*totals.find("by_category"), key), 0) == total);
    }
  });
}

TEST_CASE("the passes of a layer add up to it in JSON", "[report]") {
  const Written text = written({"resnet50", Phase::kTraining}, device_named("h100-sxm5"));
  for (const Node& layer : text.json->root().find("layers")->items) {
    for (const char* key : kSums) CHECK(sum_of(values_of(*layer.find("passes"), key), 1) == layer.find(key)->real);
  }
}

TEST_CASE("the keys that programs stand on are there", "[report]") {
  const Written text = written({"llama-3.1-8b", Phase::kDecode}, device_named("h100-sxm5"));
  const Node& root = text.json->root();
  for (const char* key : {"schema_version", "tool", "context", "convention", "model", "device", "phase", "warnings",
                          "layers", "totals", "unmodelled"}) {
    INFO(key);
    CHECK(root.find(key) != nullptr);
  }
  for (const char* key :
       {"name", "op", "block", "category", "repeat", "parameters", "macs", "flops", "bytes_read", "bytes_written",
        "arithmetic_intensity", "time_s", "time_p10_s", "time_p90_s", "share", "bound", "ridge_point", "fused_from"}) {
    INFO(key);
    for (const Node& layer : root.find("layers")->items) CHECK(layer.find(key) != nullptr);
  }
  const Node& totals = *root.find("totals");
  for (const char* key : {"parameters", "active_parameters", "macs", "flops", "bytes_read", "bytes_written", "time_s",
                          "time_p10_s", "time_p90_s"}) {
    INFO(key);
    CHECK(totals.find(key) != nullptr);
  }
  double parts = 0;
  const Node& memory = *totals.find("memory");
  for (const char* key :
       {"weights_bytes", "activations_bytes", "gradients_bytes", "optimizer_bytes", "kv_cache_bytes", "tables_bytes"}) {
    INFO(key);
    REQUIRE(memory.find(key) != nullptr);
    parts += memory.find(key)->real;
  }
  CHECK(memory.find("total_bytes")->real == parts);
}

TEST_CASE("the largest rows come first and one row stands for the others", "[report]") {
  const Estimate e = estimate_of({"resnet50"}, device_named("h100-sxm5"));
  const std::vector<LayerEstimate> rows = rows_of(e, {.top = 5});
  REQUIRE(rows.size() == 6);
  CHECK(rows.back().name == std::to_string(e.rows.size() - 5) + " others");
  for (std::size_t i = 1; i < 5; ++i) CHECK(rows[i - 1].total.time >= rows[i].total.time);
  CHECK(rows_of(e, {.top = 1000}).size() == e.rows.size());
}

TEST_CASE("grouped rows add up to the same total", "[report]") {
  const Estimate e = estimate_of({"llama-3.1-8b", Phase::kTraining}, device_named("h100-sxm5"));
  for (const By by : {By::kLayer, By::kBlock, By::kOp, By::kCategory}) {
    for (const std::size_t top : {0, 2}) {
      Amounts sum;
      double kernels = 0;
      for (const LayerEstimate& row : rows_of(e, {.by = by, .top = top})) {
        sum += row.total;
        kernels += row.kernels;
      }
      for (auto member : kAmountMembers) CHECK(sum.*member == e.total.*member);
      double all = 0;
      for (const LayerEstimate& row : e.rows) all += row.kernels;
      CHECK(kernels == all);
    }
  }
}

}  // namespace
}  // namespace ridgepoint
