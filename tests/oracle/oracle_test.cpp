// Every op beside PyTorch: parameters, output shapes and FLOPs of random shapes, which tests/oracle/generate.py asked
// it for and wrote down.

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "network/binding.hpp"
#include "tests/catch.hpp"
#include "tests/ops/sites.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(RIDGEPOINT_TEST_SOURCE_DIR) / "tests" / "oracle" / "golden";

// One line of a golden file.
struct OracleCase {
  OpCase op;
  double parameters = 0;
  std::vector<Shape> outputs;
  bool counted = true;  ///< whether torch.utils.flop_counter knows the function
  double forward = 0;
  double backward = 0;
};

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

Shape shape_of(const std::string& text) {
  std::vector<std::int64_t> extents;
  for (const std::string& part : parts_of(text, 'x')) extents.push_back(std::stoll(part));
  return Shape(std::move(extents));
}

TensorType tensor_of(const std::string& text) {
  if (text.front() == 'i') return {shape_of(text.substr(1)), DType::kInt64};
  return {shape_of(text), DType::kFp32};
}

Value value_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (text.front() == '[') {
    std::vector<Value> list;
    for (const std::string& part : parts_of(text.substr(1, text.size() - 2), ',')) list.push_back(value_of(part));
    return list;
  }
  const bool number = text.find_first_not_of("-0123456789.e") == std::string::npos;
  if (!number) return text;
  if (text.find_first_of(".e") != std::string::npos) return std::stod(text);
  return static_cast<std::int64_t>(std::stoll(text));
}

Op op_of(const std::string& name, const std::string& attributes) {
  Item item;
  item.op = name;
  for (const std::string& part : parts_of(attributes, ' ')) {
    const std::size_t equals = part.find('=');
    item.attributes.push_back({part.substr(0, equals), value_of(part.substr(equals + 1))});
  }
  GlobalScope globals({});
  Scope scope(globals);
  return bind_op(item, scope);
}

OracleCase case_of(const std::string& line) {
  const std::vector<std::string> cells = parts_of(line, '|');
  REQUIRE(cells.size() == 7);
  OracleCase c{.op = {op_of(cells[0], cells[1]), {}}};
  for (const std::string& input : parts_of(cells[2], ' ')) c.op.inputs.push_back(tensor_of(input));
  c.parameters = std::stod(cells[3]);
  for (const std::string& output : parts_of(cells[4], ' ')) c.outputs.push_back(shape_of(output));
  if (cells[4].empty()) c.outputs.emplace_back();  // a scalar has no extents to write
  c.counted = cells[5] != "-";
  if (c.counted) {
    c.forward = std::stod(cells[5]);
    c.backward = std::stod(cells[6]);
  }
  return c;
}

// By op, the lines of its golden file.
std::map<std::string, std::vector<std::string>> golden_lines() {
  std::map<std::string, std::vector<std::string>> lines;
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with('#')) lines[entry.path().stem().string()].push_back(line);
    }
  }
  return lines;
}

double learned(const Parameters& parameters) {
  double count = 0;
  for (const Parameter& parameter : parameters) {
    if (parameter.role != ParameterRole::kBuffer) count += static_cast<double>(parameter.count);
  }
  return count;
}

// Where torch.utils.flop_counter departs from the multiply-adds that there are. The weight gradient of a grouped
// convolution is counted as if it had one group. A recurrent layer's first step has no gradient of the state before it,
// which nobody asked for there.
double as_torch_counts(const OpPlace& place) {
  double groups = 1;
  const auto read_groups = [&](const auto& op) {
    if constexpr (requires { std::int64_t{op.groups}; }) groups = static_cast<double>(op.groups);
  };
  if (place.work(Pass::kFprop).macs > 0) std::visit(read_groups, place.op());
  double first_steps = 0;
  for (const Kernel& kernel : place.kernels(Pass::kDgrad)) {
    if (const auto* r = std::get_if<Recurrent>(&kernel)) {
      first_steps += static_cast<double>(r->batch * r->directions * facts(r->cell).gates * r->hidden * r->output());
    }
  }
  return 2 * (place.work(Pass::kDgrad).macs - first_steps + groups * place.work(Pass::kWgrad).macs);
}

void expect_same(const OracleCase& c) {
  const OpPlace place(c.op);
  CHECK(learned(place.parameters()) == c.parameters);
  const Site site = place.site();
  REQUIRE(site.outputs.size() == c.outputs.size());
  for (std::size_t i = 0; i < c.outputs.size(); ++i) CHECK(site.out(i) == c.outputs[i]);
  if (!c.counted) return;
  CHECK(2 * place.work(Pass::kFprop).macs == c.forward);
  CHECK(as_torch_counts(place) == c.backward);
}

TEST_CASE("parameters, shapes and FLOPs are PyTorch's", "[oracle]") {
  const auto golden = golden_lines();
  REQUIRE(golden.size() >= 30);
  for (const auto& [op, lines] : golden) {
    INFO(op);
    CHECK(lines.size() >= 50);
    for (const std::string& line : lines) {
      INFO(line);
      expect_same(case_of(line));
    }
  }
}

// Ops that PyTorch has no module or function for, each with why: one line an op in tests/oracle/without.txt.
std::set<std::string> without_counterpart() {
  std::ifstream file(kGolden.parent_path() / "without.txt");
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with('#') || line.empty()) continue;
    REQUIRE((colon != std::string::npos && colon + 2 < line.size()));
    names.insert(line.substr(0, colon));
  }
  return names;
}

TEST_CASE("every op is compared with PyTorch, or says why not", "[oracle]") {
  const auto golden = golden_lines();
  const std::set<std::string> without = without_counterpart();
  for (const OpEntry& entry : op_entries()) {
    INFO(entry.name << ": add it to tests/oracle/cases.py and generate, or to tests/oracle/without.txt");
    CHECK(golden.contains(std::string(entry.name)) != without.contains(std::string(entry.name)));
  }
}

}  // namespace
}  // namespace ridgepoint
