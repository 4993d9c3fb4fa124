// Exports of PyTorch without their weights, against what PyTorch counts: tests/oracle/onnx_export.py made both.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/mapped_file.hpp"
#include "tests/importers/onnx/imported.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
const fs::path kFixtures = fs::path(RIDGEPOINT_TEST_SOURCE_DIR) / "tests" / "importers" / "onnx" / "exports";

/// A line of golden.csv. `held` are the parameters that the file holds; no `macs` where PyTorch does not count them
/// all.
struct Export {
  std::string file;
  double held = 0;
  std::optional<double> macs;
  Attributes set;
};

Attributes settings(const std::string& text) {
  Attributes list;
  std::stringstream stream(text);
  for (std::string pair; std::getline(stream, pair, ';');) {
    const std::size_t equals = pair.find('=');
    if (equals != std::string::npos)
      list.push_back({pair.substr(0, equals), Value(std::int64_t{std::stoll(pair.substr(equals + 1))})});
  }
  return list;
}

std::vector<Export> exports() {
  std::ifstream table(kFixtures / "golden.csv");
  std::vector<Export> list;
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::stringstream cells(line);
    std::string file;
    std::string parameters;
    std::string held;
    std::string macs;
    std::string set;
    std::getline(cells, file, ',');
    std::getline(cells, parameters, ',');
    std::getline(cells, held, ',');
    std::getline(cells, macs, ',');
    std::getline(cells, set, ',');
    list.push_back(
        {file, std::stod(held), macs.empty() ? std::nullopt : std::optional(std::stod(macs)), settings(set)});
  }
  return list;
}

Imported imported(const Export& e, bool patterns) {
  const MappedFile file((kFixtures / e.file).string());
  return import_bytes(std::string(file.bytes()), e.set, patterns);
}

TEST_CASE("exports of PyTorch have the parameters and multiply-adds that it counts", "[onnx]") {
  const std::vector<Export> list = exports();
  REQUIRE(list.size() >= 80);
  for (const Export& e : list) {
    INFO(e.file);
    const Imported model = imported(e, true);
    CHECK(parameters_of(model.network) == e.held);
    if (e.macs) CHECK(std::abs(product_macs(model.network) - *e.macs) <= 1e-3 * *e.macs);
    CHECK(model.description.unmodelled.empty());
  }
}

TEST_CASE("patterns change no parameter and no multiply-add", "[onnx]") {
  for (const Export& e : exports()) {
    INFO(e.file);
    const Imported raw = imported(e, false);
    const Imported model = imported(e, true);
    CHECK(parameters_of(raw.network) == e.held);
    CHECK(product_macs(raw.network) == product_macs(model.network));
    const bool has_operator = e.file.find(".dynamo23.") != std::string::npos;
    CHECK((raw.ops()["attention"] > 0) == has_operator);
  }
}

TEST_CASE("a transformer is recognised in its export", "[onnx]") {
  struct Case {
    std::string file;
    std::map<std::string, int> ops;
  };
  const std::vector<Case> cases{
      {"bert.dynamic.onnx", {{"attention", 2}, {"gelu", 2}, {"layer_norm", 5}, {"softmax", 0}, {"erf", 0}}},
      {"llama.dynamic.onnx", {{"attention", 2}, {"silu", 2}, {"rms_norm", 5}, {"rope", 4}, {"softmax", 0}}},
      {"qwen3.dynamic.onnx", {{"attention", 2}, {"silu", 2}, {"rms_norm", 9}, {"rope", 4}}},
      {"gpt2.dynamic.onnx", {{"attention", 2}, {"gelu_tanh", 2}, {"layer_norm", 5}}},
      {"t5.dynamic.onnx", {{"attention", 6}, {"rms_norm", 12}}},
      {"llama.dynamo.onnx", {{"attention", 2}, {"silu", 2}, {"rms_norm", 5}, {"rope", 4}}},
  };
  const std::vector<Export> list = exports();
  for (const Case& c : cases) {
    INFO(c.file);
    const auto found = std::find_if(list.begin(), list.end(), [&](const Export& e) { return e.file == c.file; });
    REQUIRE(found != list.end());
    std::map<std::string, int> ops = imported(*found, true).ops();
    for (const auto& [op, count] : c.ops) {
      INFO(op);
      CHECK(ops[op] == count);
    }
  }
}

TEST_CASE("heads that share keys stay grouped", "[onnx]") {
  const Imported model = imported({"llama.dynamic.onnx", 0, {}, settings("batch=1;seq=16")}, true);
  for (const Layer& layer : model.network.layers) {
    if (const auto* attention = std::get_if<FusedAttention>(&layer.op)) {
      CHECK(attention->heads == 4);
      CHECK(attention->kv_heads == 2);
    }
  }
}

TEST_CASE("open sizes are parameters, whatever the run", "[onnx]") {
  const Export bert{"bert.dynamic.onnx", 0, {}, settings("batch=1;seq=16")};
  const Imported once = imported(bert, true);
  for (const auto& [batch, seq] : std::vector<std::pair<std::int64_t, std::int64_t>>{{8, 16}, {3, 40}}) {
    const Attributes set{{"batch", Value(batch)}, {"seq", Value(seq)}};
    const Network direct = imported({"bert.dynamic.onnx", 0, {}, set}, true).network;
    const Network later =
        instantiate(once.description, {.phase = Phase::kInference, .parameters = set, .precision = {}});
    CHECK(product_macs(direct) == product_macs(later));
    CHECK(parameters_of(direct) == parameters_of(later));
    REQUIRE(direct.tensors.size() == later.tensors.size());
    for (std::size_t i = 0; i < direct.tensors.size(); ++i) CHECK(direct.tensors[i].type == later.tensors[i].type);
  }
}

TEST_CASE("networks of the truth data have their published parameters", "[onnx]") {
  const fs::path truth = fs::path(RIDGEPOINT_TEST_SOURCE_DIR).parent_path() / "shared" / "truth" / "onnx";
  if (!fs::exists(truth)) {
    WARN("skipped: no ../shared/truth/onnx");
    return;
  }
  const std::map<std::string, double> published{{"light_resnet50.onnx", 25557032}, {"light_vgg19.onnx", 143667240}};
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(truth)) {
    if (entry.path().extension() != ".onnx") continue;
    INFO(entry.path().filename().string());
    const MappedFile file(entry.path().string());
    const Imported model = import_bytes(std::string(file.bytes()));
    CHECK(model.description.unmodelled.empty());
    const auto count = published.find(entry.path().filename().string());
    if (count != published.end()) CHECK(parameters_of(model.network) == count->second);
    ++files;
  }
  CHECK(files >= 40);
}

}  // namespace
}  // namespace ridgepoint
