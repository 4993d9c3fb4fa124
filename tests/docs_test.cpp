// The documentation stays true: its commands run and print what it shows, its descriptions are valid, its references
// are complete. After a change of output, run this test with RIDGEPOINT_UPDATE_DOCS=1 and read the difference.

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cost/attention.hpp"
#include "cost/collective.hpp"
#include "cost/defaults.hpp"
#include "cost/device_file.hpp"
#include "cost/gemm.hpp"
#include "cost/pooled.hpp"
#include "cost/sample.hpp"
#include "families/family.hpp"
#include "hardware/device.hpp"
#include "io/files.hpp"
#include "network/instantiate.hpp"
#include "ops/op.hpp"
#include "report/columns.hpp"
#include "tests/docs/low_rank.hpp"
#include "tests/ops/sites.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

const fs::path kRoot = source_root();
static_assert(IsOp<LowRank>, "the worked example of docs/extending.md");

// The lines of a page, fences included.
struct Page {
  std::string name;
  Lines lines;
};

// A fenced block: its language, the line behind the opening fence and the line of the closing one (from 0).
struct Fence {
  std::string language;
  std::size_t first;
  std::size_t end;
};

Lines split(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string join(const Page& page, const Fence& fence) {
  std::string text;
  for (std::size_t i = fence.first; i < fence.end; ++i) text += page.lines[i] + "\n";
  return text;
}

Page read_page(const fs::path& path) {
  return {path.lexically_relative(kRoot).string(), split(read_file(path.string()))};
}

std::vector<Page> pages() {
  std::vector<Page> list{read_page(kRoot / "README.md")};
  for (const auto& entry : fs::directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") list.push_back(read_page(entry.path()));
  }
  return list;
}

std::vector<Fence> fences(const Page& page) {
  std::vector<Fence> list;
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    if (!page.lines[i].starts_with("```")) continue;
    const std::size_t first = i + 1;
    const std::string language = page.lines[i].substr(3);
    for (i = first; i < page.lines.size() && page.lines[i] != "```"; ++i) {
    }
    list.push_back({language, first, i});
  }
  return list;
}

// The paragraph before a block may name a file to save it as: "... as `my-net.json`:".
std::string file_to_save(const Page& page, const Fence& fence) {
  static const std::regex kSave(R"((.* )?as `([A-Za-z0-9_.-]+)`:$)");
  std::size_t line = fence.first - 1;
  while (line > 0 && page.lines[line - 1].empty()) --line;
  std::smatch match;
  return line > 0 && std::regex_match(page.lines[line - 1], match, kSave) ? match[2].str() : "";
}

struct Outcome {
  int code = -1;
  std::string text;  // both streams, as a terminal shows them
};

Outcome run_shell(const fs::path& folder, const std::string& script) {
  const std::string file = (folder / "block.sh").string();
  write_file(file, script);
  const std::string command = "cd '" + folder.string() + "' && PATH=\"$PWD/build/release:$PATH\" sh -e block.sh 2>&1";
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Outcome outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.text.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

bool calls_the_tool(const std::string& script) {
  static const std::regex kCall(R"((^|[\n|]) *(build/release/)?ridgepoint )");
  return std::regex_search(script, kCall);
}

// A folder that looks like the repository after quickstart.sh, as far as commands see it.
void furnish(const fs::path& folder) {
  fs::create_directories(folder / "build" / "release");
  fs::create_symlink(tested_binary(), folder / "build" / "release" / "ridgepoint");
  for (const char* const part : {"models", "hwspecs", "src", "tests"}) fs::create_symlink(kRoot / part, folder / part);
}

// The `text` block right behind a block of commands, or the end: it shows what they print.
std::vector<Fence>::const_iterator shown_output(const Page& page, const std::vector<Fence>& list,
                                                std::vector<Fence>::const_iterator commands) {
  const auto next = commands + 1;
  if (next == list.end() || next->language != "text") return list.end();
  for (std::size_t i = commands->end + 1; i + 1 < next->first; ++i) {
    if (!page.lines[i].empty()) return list.end();
  }
  return next;
}

void replace(Page& page, const Fence& fence, const std::string& text) {
  const auto at = [&](std::size_t line) { return page.lines.begin() + static_cast<std::ptrdiff_t>(line); };
  const Lines lines = split(text);
  page.lines.insert(page.lines.erase(at(fence.first), at(fence.end)), lines.begin(), lines.end());
  std::string whole;
  for (const std::string& line : page.lines) whole += line + "\n";
  write_file((kRoot / page.name).string(), whole);
}

void check_page(Page page, bool update) {
  const TemporaryFolder folder;
  furnish(folder.path());
  std::vector<Fence> list = fences(page);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fence fence = list[i];
    const std::string script = join(page, fence);
    CAPTURE(page.name, fence.first, script);
    if (const std::string file = file_to_save(page, fence); !file.empty()) write_file(folder.file(file), script);
    if (fence.language != "sh" || !calls_the_tool(script)) continue;
    const Outcome outcome = run_shell(folder.path(), script);
    INFO(outcome.text);
    CHECK(outcome.code == (script.find("# fails") != std::string::npos ? 1 : 0));
    const auto shown = shown_output(page, list, list.begin() + static_cast<std::ptrdiff_t>(i));
    if (shown == list.end()) continue;
    if (update && join(page, *shown) != outcome.text) {
      replace(page, *shown, outcome.text);
      list = fences(page);
    } else {
      CHECK(join(page, *shown) == outcome.text);
    }
  }
}

TEST_CASE("the commands of the docs run and print what the docs show", "[docs]") {
  const bool update = std::getenv("RIDGEPOINT_UPDATE_DOCS") != nullptr;
  for (const Page& page : pages()) check_page(page, update);
}

TEST_CASE("the descriptions and devices of the docs are valid", "[docs]") {
  int networks = 0;
  for (const Page& page : pages()) {
    for (const Fence& fence : fences(page)) {
      if (fence.language != "json") continue;
      const auto document = Document::parse(page.name + ":" + std::to_string(fence.first), join(page, fence));
      const Node& root = document->root();
      if (root.kind != Node::Kind::kObject || root.find("name") == nullptr) continue;
      if (root.find("name")->text == "wrong") continue;  // shows a message
      if (root.find("datasheet") != nullptr) {
        CHECK(contradictions(read_device(document)) == std::vector<std::string>{});
      } else if (root.find("layers") != nullptr || root.find("family") != nullptr) {
        Attributes none;
        const Description description = load_model(document, none);
        for (const Phase phase : phases_of(description))
          CHECK(!instantiate(description, {.phase = phase}).layers.empty());
        ++networks;
      }
    }
  }
  CHECK(networks >= 4);
}

// The rows of tables whose first cell is this word.
std::string row_of(const Page& page, std::string_view word) {
  const std::string start = "| `" + std::string(word) + "` |";
  std::string rows;
  for (const std::string& line : page.lines) {
    if (line.starts_with(start)) rows += line;
  }
  return rows;
}

bool mentions(const std::string& text, std::string_view word) {
  return text.find("`" + std::string(word) + "`") != std::string::npos;
}

std::string text_of(const Page& page) { return join(page, {"", 0, page.lines.size()}); }

TEST_CASE("docs/network.md has every op with every attribute", "[docs]") {
  const Page page = read_page(kRoot / "docs" / "network.md");
  for (const OpEntry& entry : op_entries()) {
    CAPTURE(entry.name);
    const std::string row = row_of(page, entry.name);
    CHECK(row != "");
    const auto check = [&](const auto& field) {
      CAPTURE(field.name);
      CHECK(mentions(row, field.name));
    };
    std::visit([&]<class T>(const T&) { std::apply([&](const auto&... field) { (check(field), ...); }, T::fields()); },
               entry.prototype);
  }
}

// The keys that a family knows, as the message on an unknown one lists them.
std::set<std::string> keys_of(const std::string& model) {
  Attributes overrides{{"no_such_key", 1}};
  try {
    static_cast<void>(load_model(Document::load((kRoot / "models" / model).string()), overrides));
  } catch (const InputError& error) {
    static const std::regex kWord("[a-z0-9_]+");
    const std::string list = error.problem().expected.substr(std::string("one of ").size());
    std::set<std::string> keys{std::sregex_token_iterator(list.begin(), list.end(), kWord), {}};
    keys.erase("or");
    return keys;
  }
  return {};
}

// The models of models/ that name a family.
std::vector<std::string> compact_models() {
  std::vector<std::string> models;
  for (const auto& entry : fs::directory_iterator(kRoot / "models")) {
    const std::string name = entry.path().filename().string();
    if (Document::load(entry.path().string())->root().find("family") != nullptr) models.push_back(name);
  }
  return models;
}

TEST_CASE("docs/network.md has every key of every family", "[docs]") {
  const std::string text = text_of(read_page(kRoot / "docs" / "network.md"));
  for (const Family& family : families()) CHECK(mentions(text, family.name));
  for (const std::string& model : compact_models()) {
    const std::set<std::string> keys = keys_of(model);
    CHECK(keys.size() >= 5);
    for (const std::string& key : keys) {
      if (std::isdigit(static_cast<unsigned char>(key.back())) != 0) continue;  // numbered: nodes0, e1 ...
      CAPTURE(model, key);
      CHECK(mentions(text, key));
    }
  }
}

TEST_CASE("docs/cli.md has every command, option, column and sample kernel", "[docs]") {
  const Page page = read_page(kRoot / "docs" / "cli.md");
  const std::string text = text_of(page);
  static const std::regex kOption("--[a-z][a-z-]+");
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    CAPTURE(command.name);
    CHECK(text.find("## " + std::string(command.name)) != std::string::npos);
    const TemporaryFolder folder;
    furnish(folder.path());
    const std::string help = run_shell(folder.path(), "ridgepoint " + std::string(command.name) + " --help\n").text;
    const std::string options = help.substr(0, help.find("\nExamples:"));
    for (std::sregex_iterator option(options.begin(), options.end(), kOption), end; option != end; ++option) {
      CAPTURE(option->str());
      CHECK(text.find(option->str()) != std::string::npos);
    }
  }
  for (const Column& column : columns()) {
    CAPTURE(column.key);
    const std::string_view unit = unit_of(column.kind);
    CHECK(row_of(page, column.key)
              .starts_with(fmt::format("| `{}` | {}|", column.key, unit.empty() ? "" : std::string(unit) + " ")));
  }
  for (const SampleKernel& kernel : sample_kernels()) {
    const std::string row = row_of(page, kernel.name);
    for (const SampleColumn& column : kernel.columns) {
      CAPTURE(kernel.name, column.name);
      CHECK(mentions(row, column.name));
    }
  }
}

TEST_CASE("docs/model.md has the counts of element-wise functions and the parameters of the price", "[docs]") {
  const Page page = read_page(kRoot / "docs" / "model.md");
  const auto check_counts = [&](const auto& table) {
    for (const auto& f : table) {
      CAPTURE(f.name);
      const std::string counts = fmt::format("| {} | {} | {} |", f.flops, f.special, f.backward_flops);
      CHECK(row_of(page, f.name).find(counts) != std::string::npos);
    }
  };
  check_counts(kUnaryFunctions);
  check_counts(kBinaryFunctions);
  check_counts(kLossFunctions);
  for (const PooledParameters& p : pooled_rows()) {
    const std::string first = fmt::format("{} {} {}", p.kind->name, kWidthNames[static_cast<std::size_t>(p.width)],
                                          p.calls ? "call" : "kernel");
    CAPTURE(first);
    CHECK(row_of(page, first) == fmt::format("| `{}` | {} | {:.3g} | {:.3g} |", first, p.model->name, p.p10, p.p90));
  }
  for (const CostModel* const model : {&kGemm, &kAttentionPrefill, &kAttentionDecode, &kCollective}) {
    for (const ModelParameter& parameter : model->parameters) {
      CAPTURE(parameter.name);
      CHECK(row_of(page, parameter.name).find(fmt::format("| `{}` | {} |", parameter.name, parameter.meaning)) !=
            std::string::npos);
    }
  }
}

// Rows with plain numbers: FLOPs, special functions, FLOPs of the input's gradient and of the parameters', per element.
TEST_CASE("docs/model.md has the counts of norms and reductions", "[docs]") {
  const Page page = read_page(kRoot / "docs" / "model.md");
  static const std::regex kRow(R"(^\| `([a-z_]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d*) ?\|.*)");
  int rows = 0;
  for (const std::string& line : page.lines) {
    std::smatch cells;
    if (!std::regex_match(line, cells, kRow)) continue;
    CAPTURE(line);
    const OpEntry* entry = find_op(cells[1].str());
    REQUIRE(entry != nullptr);
    ++rows;
    const OpPlace place(CaseMaker(1, DType::kFp32).make(entry->prototype));
    const auto elements = static_cast<double>(place.site().in().elements());
    const Work forward = place.work(Pass::kFprop);
    CHECK(forward.flops().value() == std::stod(cells[2].str()) * elements);
    CHECK(forward.special.value() == std::stod(cells[3].str()) * elements);
    CHECK(place.work(Pass::kDgrad).flops().value() == std::stod(cells[4].str()) * elements);
    const double weights = place.work(Pass::kWgrad).flops().value();
    if (weights > 0) CHECK(weights == std::stod("0" + cells[5].str()) * elements);
  }
  CHECK(rows >= 4);
}

void collect_keys(const Node& node, std::set<std::string>& keys) {
  for (const Node& item : node.items) {
    if (!item.key.empty()) keys.insert(item.key);
    if (item.key != "sources" && item.key != "links" && item.key != "calibration") collect_keys(item, keys);
  }
}

TEST_CASE("docs/hardware.md has every key of the device files", "[docs]") {
  const std::string text = text_of(read_page(kRoot / "docs" / "hardware.md"));
  std::set<std::string> keys;
  for (const auto& entry : fs::directory_iterator(kRoot / "hwspecs")) {
    collect_keys(Document::load(entry.path().string())->root(), keys);
  }
  CHECK(keys.size() > 20);
  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK(mentions(text, key));
  }
}

TEST_CASE("the worked example of docs/extending.md is what is compiled", "[docs]") {
  const std::string source = read_file((kRoot / "tests" / "docs" / "low_rank.hpp").string());
  const Page page = read_page(kRoot / "docs" / "extending.md");
  const std::vector<Fence> list = fences(page);
  CHECK(std::any_of(list.begin(), list.end(), [&](const Fence& fence) { return join(page, fence) == source; }));
}

TEST_CASE("links within the docs lead somewhere", "[docs]") {
  static const std::regex kLink(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  for (const Page& page : pages()) {
    const std::string text = text_of(page);
    for (std::sregex_iterator link(text.begin(), text.end(), kLink), end; link != end; ++link) {
      CAPTURE(page.name, (*link)[1].str());
      CHECK(fs::exists((kRoot / page.name).parent_path() / (*link)[1].str()));
    }
  }
}

}  // namespace
}  // namespace ridgepoint
