#include "report/what_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

/// A heading with lines below it.
struct Section {
  std::string title;
  std::vector<std::string> lines;
};

std::string subject(const LimitsReport& r) {
  const LayerEstimate& row = r.limits.row;
  if (r.limits.layer.empty()) return fmt::format("{} on {}", r.estimate.model, r.estimate.device);
  std::string text = fmt::format("{} of {} on {}", r.limits.layer, r.estimate.model, r.estimate.device);
  if (row.fused_from.size() > 1) text += fmt::format(", in one kernel with {} more", row.fused_from.size() - 1);
  if (row.repeat > 1) text += fmt::format(", {} times", row.repeat);
  return text;
}

Section now(const LimitsReport& r) {
  const Amounts& t = r.limits.row.total;
  Section section{"now",
                  {run_line(r.estimate) + "; efficiencies: " + calibration_line({r.estimate, r.device, {}, ""})}};
  section.lines.push_back(fmt::format("{} ({} to {}), {} of the network's time, bound by {}: {}", human_seconds(t.time),
                                      human_seconds(t.time_p10), human_seconds(t.time_p90),
                                      human_percent(r.limits.row.share), name(r.limits.row.bound),
                                      kBounds[static_cast<std::size_t>(r.limits.row.bound)].meaning));
  return section;
}

// The formula of the plain roofline with its numbers: time >= max(FLOPs / peak, bytes / bandwidth).
Section roofs(const LimitsReport& r) {
  const Amounts& t = r.limits.row.total;
  const Device& d = r.device;
  Section section{"roofs (Williams et al., CACM 52(4), 2009)", {}};
  const auto roof = [&](std::string_view what, double amount, const char* unit, double rate) {
    if (!(amount > 0) || !(rate > 0)) return;
    section.lines.push_back(fmt::format("{}: {} / {} = {}", what, human_si(amount, unit),
                                        human_si(rate, fmt::format("{}/s", unit).c_str()),
                                        human_seconds(amount / rate)));
  };
  const DType math = r.estimate.precision.math;
  if (const auto rate = d.product_rate(math))
    roof(fmt::format("products in {}", name(math)), 2 * t.macs, "FLOP", rate->value());
  if (const auto rate = d.vector_rate()) roof("all other arithmetic", t.flops - 2 * t.macs, "FLOP", rate->value());
  roof("device memory", t.bytes(), "B", d.dram_bandwidth().value());
  section.lines.push_back(fmt::format("roofline, the larger of them kernel by kernel: {}, {} of the time",
                                      human_seconds(t.roofline_time), human_percent(t.roofline_time / t.time)));
  const auto rate = d.product_rate(math);
  if (rate && t.intensity() > 0) {
    const double ridge = (*rate / d.dram_bandwidth()).value();
    section.lines.push_back(fmt::format("intensity {} FLOP/B, {} the ridge point of {} FLOP/B",
                                        human_number(t.intensity()), t.intensity() < ridge ? "below" : "above",
                                        human_number(ridge)));
  }
  return section;
}

Section needs(const LimitsReport& r) {
  Section section{"what each resource needs by itself, as it is reached", {}};
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    if (r.limits.row.needs[i].value() > 0) order.push_back(i);
  }
  const auto& times = r.limits.row.needs;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return times[a] > times[b]; });
  for (const std::size_t i : order) {
    section.lines.push_back(fmt::format("{}: {}, {} of the time", kBounds[i].name, human_seconds(times[i].value()),
                                        human_percent(times[i].value() / r.limits.row.total.time)));
  }
  return section;
}

Section chain(const LimitsReport& r) {
  Section section{"limits, one behind the other", {}};
  for (std::size_t i = 0; i < r.limits.chain.size(); ++i) {
    section.lines.push_back(fmt::format("{}. {}", i + 1, step_line(r.limits.chain[i], i)));
  }
  return section;
}

Section effects(const LimitsReport& r) {
  Section section{"what each change gives: time of a sample, over the time now", {}};
  for (const Effect& effect : r.limits.effects) {
    section.lines.push_back(fmt::format("{:.3f}x{}  {}, then bound by {}", effect.time_ratio,
                                        effect.network ? " for all" : "", effect.what, name(effect.bound)));
  }
  return section;
}

std::vector<Section> sections_of(const LimitsReport& r) {
  if (r.limits.row.total.time <= 0) return {{"now", {"it takes no time: nothing limits it"}}};
  return {now(r), roofs(r), needs(r), chain(r), effects(r)};
}

std::string as_text(const LimitsReport& r, std::size_t width) {
  std::string text = printable(subject(r)) + "\n";
  for (const Section& section : sections_of(r)) {
    text += "\n" + section.title + "\n";
    for (const std::string& line : section.lines) text += "  " + wrap(printable(line), width - 2, 6) + "\n";
  }
  return text;
}

std::string as_markdown(const LimitsReport& r) {
  std::string text = "## " + markdown_text(subject(r)) + "\n";
  for (const Section& section : sections_of(r)) {
    text += "\n### " + markdown_text(section.title) + "\n\n";
    for (const std::string& line : section.lines) text += "- " + markdown_text(line) + "\n";
  }
  return text;
}

}  // namespace

std::string step_line(const Bottleneck& step, std::size_t place) {
  if (step.change.empty()) return fmt::format("{}: no property of a device alone takes it away", name(step.bound));
  return fmt::format("{}: without it{} ({}) {:.3f}x the time, {}", name(step.bound),
                     place == 0 ? "" : ", and those before,", step.change, step.time_ratio,
                     step.next == step.bound     ? "and still bound by it: its model ties it to another rate"
                     : step.next == Bound::kNone ? "and nothing is left"
                                                 : fmt::format("then bound by {}", name(step.next)));
}

std::string write_limits(std::span<const LimitsReport> reports, std::string_view format, std::size_t width) {
  if (format == "json") return limits_json(reports);
  std::string text;
  for (const LimitsReport& r : reports) {
    text += (text.empty() ? "" : "\n") + (format == "markdown" ? as_markdown(r) : as_text(r, width));
  }
  return text;
}

}  // namespace ridgepoint
