#include <fmt/format.h>

#include "calibrate/fit.hpp"
#include "core/text.hpp"
#include "cost/model.hpp"

namespace ridgepoint {
namespace {

std::string percent(double share) { return fmt::format("{:.1f}%", share * 100); }
std::string microseconds(double seconds) { return fmt::format("{:.3g}", seconds * 1e6); }

// The columns of the table, by their widths.
constexpr std::string_view kLayout = "{:<17} {:<8} {:<6} {:>5} {:>6} {:>6} {:>7} {:>6} {:>5} {:>5}\n";

std::string parameters_line(const CalibrationEntry& e) {
  std::string line = fmt::format("    {}:", e.model->name);
  for (std::size_t i = 0; i < e.model->parameters.size(); ++i)
    line += fmt::format(" {} {:.3g}", e.model->parameters[i].name, e.parameters[i]);
  if (e.floor > 0) line += fmt::format(" {} {:.3g}", kFloorParameter.name, e.floor);
  return line + "\n";
}

std::string entry_line(const EntryFit& fit) {
  const CalibrationEntry& e = fit.entry;
  return fmt::format(kLayout, e.kind->name, format_name(e.format), kClockNames[static_cast<std::size_t>(e.clock)],
                     e.samples, percent(fit.inside.median), percent(fit.inside.mape), percent(fit.held_out.median),
                     percent(fit.held_out.mape), fmt::format("{:.2f}", e.p10), fmt::format("{:.2f}", e.p90)) +
         parameters_line(e);
}

}  // namespace

std::string write_fit(const FitResult& result) {
  std::string text =
      "errors are |predicted / measured - 1|: inside the fit, and held out of it (h.o., five folds); P10 and P90\n"
      "are of measured / predicted, held out; below each kernel its model with the parameters that were found\n\n";
  text += fmt::format(kLayout, "kernel", "format", "clock", "n", "median", "mean", "h.o.med", "mean", "P10", "P90");
  for (const EntryFit& fit : result.entries) text += entry_line(fit);
  text += "\nthe worst samples (held out):\n";
  for (const EntryFit& fit : result.entries) {
    for (const Misfit& misfit : fit.worst) {
      text += fmt::format("  {}:{}: {} measured {} us, predicted {} us\n", printable(misfit.file), misfit.line,
                          fit.entry.kind->name, microseconds(misfit.measured), microseconds(misfit.predicted));
    }
  }
  return text;
}

}  // namespace ridgepoint
