// Every op beside PyTorch: parameters, output shapes and FLOPs of random shapes, which tests/oracle/generate.py asked
// it for and wrote down.

#include <set>

#include "tests/oracle/golden.hpp"

namespace ridgepoint {
namespace {

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
