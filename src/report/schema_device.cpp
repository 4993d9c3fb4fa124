#include "hardware/device.hpp"
#include "report/schema.hpp"
#include "report/schema_building.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kFlopRate = "FLOP/s";
constexpr std::string_view kByteRate = "byte/s";

// Every value of a data sheet names its source: a key of "sources", or several.
Json source() {
  return described({{"anyOf", {text_schema(), list_schema(text_schema())}}}, "a key of \"sources\", or several");
}

Json sourced_value(std::string_view unit, std::string_view meaning) {
  return described(strict_object({{"value", positive_schema(unit)}, {"source", source()}}, {"value", "source"}),
                   meaning);
}

Json peaks() {
  Json peak = strict_object({{"flops_per_s", described(positive_schema(kFlopRate), "dense peak")},
                             {"lanes_per_unit", described(integer_schema(0), "results per clock and compute unit")},
                             {"source", source()}},
                            {"flops_per_s", "source"});
  Json schema = map_schema(std::move(peak));
  schema["propertyNames"] = words_schema(arithmetic_formats());
  return schema;
}

Json level(bool needs_bandwidth = false) {
  Json schema = strict_object({{"capacity_bytes", positive_schema("byte")},
                               {"bandwidth_bytes_per_s", positive_schema(kByteRate)},
                               {"source", source()}},
                              {"source"});
  if (needs_bandwidth) schema["required"].push_back("bandwidth_bytes_per_s");
  return schema;
}

Json memory() {
  return strict_object({{"dram", described(level(true), "device memory")},
                        {"l1", level()},
                        {"l2", level()},
                        {"llc", described(level(), "the last cache, where that is not the l2")}},
                       {"dram"});
}

Json links() {
  return map_schema(strict_object(
      {{"bandwidth_bytes_per_s", described(positive_schema(kByteRate), "in each direction")}, {"source", source()}},
      {"bandwidth_bytes_per_s", "source"}));
}

Json datasheet() {
  return strict_object(
      {{"compute_units", strict_object({{"count", integer_schema(1)}, {"source", source()}}, {"count", "source"})},
       {"clock_hz", sourced_value("Hz", "boost clock")},
       {"matrix_clock_hz", sourced_value("Hz", "clock of the matrix units, where it is another one")},
       {"matrix", described(peaks(), "matrix units: dense peak of each format")},
       {"vector", described(peaks(), "vector units: peak of each format")},
       {"special_function",
        strict_object(
            {{"ops_per_s", positive_schema("1/s")}, {"per_unit_per_clock", integer_schema(0)}, {"source", source()}},
            {"ops_per_s", "source"})},
       {"memory", memory()},
       {"shared_memory_per_unit_bytes", sourced_value("byte", "shared memory of a compute unit")},
       {"links", described(links(), "nvlink, pcie ...")},
       {"tdp_w", sourced_value("W", "thermal design power")}},
      {"memory"});
}

// A calibration is written by `ridgepoint calibrate`; its parameters are checked when it is read.
Json calibration() {
  return described({{"type", "object"}, {"required", {"tool", "device", "samples", "sources", "entries"}}},
                   "fitted parameters, written by `ridgepoint calibrate`");
}

}  // namespace

std::string device_schema() {
  return json_text(titled("ridgepoint device",
                          strict_object({{"schema_version", {{"const", 1}}},
                                         {"name", text_schema()},
                                         {"summary", text_schema()},
                                         {"vendor", text_schema()},
                                         {"architecture", text_schema()},
                                         {"kind", words_schema(kDeviceKinds)},
                                         {"sources", described(map_schema(text_schema()), "where values are from")},
                                         {"notes", list_schema(text_schema())},
                                         {"datasheet", datasheet()},
                                         {"calibration", calibration()}},
                                        {"schema_version", "name", "kind", "sources", "datasheet"})));
}

}  // namespace ridgepoint
