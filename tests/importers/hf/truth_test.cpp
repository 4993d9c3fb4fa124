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

/// What a note says that files hold besides parameters (or less than them), by a name of its own.
struct Noted {
  std::string_view name;
  const char* words;
  double sign;
};

const std::vector<Noted>& noted_kinds() {
  static const std::vector<Noted> kinds{
      {"scales", "hold ([0-9]+) scales", 1},
      {"packed", "hold ([0-9]+) values less", -1},
      {"experts by word", "hold ([0-9]+) numbers of experts by word", 1},
      {"mtp", "not counted: ([0-9]+) parameters", 1},
      {"mtp packed", "; ([0-9]+) values packed into others", -1},
      {"mtp scales", "; ([0-9]+) scales of theirs", 1},
      {"mtp tables", "copies of the embedding and of the head with them, ([0-9]+) values", 2},
      {"tied head", "may hold its ([0-9]+) values twice", 1},
      {"masks", "hold ([0-9]+) values of causal masks", 1}};
  return kinds;
}

// The published counts that are not those of the parameters alone, and what the tool's notes must name to explain each:
// exactly these quantities, all of them.
struct Explained {
  std::string_view file;
  std::vector<std::string_view> by;
};

std::vector<std::string_view> explanation_of(const std::string& file) {
  static const std::vector<Explained> rows{
      {"MiniMax-M2.5", {"scales"}},
      {"Qwen3.5-397B-A17B", {"mtp"}},
      {"DeepSeek-V3.2", {"scales", "mtp", "mtp scales", "mtp tables"}},
      {"gemma-4-26B-A4B", {"tied head"}},
      {"Gemma-4-31B-IT-NVFP4", {"packed"}},
      {"Nemotron-3-Super-120B-A12B-FP8", {"mtp"}},
      {"GLM-5-FP8", {"scales", "mtp", "mtp scales"}},
      {"deepseek-ai--DeepSeek-V4", {"scales", "packed", "experts by word", "mtp", "mtp scales", "mtp packed"}},
  };
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return file.find(row.file) != std::string::npos; });
  return found == rows.end() ? std::vector<std::string_view>{} : found->by;
}

// The number that the notes give for a quantity; nothing where no note names it.
std::optional<double> noted(const Description& description, std::string_view name) {
  for (const Noted& kind : noted_kinds()) {
    if (kind.name != name) continue;
    for (const std::string& note : description.notes) {
      std::smatch match;
      if (std::regex_search(note, match, std::regex(kind.words))) return kind.sign * std::stod(match[1]);
    }
  }
  return std::nullopt;
}

// Published counts that nothing in their config explains: of weights that are packed though the config does not say so
// (NVFP4: the tool warns that the name says it), and of a checkpoint whose list of unquantized modules the config
// leaves out (MiMo: without the scales of all o_proj, and with the sinks of nine layers, it is exact).
bool is_unexplained(const std::string& file) {
  const std::vector<std::string> files{"nvidia--GLM-5-NVFP4", "nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4",
                                       "nvidia--NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4", "XiaomiMiMo--MiMo-V2-Flash"};
  return std::any_of(files.begin(), files.end(),
                     [&](const auto& name) { return file.find(name) != std::string::npos; });
}

bool warns_of_name(const Description& description) {
  return std::any_of(description.warnings.begin(), description.warnings.end(), [](const std::string& warning) {
    return warning.find("the name says NVFP4 and the config has no quantization_config") == 0;
  });
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
    if (is_unexplained(file)) CHECK(warns_of_name(description) == (file.find("NVFP4") != std::string::npos));
    if (is_unexplained(file) || is_partial(description)) continue;
    const double count = parameters_of(instantiate(description, {.phase = Phase::kInference}));
    for (const std::string& published : counts_of(table, row)) {
      double expected = count - left_out(published);
      for (const std::string_view name : explanation_of(file)) {
        INFO(name);
        const auto value = noted(description, name);
        CHECK(value.has_value());
        expected += value.value_or(0);
      }
      INFO(fmt::format("{} counted, {} published", count, published));
      CHECK(expected == std::stod(published));
      ++agreed;
    }
  }
  INFO(fmt::format("{} counts agree, {} configs are of an unknown type", agreed, unknown));
  CHECK(agreed >= 50);
}

}  // namespace
}  // namespace ridgepoint
