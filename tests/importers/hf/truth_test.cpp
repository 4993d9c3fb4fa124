// Configs that are about, against the number of parameters that was published for each.

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "io/csv.hpp"
#include "tests/importers/importing.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;

std::string field(const CsvTable& table, const CsvRow& row, std::string_view name) {
  const int column = table.column(name);
  REQUIRE(column >= 0);
  return row.fields[static_cast<std::size_t>(column)];
}

// The counts that must hold: what a second source says and what was computed from the weights' shapes; the sum over
// the published files only where it was found to be the network's, for files may hold scales and buffers too.
std::vector<std::string> counts_of(const CsvTable& table, const CsvRow& row) {
  std::vector<std::string> counts;
  for (const char* name : {"published_params_2", "recomputed_params"}) {
    if (const std::string count = field(table, row, name); !count.empty()) counts.push_back(count);
  }
  const bool exact = field(table, row, "match") == "exact";
  const std::string published = field(table, row, "published_params");
  if (!published.empty() && (exact || counts.empty())) counts.push_back(published);
  return counts;
}

// What a published count leaves out of the network. OPT: one source has no two extra rows of positions, another counts
// matrices and the table of tokens only, without positions, biases and norms (13 vectors a layer and 2).
double left_out(const std::string& published) {
  static const std::map<std::string, double> counts{{"125237760", 2 * 768.0},
                                                    {"123543552", (2050 + 13 * 12 + 2) * 768.0},
                                                    {"6648365056", (2050 + 13 * 32 + 2) * 4096.0}};
  const auto found = counts.find(published);
  return found == counts.end() ? 0 : found->second;
}

TEST_CASE("configs have their published parameters, or an unknown type", "[importers][hf]") {
  const fs::path truth = fs::path(RIDGEPOINT_TEST_SOURCE_DIR).parent_path() / "shared" / "truth";
  if (!fs::exists(truth / "hf_configs.csv")) {
    WARN("skipped: no ../shared/truth/hf_configs.csv");
    return;
  }
  const CsvTable table = read_csv((truth / "hf_configs.csv").string());
  std::size_t agreed = 0;
  std::size_t unknown = 0;
  for (const CsvRow& row : table.rows) {
    const std::string file = field(table, row, "file");
    INFO(file);
    const std::string path = (truth / "hf_configs" / file).string();
    const std::string said = message_of([&] { return imported(path); });
    if (said != "(nothing thrown)") {
      const bool type = said.find("error: unknown model_type") != std::string::npos ||
                        said.find("error: missing key \"model_type\"") != std::string::npos;
      CHECK(said == (type ? said : "the type is unknown"));
      ++unknown;
      continue;
    }
    const Description description = imported(path);
    const double count = parameters_of(instantiate(description, {.phase = Phase::kInference}));
    for (const std::string& published : counts_of(table, row)) {
      CHECK(count == std::stod(published) + left_out(published));
      ++agreed;
    }
  }
  INFO(fmt::format("{} counts agree, {} configs are of an unknown type", agreed, unknown));
  CHECK(agreed >= 50);
}

}  // namespace
}  // namespace ridgepoint
