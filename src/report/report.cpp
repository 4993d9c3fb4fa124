#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/html.hpp"
#include "report/roofline_figure.hpp"
#include "roofline/by_bound.hpp"

namespace ridgepoint {
namespace {

constexpr std::array kFormats{
    Format{"table", ".txt", "for the terminal", write_table, true},
    Format{"trace", ".trace.json", "a predicted timeline for Perfetto and chrome://tracing", write_trace, false, true},
    Format{"json", ".json", "for programs; names are stable", write_json, true},
    Format{"csv", ".csv", "one row a layer, base units", write_csv, false},
    Format{"markdown", ".md", "for documents", write_markdown, true},
    Format{"svg", ".svg", "the roofline as a figure", write_svg, false},
    Format{"png", ".png", "the same as a picture, where librsvg is there", write_svg, false},
    Format{"html", ".html", "a page to look at and ask: one file, offline", write_html, true},
};

constexpr std::array<std::string_view, 4> kConventions{
    "one multiply-add is two FLOPs; macs are those of matrix products",
    "a special function (exp, tanh, rsqrt) is one FLOP; a bias is the accumulator's starting value and costs none",
    "bytes are those that the algorithm must move; every lookup counts",
    "a row's amounts cover all its repetitions; rows add up to the totals exactly",
};

// Adds what adds up; what does not (names, ridge points) is the caller's.
void merge(LayerEstimate& into, const LayerEstimate& row) {
  into.total += row.total;
  for (std::size_t i = 0; i < kPasses.size(); ++i) into.passes[i] += row.passes[i];
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    into.by_bound[i] += row.by_bound[i];
    into.needs[i] += row.needs[i];
  }
  into.kernels += row.kernels;
  into.share += row.share;
  into.repeat += row.repeat;
  into.live_bytes = std::max(into.live_bytes, row.live_bytes);
  into.layers.insert(into.layers.end(), row.layers.begin(), row.layers.end());
}

LayerEstimate empty_row(std::string name) {
  LayerEstimate row{.name = std::move(name)};
  row.repeat = 0;
  return row;
}

std::string key_of(const Estimate& estimate, const LayerEstimate& row, By by) {
  switch (by) {
    case By::kBlock: return row.block.empty() ? "(top level)" : row.block;
    case By::kOp: return row.op;
    case By::kCategory: return std::string(name(row.category));
    case By::kNetwork: return estimate.model;
    case By::kLayer: break;
  }
  return row.name;
}

// Groups keep the order of their first row.
std::vector<LayerEstimate> grouped(const Estimate& estimate, By by) {
  std::vector<LayerEstimate> groups;
  std::map<std::string, std::size_t> index;
  for (const LayerEstimate& row : estimate.rows) {
    const auto [entry, is_new] = index.try_emplace(key_of(estimate, row, by), groups.size());
    if (is_new) {
      groups.push_back(empty_row(entry->first));
      groups.back().category = row.category;
      groups.back().op = by == By::kOp ? row.op : "";
      groups.back().block = by == By::kBlock ? row.block : "";
    }
    merge(groups[entry->second], row);
  }
  for (LayerEstimate& group : groups) group.bound = largest_bound(group.by_bound);
  return groups;
}

std::vector<LayerEstimate> largest(std::vector<LayerEstimate> rows, std::size_t top) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const LayerEstimate& a, const LayerEstimate& b) { return a.total.time > b.total.time; });
  if (rows.size() <= top) return rows;
  LayerEstimate others = empty_row(fmt::format("{} others", rows.size() - top));
  others.category = Category::kDataMovement;
  for (std::size_t i = top; i < rows.size(); ++i) merge(others, rows[i]);
  others.bound = largest_bound(others.by_bound);
  rows.resize(top);
  rows.push_back(std::move(others));
  return rows;
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::span<const std::string_view> conventions() { return kConventions; }

std::vector<LayerEstimate> rows_of(const Estimate& estimate, const View& view) {
  std::vector<LayerEstimate> rows = view.by == By::kLayer ? estimate.rows : grouped(estimate, view.by);
  return view.top > 0 ? largest(std::move(rows), view.top) : rows;
}

std::string run_line(const Estimate& estimate) {
  constexpr std::array<std::string_view, 8> kShown{"batch", "seq",   "kv_len", "image",
                                                   "nodes", "edges", "points", "frames"};
  std::string line(name(estimate.phase));
  for (const auto& [key, value] : estimate.parameters) {
    if (std::find(kShown.begin(), kShown.end(), key) != kShown.end()) line += fmt::format(", {} {}", key, value);
  }
  const Precision& p = estimate.precision;
  line += fmt::format(", {}", name(p.activations));
  if (p.weights != p.activations) line += fmt::format(", weights {}", name(p.weights));
  if (p.kv_cache != p.activations) line += fmt::format(", KV cache {}", name(p.kv_cache));
  if (p.math != p.activations) line += fmt::format(", math {}", name(p.math));
  if (estimate.phase == Phase::kTraining) {
    line += fmt::format(", {}", kOptimizerNames[static_cast<std::size_t>(estimate.options.optimizer)]);
  }
  return line;
}

std::string calibration_line(const Report& report) {
  if (report.estimate.options.mode == Mode::kRoofline) return "none: data-sheet peaks";
  if (report.estimate.options.mode == Mode::kCeilings) return "measured ceilings";
  if (report.estimate.options.mode == Mode::kDatasheet) return "none: pooled defaults";
  const Calibration& c = *report.device.calibration;
  const std::string_view kept =
      report.device.changes.empty() ? "" : "; its efficiencies and start times are kept for the changed device";
  return fmt::format("{} samples of {}{}{}, {}{}", c.samples, c.device, c.date.empty() ? "" : ", ", c.date, c.tool,
                     kept);
}

}  // namespace ridgepoint
