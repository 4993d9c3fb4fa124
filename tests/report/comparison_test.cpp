// Analyses side by side: which layers match, what is said of them, and that every format says the same.

#include <cmath>

#include "io/csv.hpp"
#include "report/comparison_formats.hpp"
#include "report/report.hpp"
#include "report/svg.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

Side analysed(const Run& run, const std::string& device) { return side_from(estimate_of(run, device_named(device))); }

Side made_of(std::vector<SideLayer> layers) {
  Side analysis{.layers = std::move(layers)};
  for (const SideLayer& layer : analysis.layers) analysis.time += layer.time;
  return analysis;
}

std::vector<std::string> names_on(const MatchedLayers& group, const Comparison& c, std::size_t side) {
  std::vector<std::string> names;
  for (const std::size_t row : group.parts[side].rows) names.push_back(c.sides[side].layers[row].name);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("layers match by name, whatever their order", "[compare]") {
  const Comparison c = compare({made_of({{.name = "a", .time = 1}, {.name = "b", .time = 4}}),
                                made_of({{.name = "b", .time = 2}, {.name = "c", .time = 8}})});
  REQUIRE(c.layers.size() == 3);
  CHECK(!c.layers[0].complete());
  CHECK(c.layers[1].complete());
  CHECK(c.speed_up(c.layers[1], 1) == 2);
  CHECK(!c.speed_up(c.layers[0], 1).has_value());
  CHECK(c.speed_up(1) == 0.5);
  CHECK(c.share_of_gain(c.layers[1], 1) == 2.0 / -5.0);
}

TEST_CASE("layers of one name match in their order", "[compare]") {
  const Comparison c = compare({made_of({{.name = "a", .time = 1}, {.name = "a", .time = 2}}),
                                made_of({{.name = "a", .time = 3}, {.name = "a", .time = 8}})});
  REQUIRE(c.layers.size() == 2);
  CHECK(c.layers[0].parts[1].time == 3);
  CHECK(c.layers[1].parts[1].time == 8);
}

TEST_CASE("a fused row is one group with the rows that it stands for", "[compare]") {
  const Comparison c =
      compare({made_of({{.name = "conv", .time = 3}, {.name = "bn", .time = 2}, {.name = "relu", .time = 1}}),
               made_of({{.name = "conv", .fused_from = {"conv", "bn", "relu"}, .time = 3}})});
  REQUIRE(c.layers.size() == 1);
  CHECK(names_on(c.layers[0], c, 0) == Names{"conv", "bn", "relu"});
  CHECK(names_on(c.layers[0], c, 1) == Names{"conv"});
  CHECK(c.speed_up(c.layers[0], 1) == 2);
}

TEST_CASE("repetitions that are counted otherwise still match", "[compare]") {
  const Comparison c = compare({made_of({{.name = "stage.1-3.conv", .repeat = 3, .time = 3}}),
                                made_of({{.name = "stage.1-5.conv", .repeat = 5, .time = 5}})});
  REQUIRE(c.layers.size() == 1);
  CHECK(c.layers[0].parts[0].repeat == 3);
  CHECK(c.layers[0].parts[1].repeat == 5);
}

TEST_CASE("the parts of every side add up to its total, for every fusion", "[compare]") {
  std::vector<Side> sides;
  for (const Fusion fusion : kFusions) {
    sides.push_back(analysed({.model = "resnet50", .options = {.fusion = fusion}}, "h100-sxm5"));
  }
  const Comparison c = compare(sides);
  for (std::size_t side = 0; side < sides.size(); ++side) {
    double sum = 0;
    std::size_t rows = 0;
    for (const MatchedLayers& group : c.layers) {
      CHECK(group.complete());
      sum += group.parts[side].time;
      rows += group.parts[side].rows.size();
    }
    CHECK(sum == sides[side].time);
    CHECK(rows == sides[side].layers.size());
  }
}

TEST_CASE("a side is named by what it alone has", "[compare]") {
  const Side a = analysed({"resnet50"}, "h100-sxm5");
  const Side b = analysed({"resnet50"}, "l4");
  CHECK(compare({a, b}).labels == Names{"h100-sxm5", "l4"});
  CHECK(compare({a, b}).common.starts_with("resnet50, inference, "));
  const Run narrow{.model = "resnet50", .precision = {.activations = DType::kInt8}};
  CHECK(compare({a, analysed(narrow, "h100-sxm5")}).labels == Names{"fp16", "int8"});
  CHECK(compare({a, a}).labels == Names{"this run", "this run"});
}

TEST_CASE("with different batches a sample's time is compared", "[compare]") {
  const Side one = analysed({"resnet50"}, "h100-sxm5");
  const Side many = analysed({.model = "resnet50", .set = {{"batch", 32}}}, "h100-sxm5");
  const Comparison c = compare({one, many});
  REQUIRE(c.per_sample);
  CHECK(c.speed_up(1) == one.time / (many.time / 32));
  CHECK(c.labels == Names{"batch 1", "batch 32"});
}

TEST_CASE("an analysis reads back from its JSON as it was", "[compare]") {
  const Device device = device_named("h100-sxm5");
  const std::vector<Advice> none;
  for_every_model([&](const Run& run) {
    const Estimate e = estimate_of(run, device);
    const Side made = side_from(e);
    const auto document = Document::parse("saved.json", write_json({e, device, none, ""}, {}));
    REQUIRE(is_analysis(*document));
    const std::vector<Side> read = read_saved_sides(document);
    REQUIRE(read.size() == 1);
    CHECK(read[0].facts == made.facts);
    CHECK(read[0].time == made.time);
    CHECK(read[0].memory == made.memory);
    REQUIRE(read[0].layers.size() == made.layers.size());
    for (std::size_t i = 0; i < made.layers.size(); ++i) {
      CHECK(read[0].layers[i].name == made.layers[i].name);
      CHECK(read[0].layers[i].time == made.layers[i].time);
      CHECK(read[0].layers[i].bytes == made.layers[i].bytes);
      CHECK(read[0].layers[i].bound == made.layers[i].bound);
      CHECK(read[0].layers[i].needs == made.layers[i].needs);
      CHECK(read[0].layers[i].fused_from == made.layers[i].fused_from);
    }
  });
}

TEST_CASE("what regressed is what grew by more than the threshold", "[compare]") {
  Side before = made_of({{.name = "a", .time = 100}, {.name = "b", .time = 10}, {.name = "c", .time = 10}});
  Side after = made_of({{.name = "a", .time = 101}, {.name = "b", .time = 11}, {.name = "c", .time = 20}});
  before.memory = 1000;
  after.memory = 1051;
  const std::vector<Regression> list = regressions_of(compare({before, after}), 0.05);
  Names names;
  for (const Regression& r : list) names.push_back(r.what);
  CHECK(names == Names{"time", "memory", "c", "b"});
  CHECK(std::abs(list.back().growth() - 0.1) < 1e-12);
  CHECK(regressions_of(compare({before, after}), 1).empty());
  CHECK(regressions_of(compare({before, before}), 0).empty());
}

TEST_CASE("table, Markdown, page, CSV and JSON of a comparison say the same", "[compare]") {
  const Comparison c = compare({analysed({"resnet50"}, "t4"), analysed({"resnet50"}, "l4")});
  const ComparisonReport report{c, std::nullopt, {}, "ridgepoint"};
  const auto json = Document::parse("json", write_comparison(report, {.format = "json"}));
  const CsvTable csv = parse_csv("csv", write_comparison(report, {.format = "csv"}));
  const std::string table = write_comparison(report, {.format = "table"});
  const std::string markdown = write_comparison(report, {.format = "markdown"});
  const std::string page = write_comparison(report, {.format = "html"});
  const auto time = static_cast<std::size_t>(csv.column("time_s"));
  const auto needs = static_cast<std::size_t>(csv.column("needs_dram_s"));
  std::size_t row = 0;
  for (const Node& layer : json->root().find("layers")->items) {
    for (const Node& side : layer.find("sides")->items) {
      REQUIRE(row < csv.rows.size());
      CHECK(csv.rows[row].fields[0] == layer.find("name")->text);
      CHECK(std::stod(csv.rows[row].fields[time]) == side.find("time_s")->real);
      const Node* dram = side.find("needs_s")->find("dram");
      CHECK(std::stod(csv.rows[row].fields[needs]) == (dram == nullptr ? 0 : dram->real));
      ++row;
    }
  }
  CHECK(row == csv.rows.size());
  const Grid grid = layers_grid(c, 1, 2, 0);
  for (const std::vector<std::string>& cells : grid.rows) {
    CHECK(table.find("\n" + cells.front() + " ") != std::string::npos);
    CHECK(markdown.find("| " + markdown_text(cells.front()) + " |") != std::string::npos);
    std::string row_of_page = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
      row_of_page += (grid.columns[i].right ? "<td class=\"n\">" : "<td>") + svg_text(cells[i]) + "</td>";
    CHECK(page.find(row_of_page + "</tr>") != std::string::npos);
  }
  for (const std::string& remark : remarks(c)) CHECK(page.find("<li>" + svg_text(remark)) != std::string::npos);
  const std::string figure = write_comparison(report, {.format = "svg"});
  CHECK(page.find(figure.substr(figure.find("<svg"))) != std::string::npos);
}

TEST_CASE("names in a comparison are shown, not run", "[compare]") {
  const Comparison c =
      compare({made_of({{.name = "<script>alert(1)</script>", .time = 1}, {.name = "=cmd()", .time = 1}}),
               made_of({{.name = "<script>alert(1)</script>", .time = 2}, {.name = "=cmd()", .time = 1}})});
  const ComparisonReport report{c, std::nullopt, {}, ""};
  for (const std::string_view format : {"markdown", "html", "svg"})
    CHECK(write_comparison(report, {.format = format}).find("<script") == std::string::npos);
  const std::string csv = write_comparison(report, {.format = "csv"});
  CHECK(csv.find("\n=cmd") == std::string::npos);
  CHECK(csv.find("\n'=cmd()") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint
