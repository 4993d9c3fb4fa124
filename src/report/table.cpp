#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/columns.hpp"
#include "report/report.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

// Widths of the columns behind the first, which takes what is left of the line.
std::size_t width_of(const Column& column) {
  switch (column.kind) {
    case ColumnKind::kText: return column.key == "op" ? 11 : 7;
    case ColumnKind::kCount: return column.key == "repeat" ? 5 : 7;
    case ColumnKind::kSeconds: return 8;
    default: return 7;
  }
}

std::string_view color_of(Bound bound) {
  switch (bound) {
    case Bound::kMatrix: return "\x1b[32m";
    case Bound::kVector:
    case Bound::kSpecial: return "\x1b[36m";
    case Bound::kDram:
    case Bound::kLink:
    case Bound::kL2: return "\x1b[33m";
    case Bound::kLaunch:
    case Bound::kOccupancy:
    case Bound::kHost: return "\x1b[35m";
    case Bound::kNone: break;
  }
  return "\x1b[2m";
}

class Table {
 public:
  Table(const Report& report, const View& view) : report_(report), estimate_(report.estimate), view_(view) {
    for (const Column& column : columns()) {
      if (!column.header.empty()) shown_.push_back(&column);
    }
    std::size_t others = 0;
    for (std::size_t i = 1; i < shown_.size(); ++i) others += width_of(*shown_[i]) + 1;
    first_width_ = std::max<std::size_t>(view.width > others ? view.width - others : 0, 16);
  }

  std::string write() {
    heading();
    header_line();
    rule();
    rows();
    rule();
    total_line();
    categories();
    passes();
    memory();
    advice();
    return std::move(text_);
  }

 private:
  void line(std::string_view content) { (text_ += content) += '\n'; }
  void paragraph(std::string_view content, std::size_t indent = 0) { line(wrap(content, view_.width, indent)); }

  void heading() {
    const Estimate& e = estimate_;
    paragraph(fmt::format("{} on {} ({}): {}", printable(e.model), printable(e.device),
                          printable(report_.device.summary), run_line(e)));
    paragraph(fmt::format("{}; fusion {}, {} execution", source_of_rates(),
                          kFusionNames[static_cast<std::size_t>(e.options.fusion)],
                          kExecutionNames[static_cast<std::size_t>(e.options.execution)]));
    paragraph("a multiply-add is two FLOPs; bytes are those that must move; rows cover all x repetitions");
    line("");
  }

  [[nodiscard]] std::string source_of_rates() const {
    switch (estimate_.options.mode) {
      case Mode::kRoofline: return "plain roofline of the data sheet";
      case Mode::kCeilings: return "roofline of the measured ceilings: " + printable(calibration_line(report_));
      case Mode::kCalibrated: return "calibrated: " + printable(calibration_line(report_));
      default: return "not calibrated: data sheet with pooled efficiencies";
    }
  }

  void header_line() {
    std::string row = fit(shown_.front()->header, first_width_, false);
    for (std::size_t i = 1; i < shown_.size(); ++i)
      row += " " + fit(shown_[i]->header, width_of(*shown_[i]), right(*shown_[i]));
    line(trimmed(std::move(row)));
  }

  void rule() { line(std::string(view_.width, '-')); }

  static bool right(const Column& column) { return column.kind != ColumnKind::kText; }

  static std::string trimmed(std::string row) {
    row.erase(row.find_last_not_of(' ') + 1);
    return row;
  }

  void row_line(const LayerEstimate& row, std::string_view label) {
    std::string out = fit(label, first_width_, false);
    for (std::size_t i = 1; i < shown_.size(); ++i) {
      const Column& column = *shown_[i];
      std::string cell = fit(printable(human(column, column.cell(row))), width_of(column), right(column));
      if (column.key == "bound" && view_.color)
        cell.insert(name(row.bound).size(), "\x1b[0m").insert(0, color_of(row.bound));
      out += " " + cell;
    }
    line(trimmed(std::move(out)));
  }

  // The layer's name within its block, with the names of what is fused behind it as far as they fit.
  [[nodiscard]] std::string label_of(const LayerEstimate& row, const std::string& prefix) const {
    std::string label = printable(inner_name(row.name, prefix));
    if (row.fused_from.size() < 2) return label;
    std::string with_all = label;
    for (std::size_t i = 1; i < row.fused_from.size(); ++i) with_all += "+" + last_part(row.fused_from[i]);
    if (display_width(with_all) + 2 <= first_width_) return with_all;
    return fmt::format("{} +{}", label, row.fused_from.size() - 1);
  }

  static std::string inner_name(const std::string& name, const std::string& prefix) {
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  }
  static std::string last_part(const std::string& name) { return printable(name.substr(name.rfind('.') + 1)); }

  // The path of the blocks around a layer, repetition numbers included: "stage.1-3.".
  static std::string prefix_of(const LayerEstimate& row) {
    return row.block.empty() ? "" : row.name.substr(0, row.name.rfind('.') + 1);
  }

  void rows() {
    std::string open;
    std::size_t free_rows = 0;
    for (const LayerEstimate& row : rows_of(estimate_, view_)) {
      if (row.bound == Bound::kNone && view_.by == By::kLayer) {
        ++free_rows;
        continue;
      }
      const bool in_blocks = view_.by == By::kLayer && view_.top == 0;
      const std::string prefix = in_blocks ? prefix_of(row) : "";
      if (prefix != open && !prefix.empty())
        line(trimmed(fit(printable(prefix.substr(0, prefix.size() - 1)), view_.width, false)));
      open = prefix;
      row_line(row, (prefix.empty() ? "" : "  ") + label_of(row, prefix));
    }
    if (free_rows > 0) line(fmt::format("{} more that move and compute nothing (views)", free_rows));
  }

  LayerEstimate summary_row(std::string label, const Amounts& amounts) const {
    LayerEstimate row{.name = std::move(label)};
    row.total = amounts;
    row.share = estimate_.total.time > 0 ? amounts.time / estimate_.total.time : 0;
    return row;
  }

  // A row without the columns that only a layer has.
  void summary_line(const std::string& label, const Amounts& amounts) {
    const LayerEstimate row = summary_row(label, amounts);
    std::string out = fit(label, first_width_, false);
    for (std::size_t i = 1; i < shown_.size(); ++i) {
      const Column& column = *shown_[i];
      const bool of_layer = column.kind == ColumnKind::kText || column.key == "repeat";
      out += " " + fit(of_layer ? "" : human(column, column.cell(row)), width_of(column), right(column));
    }
    line(trimmed(std::move(out)));
  }

  void total_line() {
    summary_line("total", estimate_.total);
    if (estimate_.options.mode == Mode::kRoofline || estimate_.options.mode == Mode::kCeilings) return;
    line(fmt::format("  between {} and {} (P10 to P90)", human_seconds(estimate_.total.time_p10),
                     human_seconds(estimate_.total.time_p90)));
  }

  void categories() {
    if (view_.by == By::kCategory) return;  // the rows say it
    for (std::size_t i = 0; i < kCategoryNames.size(); ++i) {
      if (estimate_.by_category[i].bytes() > 0)
        summary_line("  " + std::string(kCategoryNames[i]), estimate_.by_category[i]);
    }
  }

  void passes() {
    if (estimate_.phase != Phase::kTraining) return;
    for (std::size_t i = 0; i < kPasses.size(); ++i) {
      Amounts sum;
      for (const LayerEstimate& row : estimate_.rows) sum += row.passes[i];
      sum.parameters = 0;
      summary_line("  " + std::string(name(kPasses[i])), sum);
    }
  }

  void memory() {
    const Footprint& m = estimate_.memory;
    std::string parts;
    const auto add = [&](std::string_view what, Bytes bytes) {
      if (bytes.value() > 0)
        parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", what, human_capacity(bytes.value()));
    };
    add("weights", m.weights);
    add("tables", m.tables);
    add("activations", m.activations);
    add("gradients", m.gradients);
    add("optimizer", m.optimizer);
    add("KV cache", m.kv_cache);
    std::string total = human_capacity(m.total().value());
    if (report_.device.dram.capacity) total += " of " + human_capacity(report_.device.dram.capacity->value());
    line("");
    std::string parameters = human_count(estimate_.total.parameters) + " parameters";
    if (estimate_.active_parameters != estimate_.total.parameters) {
      parameters += fmt::format(", of which a token uses {}", human_count(estimate_.active_parameters));
    }
    paragraph(fmt::format("memory: {} ({}); {}", total, parts, parameters), 8);
    if (estimate_.limits) limits(*estimate_.limits);
    for (const std::string& warning : estimate_.warnings) paragraph("warning: " + printable(warning), 9);
    for (const Unmodelled& item : estimate_.unmodelled) {
      paragraph(fmt::format("not modelled: {} ({}), {} of it", printable(item.name), printable(item.type), item.count),
                9);
    }
    if (estimate_.importer.empty()) return;  // the notes of files that come with the tool are for who reads the files
    for (const std::string& note : estimate_.notes) paragraph("note: " + printable(note), 6);
  }

  void limits(const CacheLimits& limits) {
    std::string text = fmt::format("KV cache: {} for each sequence", human_capacity(limits.per_sequence.value()));
    if (limits.per_token.value() > 0) {
      text += fmt::format(", {} more for each token", human_capacity(limits.per_token.value()));
    }
    if (limits.largest_batch > 0) text += fmt::format("; a batch of {} fits", limits.largest_batch);
    if (limits.largest_batch > 0 && limits.largest_context > 0) {
      text += fmt::format(", or a kv_len of {}", limits.largest_context);
    }
    paragraph(text, 10);
  }

  void advice() {
    if (report_.advice.empty()) return;
    line("");
    line("what matters most, and what would help (the time of a sample after the change):");
    for (std::size_t i = 0; i < report_.advice.size(); ++i) {
      const Advice& item = report_.advice[i];
      std::string text =
          fmt::format("{}. {}, {}, {}; ", i + 1, printable(item.layer), human_percent(item.share), item.why);
      for (std::size_t k = 0; k < item.changes.size(); ++k) {
        const Change& change = item.changes[k];
        text += fmt::format("{}{}: x{}{}", k == 0 ? "" : ", ", change.what, human_number(change.time_ratio),
                            change.whole_network ? " for all" : "");
      }
      if (item.changes.empty()) text += "no change of batch, format, fusion or sharding would help";
      paragraph(text, 3);
    }
  }

  const Report& report_;
  const Estimate& estimate_;
  const View& view_;
  std::vector<const Column*> shown_;
  std::size_t first_width_ = 0;
  std::string text_;
};

}  // namespace

std::string write_table(const Report& report, const View& view) { return Table(report, view).write(); }

}  // namespace ridgepoint
