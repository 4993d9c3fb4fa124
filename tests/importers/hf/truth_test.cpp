// Configs that are about, against the number of parameters that was published for each.

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <regex>

#include "io/csv.hpp"
#include "tests/importers/importing.hpp"
#include "tests/places.hpp"

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

// Numbers of values that the notes say files hold besides parameters, or less than them.
std::vector<double> noted_values(const Description& description) {
  struct Noted {
    const char* words;
    double sign;
  };
  const std::vector<Noted> kinds{{"hold ([0-9]+) scales", 1},
                                 {"hold ([0-9]+) values less", -1},
                                 {"not counted: ([0-9]+) parameters", 1},
                                 {"; ([0-9]+) scales of theirs", 1},
                                 {"; ([0-9]+) values packed", -1},
                                 {"copies of the embedding and of the head with them, ([0-9]+) values", 2},
                                 {"may hold its ([0-9]+) values twice", 1},
                                 {"hold ([0-9]+) values of causal masks", 1}};
  std::vector<double> values;
  for (const Noted& kind : kinds) {
    for (const std::string& note : description.notes) {
      std::smatch match;
      if (std::regex_search(note, match, std::regex(kind.words))) values.push_back(kind.sign * std::stod(match[1]));
    }
  }
  return values;
}

// Whether some of the noted values make up the difference.
bool explained(double difference, const std::vector<double>& values) {
  for (std::size_t some = 0; some < (std::size_t{1} << values.size()); ++some) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += (some >> i & 1U) != 0 ? values[i] : 0;
    if (sum == difference) return true;
  }
  return false;
}

// Published counts that nothing in their config explains: of weights that are packed though the config does not say so
// (NVFP4), of a checkpoint whose list of unquantized modules the config leaves out (MiMo), of files that a second
// source contradicts (Qwen), of buffers and of layers that the library's class has not (DeepSeek-V4, GLM-5: one vector
// a layer).
bool is_unexplained(const std::string& file) {
  const std::vector<std::string> files{"nvidia--GLM-5-NVFP4",
                                       "nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4",
                                       "nvidia--NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4",
                                       "XiaomiMiMo--MiMo-V2-Flash",
                                       "deepseek-ai--DeepSeek-V4-Flash",
                                       "deepseek-ai--DeepSeek-V4-Pro",
                                       "zai-org--GLM-5-FP8"};
  return std::any_of(files.begin(), files.end(),
                     [&](const auto& name) { return file.find(name) != std::string::npos; });
}

bool is_partial(const Description& description) {
  return std::any_of(description.warnings.begin(), description.warnings.end(), [](const std::string& warning) {
    return warning.find("only the decoder is read") != std::string::npos;
  });
}

TEST_CASE("configs have their published parameters, or an unknown type", "[importers][hf]") {
  const fs::path truth = source_root().parent_path() / "shared" / "truth";
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
    if (is_unexplained(file) || is_partial(description)) continue;
    const double count = parameters_of(instantiate(description, {.phase = Phase::kInference}));
    for (const std::string& published : counts_of(table, row)) {
      const double difference = std::stod(published) + left_out(published) - count;
      INFO(fmt::format("{} counted, {} published, {:+.0f}", count, published, difference));
      CHECK(explained(difference, noted_values(description)));
      ++agreed;
    }
  }
  INFO(fmt::format("{} counts agree, {} configs are of an unknown type", agreed, unknown));
  CHECK(agreed >= 50);
}

}  // namespace
}  // namespace ridgepoint
