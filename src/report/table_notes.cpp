#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/table_parts.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kLongestLine = 120;  // of what is read as sentences

/// Paragraphs of a table, each wrapped to its width.
class Paragraphs {
 public:
  Paragraphs(const Report& report, const View& view) : report_(report), estimate_(report.estimate), view_(view) {}

  std::string take() { return std::move(text_); }

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

  void advice() {
    if (report_.advice.empty()) return;
    line("");
    paragraph("what matters most, and what would help (the time of a sample after the change):");
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

 private:
  void line(std::string_view content) { (text_ += content) += '\n'; }
  void paragraph(std::string_view content, std::size_t indent = 0) {
    line(wrap(content, std::min(view_.width, kLongestLine), indent));
  }

  [[nodiscard]] std::string source_of_rates() const {
    switch (estimate_.options.mode) {
      case Mode::kRoofline: return "plain roofline of the data sheet";
      case Mode::kCeilings: return "roofline of the measured ceilings: " + printable(calibration_line(report_));
      case Mode::kCalibrated: return "calibrated: " + printable(calibration_line(report_));
      default: return "not calibrated: data sheet with pooled efficiencies";
    }
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

  const Report& report_;
  const Estimate& estimate_;
  const View& view_;
  std::string text_;
};

}  // namespace

std::string table_heading(const Report& report, const View& view) {
  Paragraphs paragraphs(report, view);
  paragraphs.heading();
  return paragraphs.take();
}

std::string memory_paragraphs(const Report& report, const View& view) {
  Paragraphs paragraphs(report, view);
  paragraphs.memory();
  return paragraphs.take();
}

std::string advice_paragraphs(const Report& report, const View& view) {
  Paragraphs paragraphs(report, view);
  paragraphs.advice();
  return paragraphs.take();
}

}  // namespace ridgepoint
