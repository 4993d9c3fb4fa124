// The page of `--format html` as a file: it holds the numbers of the other formats, is small, and nothing in it that
// comes from a name is obeyed. What it does in a browser is in html_browser_test.cpp.

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 sees false ones in std::string's operator+ (GCC bug 105651).
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

#include "report/html.hpp"

#include "report/columns.hpp"
#include "tests/report/hostile.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

std::string page_of(const Run& run, const Device& device) {
  const Estimate e = estimate_of(run, device);
  const std::vector<Advice> none;
  return write_html({e, device, none, "ridgepoint"}, {});
}

std::string data_of(const std::string& page) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t start = page.find(open);
  REQUIRE(start != std::string::npos);
  return page.substr(start + open.size(), page.find("</script>", start) - start - open.size());
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// The names of the rows, put together again.
std::vector<std::string> names_in(const Node& layers) {
  const Node& names = *layers.find("names");
  std::vector<std::string> list;
  for (std::size_t i = 0; i < names.find("rest")->items.size(); ++i) {
    const auto shared = static_cast<std::size_t>(names.find("shared")->items[i].real);
    list.push_back((list.empty() ? "" : list.back().substr(0, shared)) + names.find("rest")->items[i].text);
  }
  return list;
}

TEST_CASE("a page holds every row of every model with the numbers of the JSON", "[html]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](const Run& run) {
    const Estimate e = estimate_of(run, device);
    const std::vector<Advice> none;
    const Report report{e, device, none, "ridgepoint"};
    const auto json = Document::parse("json", write_json(report, {}));
    const auto data = Document::parse("data", data_of(write_html(report, {})));
    const Node& layers = *data->root().find("reports")->items.front().find("layers");
    const std::vector<Node>& rows = json->root().find("layers")->items;
    const std::vector<std::string> names = names_in(layers);
    REQUIRE(names.size() == rows.size());
    const std::vector<Node>& keys = layers.find("keys")->items;
    bool same = true;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      same = same && names[i] == rows[i].find("name")->text;
      const Node& kind = layers.find("kinds")->items[static_cast<std::size_t>(layers.find("kind")->items[i].real)];
      for (std::size_t k = 0; k < keys.size(); ++k) {
        const Node* const cell = rows[i].find(keys[k].text);
        if (cell == nullptr) continue;  // the times of passes
        same = same && cell->real == kind.items[k].real && cell->text == kind.items[k].text;
      }
    }
    CHECK(same);
    const Node& totals = *data->root().find("reports")->items.front().find("analysis")->find("totals");
    CHECK(totals.find("time_s")->real == e.total.time);
  });
}

TEST_CASE("a page is one small file that asks for no other", "[html]") {
  const std::string page = page_of({"llama-3.1-405b", Phase::kTraining}, device_named("h100-sxm5"));
  CHECK(page.size() < 500000);
  for (const char* wanting : {"src=", "<link", "@import", "fetch(", "XMLHttpRequest"}) {
    const std::string own = page.substr(0, page.find("BSD-3-Clause")) + page.substr(page.rfind("<script>"));
    INFO(wanting);
    CHECK(count(own, wanting) == 0);  // d3 itself can fetch, and is not asked to
    CHECK(count(own, "url(") == count(own, "url(#"));
  }
  CHECK(count(page, "default-src 'none'") == 1);
  CHECK(count(page, "Mike Bostock") >= 1);  // the licence of d3 asks for it
}

TEST_CASE("what a name holds cannot end the page's data", "[html]") {
  for (const std::string& name : kHostileNames) {
    const HostileReport hostile(name);
    const std::string page = write_html(hostile.report(), {});
    INFO(name);
    CHECK(count(page, "<script") == 3);
    CHECK(count(page, "</script") == 3);
    const std::string data = data_of(page);
    CHECK(data.find('<') == std::string::npos);
    CHECK(data.find("\xe2\x80\xa8") == std::string::npos);
    const auto document = Document::parse("data", data);
    const Node& report = document->root().find("reports")->items.front();
    CHECK(names_in(*report.find("layers")).at(0) == hostile.report().estimate.rows.at(0).name);
    const bool harmless = name.find_first_of("<&") == std::string::npos;
    CHECK((page.find("<title>" + name) == std::string::npos || harmless));
  }
}

TEST_CASE("equal layers are stored once: 20,000 are a file of less than 2 MB", "[html]") {
  const Device device = device_named("h100-sxm5");
  Estimate e = estimate_of({"resnet50"}, device);
  const std::vector<LayerEstimate> rows = e.rows;
  e.rows.clear();
  for (std::size_t i = 0; i < 20000; ++i) {
    e.rows.push_back(rows[i % rows.size()]);
    e.rows.back().name = "encoder.layer." + std::to_string(i / 16) + ".attention.self.part" + std::to_string(i % 16);
  }
  const std::vector<Advice> none;
  CHECK(write_html({e, device, none, ""}, {}).size() < 2000000);
}

TEST_CASE("activations over the run have the footprint's peak", "[html][memory]") {
  const Device device = device_named("h100-sxm5");
  for_every_model([&](const Run& run) {
    const Estimate e = estimate_of(run, device);
    double most = 0;
    for (const LayerEstimate& row : e.rows) most = std::max(most, row.live_bytes);
    CHECK(most == Approx(e.memory.activations.value()).epsilon(1e-12));
    if (run.phase == Phase::kTraining) CHECK(e.rows.back().live_bytes == most);
  });
}

}  // namespace
}  // namespace ridgepoint
