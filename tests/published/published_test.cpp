// Every model of models/ against the numbers that others have published for it, which its file carries.

#include <cmath>
#include <filesystem>
#include <set>

#include "tests/catch.hpp"
#include "tests/families/counting.hpp"
#include "tests/places.hpp"

namespace ridgepoint {
namespace {

std::set<std::string> model_names() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_root().string() + "/models")) {
    names.insert(entry.path().stem().string());
  }
  return names;
}

// The run that a number was published for: "at", and over it "parameters_at" or "macs_at" where the publisher counted
// the two in different states of the network.
Attributes run_of(const Node& published, const std::string& number) {
  Attributes set;
  for (const std::string& key : {std::string("at"), number + "_at"}) {
    const Node* at = published.find(key);
    if (at == nullptr) continue;
    for (const Node& item : at->items) set.push_back({item.key, item.integer});
  }
  return set;
}

double active_parameters_of(const Network& network) {
  double count = 0;
  for (const Layer& layer : network.layers) count += active_parameter_count(layer) * static_cast<double>(layer.copies);
  return count;
}

double table_rows(const Network& network) {
  double rows = 0;
  for (const Layer& layer : network.layers) {
    if (const auto* bag = std::get_if<EmbeddingBag>(&layer.op)) {
      for (const std::int64_t table : bag->tables) rows += static_cast<double>(table);
    }
    const auto* table = std::get_if<Embedding>(&layer.op);
    if (table != nullptr && table->sparse && layer.tied_to < 0) rows += static_cast<double>(table->rows);
  }
  return rows;
}

// A number published in whole units of `rounding` agrees when ours rounds to it, without what the publisher leaves out.
// Where the file says why ours differs, it may do so by half a percent.
void expect_published(const Node& published, const std::string& key, double ours) {
  const Node* value = published.find(key);
  if (value == nullptr) return;
  const Node* rounding = published.find(key + "_rounding");
  if (const Node* left_out = published.find(key + "_left_out")) {
    CHECK(published.find(key + "_convention") != nullptr);
    ours -= left_out->real;
  }
  INFO(key << ": published " << value->real << ", ours " << ours);
  const double allowed = published.find(key + "_difference") != nullptr ? 0.005 * value->real : 0;
  CHECK(std::abs(ours - value->real) <= std::max(allowed, rounding == nullptr ? 0 : rounding->real / 2));
}

TEST_CASE("every model agrees with its published numbers", "[published]") {
  const std::set<std::string> names = model_names();
  CHECK(names.size() >= 100);
  for (const std::string& name : names) {
    INFO(name);
    const auto document = model_document(name);
    CHECK(document->root().find("name")->text == name);
    const Node* published = document->root().find("published");
    REQUIRE(published != nullptr);
    REQUIRE(published->find("source") != nullptr);
    REQUIRE((published->find("parameters") != nullptr || published->find("table_rows") != nullptr ||
             published->find("none") != nullptr));
    const Network network = network_of(name, run_of(*published, "parameters"));
    expect_published(*published, "parameters", parameters_of(network));
    expect_published(*published, "active_parameters", active_parameters_of(network));
    expect_published(*published, "macs", macs_of(network_of(name, run_of(*published, "macs"))));
    expect_published(*published, "table_rows", table_rows(network));
  }
}

TEST_CASE("every model says what it is and where it is from", "[published]") {
  for (const std::string& name : model_names()) {
    INFO(name);
    Attributes none;
    const Description description = load_model(model_document(name), none);
    CHECK(!description.summary.empty());
    CHECK(!description.source.empty());
    CHECK(description.precision.activations.has_value());
  }
}

TEST_CASE("every model runs in each of its phases", "[published]") {
  for (const std::string& name : model_names()) {
    Attributes none;
    for (const Phase phase : phases_of(load_model(model_document(name), none))) {
      const Network network = network_of(name, {}, phase);
      INFO(name << " " << ridgepoint::name(phase));
      CHECK(macs_of(network) > 0);
      CHECK(parameters_of(network) == parameters_of(network_of(name)));
    }
  }
}

}  // namespace
}  // namespace ridgepoint
