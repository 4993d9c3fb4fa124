#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/columns.hpp"
#include "report/report.hpp"
#include "report/style.hpp"
#include "report/table_parts.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kIndent = 2;  // of a layer in its block

class Table {
 public:
  Table(const Report& report, const View& view) : report_(report), estimate_(report.estimate), view_(view) {
    shown_rows_ = rows_of(estimate_, view);
    std::size_t longest = 0;
    for (const LayerEstimate& row : shown_rows_) {
      longest = std::max(longest, display_width(label_of(row, prefix_in_view(row), view.width)) + kIndent);
      largest_share_ = std::max(largest_share_, row.share);
    }
    layout_ = layout_of(view.width, longest);
  }

  std::string write() {
    text_ = table_heading(report_, view_);
    header_line();
    rule();
    rows();
    rule();
    total_line();
    categories();
    passes();
    return text_ + memory_paragraphs(report_, view_) + advice_paragraphs(report_, view_);
  }

 private:
  void line(std::string_view content) { (text_ += content) += '\n'; }
  void header_line() {
    std::string row = fit(layout_.shown.front()->header, layout_.first, false);
    for (std::size_t i = 1; i < layout_.shown.size(); ++i)
      row += " " + fit(layout_.shown[i]->header, width_of(*layout_.shown[i]), right(*layout_.shown[i]));
    line(trimmed(std::move(row)));
  }

  void rule() { line(std::string(layout_.line, '-')); }

  static bool right(const Column& column) { return column.kind != ColumnKind::kText; }

  static std::string trimmed(std::string row) {
    row.erase(row.find_last_not_of(' ') + 1);
    return row;
  }

  void row_line(const LayerEstimate& row, std::string_view label) {
    std::string out = fit(label, layout_.first, false);
    for (std::size_t i = 1; i < layout_.shown.size(); ++i) {
      const Column& column = *layout_.shown[i];
      std::string cell = fit(printable(human(column, column.cell(row))), width_of(column), right(column));
      if (column.key == "bound" && view_.color)
        cell.insert(name(row.bound).size(), kPlain).insert(0, color_of(row.bound));
      out += " " + cell;
    }
    out += bar(row);
    line(trimmed(std::move(out)));
  }

  // Against the row that takes most.
  [[nodiscard]] std::string bar(const LayerEstimate& row) const {
    if (layout_.bar == 0 || largest_share_ <= 0) return "";
    const std::string shown = bar_of(row.share / largest_share_, layout_.bar, view_.unicode);
    if (shown.empty() || !view_.color) return " " + shown;
    return fmt::format(" {}{}{}", color_of(row.bound), shown, kPlain);
  }

  // The layer's name within its block, with the names of what is fused behind it as far as they fit.
  static std::string label_of(const LayerEstimate& row, const std::string& prefix, std::size_t width) {
    std::string label = printable(inner_name(row.name, prefix));
    if (row.fused_from.size() < 2) return label;
    std::string with_all = label;
    for (std::size_t i = 1; i < row.fused_from.size(); ++i) with_all += "+" + last_part(row.fused_from[i]);
    if (display_width(with_all) + kIndent <= width) return with_all;
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

  [[nodiscard]] std::string prefix_in_view(const LayerEstimate& row) const {
    return view_.by == By::kLayer && view_.top == 0 ? prefix_of(row) : "";
  }

  void rows() {
    std::string open;
    std::size_t free_rows = 0;
    for (const LayerEstimate& row : shown_rows_) {
      if (row.bound == Bound::kNone && view_.by == By::kLayer) {
        ++free_rows;
        continue;
      }
      const std::string prefix = prefix_in_view(row);
      if (prefix != open && !prefix.empty())
        line(trimmed(fit(printable(prefix.substr(0, prefix.size() - 1)), view_.width, false)));
      open = prefix;
      row_line(row, (prefix.empty() ? "" : "  ") + label_of(row, prefix, layout_.first));
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
    std::string out = fit(label, layout_.first, false);
    for (std::size_t i = 1; i < layout_.shown.size(); ++i) {
      const Column& column = *layout_.shown[i];
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

  const Report& report_;
  const Estimate& estimate_;
  const View& view_;
  std::vector<LayerEstimate> shown_rows_;
  double largest_share_ = 0;
  TableLayout layout_;
  std::string text_;
};

}  // namespace

std::string write_table(const Report& report, const View& view) { return Table(report, view).write(); }

}  // namespace ridgepoint
