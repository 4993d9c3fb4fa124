// The page of `--format html` in a browser: what it shows, and what it does when it is pressed, typed into and sorted.

#include <algorithm>
#include <set>
#include <utility>

#include "io/csv.hpp"
#include "report/columns.hpp"
#include "report/html.hpp"
#include "tests/report/browser.hpp"
#include "tests/report/hostile.hpp"

namespace ridgepoint {
namespace {

// With enough images layers are bound by this and that.
const Run kImages{.model = "resnet50", .set = {{"batch", Value(std::int64_t{32})}}};

// A report with all that it needs.
struct Made {
  explicit Made(const Run& run, const std::string& hw = "h100-sxm5") : device(device_named(hw)) {
    Attributes set = run.set;
    const Description description = model_named(run.model, set);
    const Question question{description, device, {run.phase, set, run.precision}, run.options};
    estimate = answer(question);
    advice = advise(question, estimate);
  }
  [[nodiscard]] Report report() const { return {estimate, device, advice, "ridgepoint analyze"}; }
  [[nodiscard]] std::string page() const { return write_html(report(), {}); }

  Device device;
  Estimate estimate;
  std::vector<Advice> advice;
};

// The same rows again and again under other names, with their part of the time.
void make_long(Estimate& estimate, std::size_t count) {
  const std::vector<LayerEstimate> rows = std::exchange(estimate.rows, {});
  for (std::size_t i = 0; i < count; ++i) {
    estimate.rows.push_back(rows[i % rows.size()]);
    estimate.rows.back().name = "layer" + std::to_string(i);
    estimate.rows.back().share *= static_cast<double>(rows.size()) / static_cast<double>(count);
  }
}

const Node& found(const std::shared_ptr<const Document>& result, const char* key) {
  const Node* const node = result->root().find("found")->find(key);
  REQUIRE(node != nullptr);
  return *node;
}

std::vector<std::string> texts(const Node& list) {
  std::vector<std::string> all;
  for (const Node& item : list.items) all.push_back(item.text);
  return all;
}

using Texts = std::vector<std::string>;

std::vector<const LayerEstimate*> by_time(const Estimate& e) {
  std::vector<const LayerEstimate*> rows;
  for (const LayerEstimate& row : e.rows) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(), [](auto* a, auto* b) { return a->total.time > b->total.time; });
  return rows;
}

TEST_CASE("a page shows every row with the values and words of the other formats", "[html][browser]") {
  if (!has_browser()) return;
  const Made made({"llama-3.1-8b", Phase::kDecode});
  const auto result = in_browser(made.page(), R"(
    const rows = ridgepoint.rows();
    return { points: ridgepoint.points().map((p) => p.name), drawn: ridgepoint.points().every((p) => p.drawn),
      cells: rows.map((row) => ridgepoint.columns.map((c) => row[c.key])),
      words: rows.map((row) => ridgepoint.columns.map((c) => ridgepoint.human(c, row[c.key]))),
      title: document.title, headline: $('#headline').textContent, advice: document.querySelectorAll('#advice > li').length,
      csv: ridgepoint.tableCsv(), live: ridgepoint.steps().map((s) => s.live), totals: $('#totals').textContent };)");
  const Estimate& e = made.estimate;
  const Node& cells = found(result, "cells");
  const Node& words = found(result, "words");
  REQUIRE(cells.items.size() == e.rows.size());
  Texts names;
  for (std::size_t i = 0; i < e.rows.size(); ++i) {
    names.push_back(e.rows[i].name);
    for (std::size_t k = 0; k < columns().size(); ++k) {
      const Column& column = columns()[k];
      const Cell cell = column.cell(e.rows[i]);
      INFO(e.rows[i].name << " " << column.key);
      CHECK(words.items[i].items[k].text == human(column, cell));
      if (const auto* number = std::get_if<double>(&cell)) CHECK(cells.items[i].items[k].real == *number);
    }
  }
  CHECK(texts(found(result, "points")) == names);
  CHECK(found(result, "drawn").boolean);
  CHECK(found(result, "title").text == "llama-3.1-8b on h100-sxm5");
  CHECK(found(result, "headline").text == "llama-3.1-8b on h100-sxm5");
  CHECK(found(result, "advice").real == static_cast<double>(made.advice.size()));
  CHECK(found(result, "totals").text.find(human(*find_column("time_s"), e.total.time)) != std::string::npos);
  const CsvTable here = parse_csv("page", found(result, "csv").text);
  const CsvTable there = parse_csv("tool", write_csv(made.report(), {}));
  CHECK(here.header == there.header);
  REQUIRE(here.rows.size() == there.rows.size());
  const auto time = static_cast<std::size_t>(here.column("time_s"));
  for (std::size_t i = 0; i < here.rows.size(); ++i) {
    CHECK(here.rows[i].fields[0] == there.rows[i].fields[0]);
    CHECK(std::stod(here.rows[i].fields[time]) == std::stod(there.rows[i].fields[time]));
  }
  double most = 0;
  for (const Node& live : found(result, "live").items) most = std::max(most, live.real);
  CHECK(most == e.memory.activations.value());
}

TEST_CASE("what is hovered and pressed on the roofline is told and selected everywhere", "[html][browser]") {
  if (!has_browser()) return;
  const Made made(kImages);
  const auto result = in_browser(made.page(), R"(
    const figure = $('#roofline');
    const points = ridgepoint.points();
    const room = (p) => Math.min(...points.filter((q) => q !== p).map((q) => Math.hypot(p.x - q.x, p.y - q.y) - q.r));
    const lonely = points.reduce((a, b) => (room(b) > room(a) ? b : a));
    const place = at(figure, lonely);
    fire(figure, 'pointermove', place);
    const tip = { hidden: $('#tip').hidden, text: $('#tip').textContent };
    fire(figure, 'pointermove', { clientX: 0, clientY: 0 });
    const gone = $('#tip').hidden;
    fire(figure, 'click', place);
    const after = { selection: ridgepoint.selection(), detail: $('#detail h3').textContent,
      lines: [...document.querySelectorAll('tr.chosen td:first-child')].map((td) => td.textContent),
      cells: [...document.querySelectorAll('.cell.leaf:not(.dim)')].length, shaded: document.querySelectorAll('#memory .chosen rect').length };
    fire(figure, 'click', place);
    const cleared = ridgepoint.selection().length;
    fire(document.body, 'keydown', { key: 'Escape' });
    fire(figure, 'keydown', { key: 'ArrowRight' });
    fire(figure, 'keydown', { key: 'Enter' });
    const keyed = $('#detail h3').textContent;
    fire(document.body, 'keydown', { key: 'Escape' });
    return { lonely: lonely.name, tip: tip.text, tipHidden: tip.hidden, gone, ...after, cleared, keyed,
      escaped: ridgepoint.selection().length, told: $('#status').textContent };)");
  const std::string lonely = found(result, "lonely").text;
  const auto row = std::find_if(made.estimate.rows.begin(), made.estimate.rows.end(),
                                [&](const LayerEstimate& r) { return r.name == lonely; });
  REQUIRE(row != made.estimate.rows.end());
  const std::string tip = found(result, "tip").text;
  INFO(tip);
  CHECK(!found(result, "tipHidden").boolean);
  CHECK(tip.starts_with(lonely));
  CHECK(tip.find(human(*find_column("time_s"), row->total.time)) != std::string::npos);
  CHECK(tip.find("bound by " + std::string(name(row->bound))) != std::string::npos);
  CHECK(found(result, "gone").boolean);
  CHECK(found(result, "selection").items.size() == 1);
  CHECK(found(result, "detail").text == lonely);
  CHECK(texts(found(result, "lines")) == Texts{lonely});
  CHECK(found(result, "cells").real == 1);
  CHECK(found(result, "shaded").real == 1);
  CHECK(found(result, "cleared").real == 0);
  const LayerEstimate& first = *by_time(made.estimate).front();
  CHECK(found(result, "keyed").text == first.name);
  CHECK(found(result, "escaped").real == 0);
  CHECK(found(result, "told").text.starts_with(first.name));
}

TEST_CASE("the table sorts, filters and selects", "[html][browser]") {
  if (!has_browser()) return;
  const Made made(kImages);
  const auto result = in_browser(made.page(), R"(
    const names = () => [...document.querySelectorAll('#table tbody tr[data-index] td:first-child')].map((td) => td.textContent);
    const head = (key) => document.querySelector('th[data-key="' + key + '"]');
    const type = (text) => { $('#filter').value = text; fire($('#filter'), 'input'); return ridgepoint.visible().map((row) => row.name); };
    const press = () => head('time_s').querySelector('button').click();
    const order = names();
    press();
    const down = names();
    const sort = head('time_s').getAttribute('aria-sort');
    press();
    const up = names();
    press();
    const again = names();
    const dram = type('bound:dram');
    const shown = names();
    const count = $('#count').textContent;
    const two = type('conv2 stage3');
    const slow = type('time_s>20us');
    const not = type('-op:conv');
    const nothing = type('no such layer');
    const none = names();
    type('');
    document.querySelector('#legend [data-bound="launch"]').click();
    const launch = ridgepoint.visible().map((row) => row.name);
    document.querySelector('#legend [data-bound="launch"]').click();
    fire($('#scroller'), 'keydown', { key: 'ArrowDown' });
    fire($('#scroller'), 'keydown', { key: 'ArrowDown' });
    fire($('#scroller'), 'keydown', { key: 'Enter' });
    const keyed = ridgepoint.selection();
    fire(document.querySelectorAll('#table tbody tr[data-index]')[4].firstChild, 'click');
    fire(document.querySelectorAll('#table tbody tr[data-index]')[6].firstChild, 'click', { shiftKey: true });
    const range = ridgepoint.selection();
    $('#only-selected').click();
    return { order, down, sort, up, again, dram, shown, count, two, slow, not, nothing, none, launch, keyed, range,
      alone: names(), headers: [...document.querySelectorAll('th')].map((th) => th.dataset.key) };)");
  const Estimate& e = made.estimate;
  const auto named = [&](auto&& keep) {
    Texts list;
    for (const LayerEstimate& row : e.rows) {
      if (keep(row)) list.push_back(row.name);
    }
    return list;
  };
  const Texts all = named([](const LayerEstimate&) { return true; });
  Texts sorted;
  for (const LayerEstimate* row : by_time(e)) sorted.push_back(row->name);
  const auto start = [](const Texts& list, std::size_t count) {
    return Texts(list.begin(), list.begin() + std::min(list.size(), count));
  };
  const auto check = [&](const char* key, const Texts& expected) {
    INFO(key);
    const Texts seen = texts(found(result, key));
    REQUIRE(seen.size() > 10);
    CHECK(seen == start(expected, seen.size()));
  };
  check("order", all);
  check("down", sorted);
  check("again", all);
  CHECK(found(result, "sort").text == "descending");
  const LayerEstimate* const least = by_time(e).back();
  CHECK(e.rows.size() > 0);
  const Texts up = texts(found(result, "up"));
  const auto least_row =
      std::find_if(e.rows.begin(), e.rows.end(), [&](const auto& row) { return row.name == up.at(0); });
  CHECK(least_row->total.time == least->total.time);
  const Texts dram = named([](const auto& row) { return row.bound == Bound::kDram; });
  CHECK(texts(found(result, "dram")) == dram);
  CHECK(texts(found(result, "shown")) == start(dram, texts(found(result, "shown")).size()));
  CHECK(found(result, "count")
            .text.starts_with(std::to_string(dram.size()) + " of " + std::to_string(all.size()) + " layers"));
  CHECK(texts(found(result, "two")) == named([](const auto& row) {
          return row.name.find("conv2") != std::string::npos && row.name.find("stage3") != std::string::npos;
        }));
  CHECK(texts(found(result, "slow")) == named([](const auto& row) { return row.total.time > 20e-6; }));
  CHECK(texts(found(result, "not")) == named([](const auto& row) { return row.op.find("conv") == std::string::npos; }));
  CHECK(found(result, "nothing").items.empty());
  CHECK(found(result, "none").items.empty());
  CHECK(texts(found(result, "launch")) == named([](const auto& row) { return row.bound == Bound::kLaunch; }));
  CHECK(found(result, "keyed").items.size() == 1);
  CHECK(found(result, "keyed").items.front().real == 1);
  CHECK(found(result, "range").items.size() == 3);
  CHECK(texts(found(result, "alone")) == Texts{all[4], all[5], all[6]});
  std::set<std::string> keys;
  for (const Column& column : columns()) keys.insert(std::string(column.key));
  const Texts headers = texts(found(result, "headers"));
  CHECK(std::set<std::string>(headers.begin(), headers.end()) == keys);
}

TEST_CASE("groups of time add up, select their layers and open", "[html][browser]") {
  if (!has_browser()) return;
  const Made made({"bert-large", Phase::kTraining});
  const auto result = in_browser(made.page(), R"(
    const pick = (name) => [...document.querySelectorAll('#groupings button')].find((b) => b.textContent === name).click();
    const sums = ['layer', 'block', 'op', 'category'].map((name) => {
      pick(name);
      const lines = ridgepoint.timeCsv().trim().split('\n').map((line) => line.split(','));
      const time = lines[0].indexOf('time_s');
      return { name, time: lines.slice(1).reduce((all, line) => all + Number(line[time]), 0),
        layers: lines.slice(1).reduce((all, line) => all + Number(line[1]), 0) };
    });
    pick('op');
    const cell = (text) => [...document.querySelectorAll('#time .cell')].find((g) => g.textContent.startsWith(text));
    fire(cell('matmul').firstChild, 'click');
    const ops = [...new Set(ridgepoint.selection().map((i) => ridgepoint.rows()[i].category))];
    const chosen = ridgepoint.selection().length;
    fire(cell('matmul').firstChild, 'click');
    const trail = $('#trail').textContent;
    document.querySelector('#trail button').click();
    const steps = ridgepoint.steps();
    return { sums: sums.map((s) => s.time), layers: sums.map((s) => s.layers), ops, chosen, trail, back: $('#trail').textContent,
      passes: [...new Set(steps.map((s) => s.pass))], peak: Math.max(...steps.map((s) => s.live)), end: steps[steps.length - 1].to };)");
  const Estimate& e = made.estimate;
  for (const Node& sum : found(result, "sums").items) CHECK(sum.real == Approx(e.total.time).epsilon(1e-9));
  const auto timed = std::count_if(e.rows.begin(), e.rows.end(), [](const auto& row) { return row.total.time > 0; });
  for (const Node& count : found(result, "layers").items) CHECK(count.real == static_cast<double>(timed));
  CHECK(texts(found(result, "ops")) == Texts{"matmul"});
  CHECK(found(result, "chosen").real == std::count_if(e.rows.begin(), e.rows.end(), [](const auto& row) {
          return row.category == Category::kMatmul && row.total.time > 0;
        }));
  CHECK(found(result, "trail").text.find("matmul") != std::string::npos);
  CHECK(found(result, "back").text.empty());
  CHECK(texts(found(result, "passes")) == Texts{"forward", "backward", "optimizer"});
  CHECK(found(result, "peak").real == Approx(e.memory.activations.value()));
  CHECK(found(result, "end").real == Approx(e.total.time).epsilon(1e-9));
}

TEST_CASE("names are shown and never run", "[html][browser][names]") {
  if (!has_browser()) return;
  for (const std::string& hostile : kHostileNames) {
    const HostileReport made(hostile);
    const auto result = in_browser(write_html(made.report(), {}), R"(
      ridgepoint.select([0]);
      fire($('#roofline'), 'keydown', { key: 'ArrowRight' });
      return { hacked: typeof window.hacked, name: ridgepoint.rows()[0].name, cell: $('#table tbody tr[data-index] td').textContent,
        detail: $('#detail h3').textContent, title: document.title, scripts: document.scripts.length,
        images: document.images.length, csv: ridgepoint.tableCsv().split('\n')[1] };)");
    INFO(hostile);
    const Report report = made.report();
    CHECK(found(result, "hacked").text == "undefined");
    CHECK(found(result, "name").text == report.estimate.rows[0].name);
    CHECK(found(result, "cell").text == report.estimate.rows[0].name);
    CHECK(found(result, "detail").text == report.estimate.rows[0].name);
    CHECK(found(result, "title").text == hostile + " on " + hostile);
    CHECK(found(result, "scripts").real == 5);  // the page's three and the test's two
    CHECK(found(result, "images").real == 0);
    const std::string tool = write_csv(report, {});
    const std::string line = tool.substr(tool.find('\n') + 1);
    CHECK(line.starts_with(found(result, "csv").text.substr(0, report.estimate.rows[0].name.size())));
  }
}

TEST_CASE("20,000 layers stay a small document", "[html][browser]") {
  if (!has_browser()) return;
  Made made(kImages);
  make_long(made.estimate, 20000);
  const auto result = in_browser(made.page(), R"(
    ridgepoint.select([12345]);
    return { points: ridgepoint.points().length, lines: document.querySelectorAll('#table tbody tr').length,
      nodes: document.querySelectorAll('*').length, first: $('tr.chosen td').textContent, top: $('#scroller').scrollTop };)");
  CHECK(found(result, "points").real == 20000);
  CHECK(found(result, "lines").real < 100);
  CHECK(found(result, "nodes").real < 6000);
  CHECK(found(result, "first").text == "layer12345");
  CHECK(found(result, "top").real > 300000);
}

TEST_CASE("a page fits a phone, has two themes and several networks", "[html][browser]") {
  if (!has_browser()) return;
  const Made one(kImages);
  const Made two({"bert-large"});
  const std::vector<Report> both{one.report(), two.report()};
  const auto result = in_browser(write_page(both, {}), R"(
    const background = () => getComputedStyle(document.body).backgroundColor;
    const light = background();
    $('#theme').click();
    const dark = background();
    const wide = document.documentElement.scrollWidth - innerWidth;
    const choice = $('#networks select');
    choice.value = 1;
    fire(choice, 'change');
    const unnamed = [...document.querySelectorAll('button, input, select, [tabindex]')].filter((node) =>
      !(node.textContent.trim() || node.getAttribute('aria-label') || (node.labels && node.labels.length > 0 && node.labels[0].textContent.trim()))).length;
    return { light, dark, wide, headline: $('#headline').textContent, rows: ridgepoint.rows().length,
      options: choice.options.length, unnamed };)",
                                 "500,900");
  CHECK(found(result, "light").text != found(result, "dark").text);
  CHECK(found(result, "wide").real <= 0);
  CHECK(found(result, "headline").text == "bert-large on h100-sxm5");
  CHECK(found(result, "rows").real == static_cast<double>(two.estimate.rows.size()));
  CHECK(found(result, "options").real == 2);
  CHECK(found(result, "unnamed").real == 0);
}

// For people to look at: screenshots/ of the build.
TEST_CASE("a page as it looks: wide, dark, on a phone, with 10 and with 20,000 layers", "[html][browser]") {
  if (!has_browser()) return;
  const std::filesystem::path folder = std::filesystem::path(RIDGEPOINT_TEST_MODULES).parent_path() / "screenshots";
  std::filesystem::create_directories(folder);
  const Made made({"llama-3.1-8b", Phase::kDecode}, "a100-sxm4-80gb");
  Made small(kImages);
  Made large(kImages);
  make_long(small.estimate, 10);
  make_long(large.estimate, 20000);
  struct Shot {
    const char* name;
    std::string page;
    const char* size;
  };
  const std::string dark = "document.getElementById('theme').click(); ridgepoint.select([8]);";
  const std::array<Shot, 5> shots{{{"wide.png", made.page(), "1400,2900"},
                                   {"dark.png", with_script(made.page(), dark), "1400,2900"},
                                   {"phone.png", made.page(), "500,4000"},
                                   {"layers-10.png", small.page(), "1400,2600"},
                                   {"layers-20000.png", large.page(), "1400,2600"}}};
  for (const Shot& shot : shots) {
    const std::filesystem::path file = folder / shot.name;
    std::filesystem::remove(file);
    browse(shot.page, shot.size, "--screenshot='" + file.string() + "'");
    INFO(file.string());
    const std::string picture = text_of_file(file);
    CHECK(picture.starts_with("\x89PNG"));
    CHECK(picture.size() > 40000);  // an empty page is smaller
  }
}

}  // namespace
}  // namespace ridgepoint
