// Schemas against what the tool writes and reads, checked by a validator that is not ours.

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // false, in the validator's adapter
#endif

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "core/text.hpp"
#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kRoot = RIDGEPOINT_TEST_SOURCE_DIR;

class Validator {
 public:
  explicit Validator(const std::string& subject) {
    const Outcome outcome = run_binary("schema " + subject);
    REQUIRE(outcome.code == 0);
    document_ = json::parse(outcome.out);
    const valijson::adapters::NlohmannJsonAdapter adapter(document_);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, schema_);
  }

  // The first complaint, or "".
  [[nodiscard]] std::string complaint(const json& value) const {
    valijson::Validator validator;
    valijson::ValidationResults results;
    const valijson::adapters::NlohmannJsonAdapter target(value);
    if (validator.validate(schema_, target, &results)) return "";
    valijson::ValidationResults::Error error;
    results.popError(error);
    std::string place;
    for (const std::string& step : error.context) place += step;
    return place + ": " + error.description;
  }

  [[nodiscard]] const json& document() const { return document_; }

 private:
  json document_;
  valijson::Schema schema_;
};

json analysis_of(const std::string& words) {
  const Outcome outcome = run_binary("analyze " + words + " --format json");
  CAPTURE(outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

TEST_CASE("what analyze writes as JSON is as the schema says", "[schema]") {
  const Validator validator("analysis");
  for (const std::string words :
       {"gcn-ogbn-arxiv --hw h100-sxm5", "llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 8192",
        "resnet50 --hw t4 --phase training --by op --top 3", "dlrm --hw a100-sxm4-80gb --mode roofline"}) {
    CAPTURE(words);
    CHECK(validator.complaint(analysis_of(words)) == "");
  }
}

// Every member, at every depth: taken away, it is missed; with another name, it is not known.
void expect_strict(const Validator& validator, json& whole, json& object) {
  const std::vector<std::string> optional{
      "passes", "groups", "kv_cache_bytes_per_sequence", "kv_cache_bytes_per_token", "largest_batch", "largest_kv_len"};
  const json all = object;
  for (const auto& member : all.items()) {
    CAPTURE(member.key());
    const json kept = object.at(member.key());
    object.erase(member.key());
    const bool may_miss = std::find(optional.begin(), optional.end(), member.key()) != optional.end();
    CHECK((validator.complaint(whole) == "") == may_miss);
    object[member.key() + "x"] = kept;
    CHECK(validator.complaint(whole) != "");
    object.erase(member.key() + "x");
    object[member.key()] = json::array({json::object()});
    CHECK(validator.complaint(whole) != "");
    object[member.key()] = kept;
  }
}

TEST_CASE("the schema of an analysis knows every member", "[schema]") {
  const Validator validator("analysis");
  json whole = analysis_of("gpt2 --hw h100-sxm5 --phase decode --top 1");
  expect_strict(validator, whole, whole);
  expect_strict(validator, whole, whole["layers"][0]);
  expect_strict(validator, whole, whole["totals"]);
  expect_strict(validator, whole, whole["totals"]["memory"]);
  expect_strict(validator, whole, whole["totals"]["by_category"]["matmul"]);
  expect_strict(validator, whole, whole["context"]["precision"]);
  expect_strict(validator, whole, whole["advice"][0]);
  whole["layers"][0]["bound"] = "gravity";
  CHECK(validator.complaint(whole) != "");
}

TEST_CASE("the devices and models that come with the tool are as the schemas say", "[schema]") {
  const std::array<std::pair<std::string, std::string>, 2> folders{{{"device", "hwspecs"}, {"network", "models"}}};
  for (const auto& [subject, folder] : folders) {
    const Validator validator(subject);
    for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
      if (entry.path().extension() != ".json") continue;
      CAPTURE(entry.path().filename().string());
      CHECK(validator.complaint(json::parse(text_of_file(entry.path()))) == "");
    }
  }
}

// "expected a, b or c" of the message on an unknown member.
std::set<std::string> keys_that_the_reader_knows(const std::string& subject, const json& whole) {
  const Outcome outcome = run_binary(std::vector<std::string>{"check", "-"}, {.input = whole.dump()});
  CAPTURE(subject, outcome.err);
  REQUIRE(outcome.code == 1);
  const std::size_t start = outcome.err.find("expected ");
  REQUIRE(start != std::string::npos);
  std::string line = outcome.err.substr(start + 9, outcome.err.find('\n', start) - start - 9);
  if (const std::size_t last = line.rfind(" or "); last != std::string::npos) line.replace(last, 4, ", ");
  std::set<std::string> keys;
  for (std::size_t from = 0; from < line.size();) {
    const std::size_t comma = std::min(line.find(", ", from), line.size());
    keys.insert(line.substr(from, comma - from));
    from = comma + 2;
  }
  return keys;
}

std::set<std::string> keys_of(const json& properties) {
  std::set<std::string> keys;
  for (const auto& member : properties.items()) keys.insert(member.key());
  return keys;
}

// At this place of a valid document, the reader and the schema know the same members.
void expect_agreement(const Validator& validator, json whole, const std::string& place, const std::string& schema) {
  CAPTURE(place, schema);
  REQUIRE(validator.complaint(whole) == "");
  whole.at(json::json_pointer(place))["no such key"] = 1;
  CHECK(validator.complaint(whole) != "");
  CHECK(keys_that_the_reader_knows(place, whole) ==
        keys_of(validator.document().at(json::json_pointer(schema + "/properties"))));
}

TEST_CASE("the reader of devices and the schema know the same members", "[schema]") {
  const Validator validator("device");
  json device = json::parse(text_of_file(kRoot / "hwspecs" / "l4.json"));
  const std::string sheet = "/properties/datasheet/properties";
  expect_agreement(validator, device, "", "");
  expect_agreement(validator, device, "/datasheet", "/properties/datasheet");
  expect_agreement(validator, device, "/datasheet/compute_units", sheet + "/compute_units");
  expect_agreement(validator, device, "/datasheet/clock_hz", sheet + "/clock_hz");
  expect_agreement(validator, device, "/datasheet/matrix/bf16", sheet + "/matrix/additionalProperties");
  expect_agreement(validator, device, "/datasheet/special_function", sheet + "/special_function");
  expect_agreement(validator, device, "/datasheet/memory", sheet + "/memory");
  expect_agreement(validator, device, "/datasheet/memory/dram", sheet + "/memory/properties/dram");
  expect_agreement(validator, device, "/datasheet/links/pcie", sheet + "/links/additionalProperties");
}

json small_network() {
  return json::parse(R"({"name": "n", "precision": {"activations": "bf16"}, "inputs": {"x": {"shape": [1, 8]}},
    "blocks": {"b": {"parameters": {"width": null, "more": 2}, "layers": [{"op": "relu"}]}},
    "layers": [{"op": "linear", "name": "first", "out_features": 8, "precision": {"weights": "int8"}},
               {"block": "b", "width": 3, "repeat": 2}]})");
}

TEST_CASE("the reader of networks and the schema know the same members", "[schema]") {
  const Validator validator("network");
  const json network = small_network();
  expect_agreement(validator, network, "", "/else");
  expect_agreement(validator, network, "/precision", "/definitions/precision");
  expect_agreement(validator, network, "/inputs/x", "/else/properties/inputs/additionalProperties");
  expect_agreement(validator, network, "/blocks/b", "/else/properties/blocks/additionalProperties");
  expect_agreement(validator, network, "/layers/0/precision", "/definitions/layer/properties/precision");
}

TEST_CASE("a layer has the attributes of its op, in the schema as for the reader", "[schema]") {
  const Validator validator("network");
  json network = small_network();
  for (const auto& [key, wrong] : std::initializer_list<std::pair<std::string, json>>{
           {"out_feature", 8}, {"op", "linea"}, {"block", "b"}, {"tied", 3}, {"bias", json::object()}}) {
    CAPTURE(key);
    json changed = network;
    changed["layers"][0][key] = wrong;
    CHECK(validator.complaint(changed) != "");
    CHECK(run_binary(std::vector<std::string>{"check", "-"}, {.input = changed.dump()}).code == 1);
  }
  network["layers"][0].erase("out_features");
  CHECK(validator.complaint(network) != "");
}

TEST_CASE("schema of something else is an error that names the three", "[schema]") {
  const Outcome outcome = run_binary("schema networks");
  CHECK(outcome.code == 1);
  CHECK(outcome.err.find("network, device or analysis") != std::string::npos);
  CHECK(outcome.err.find("did you mean \"network\"?") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
