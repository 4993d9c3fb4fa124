#include <fmt/format.h>

#include "calibrate/fit.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

std::string percent(double share) { return fmt::format("{:.1f}%", share * 100); }
std::string microseconds(double seconds) { return fmt::format("{:.3g}", seconds * 1e6); }

std::string entry_line(const EntryFit& fit) {
  const CalibrationEntry& e = fit.entry;
  const LawParameters& p = e.parameters;
  const std::string floor = p.floor > 0 ? microseconds(p.floor) : "-";
  const std::string ratio = p.cache_bandwidth_ratio > 1 ? fmt::format("{:.2f}", p.cache_bandwidth_ratio) : "-";
  return fmt::format(
      "{:<17} {:<8} {:<6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>5.2f} {:>5.2f} {:>7.3f} {:>6.3f} {:>7} {:>6.2f} "
      "{:>5} {:>6}\n",
      e.kernel, format_name(e.format), kClockNames[static_cast<std::size_t>(e.clock)], e.samples,
      percent(fit.inside.median), percent(fit.inside.mape), percent(fit.held_out.median), percent(fit.held_out.mape),
      e.p10, e.p90, p.compute_efficiency, p.memory_efficiency, microseconds(p.latency), p.smoothness, ratio, floor);
}

}  // namespace

std::string write_fit(const FitResult& result) {
  std::string text = fmt::format(
      "errors are |predicted / measured - 1|: inside the fit, and held out of it (five folds); P10 and P90 are of\n"
      "measured / predicted, held out; efficiencies are shares of the data sheet, latency and floor in us\n\n"
      "{:<17} {:<8} {:<6} {:>6} {:>13} {:>13} {:>5} {:>5} {:>7} {:>6} {:>7} {:>6} {:>5} {:>6}\n"
      "{:<17} {:<8} {:<6} {:>6} {:>6} {:>6} {:>6} {:>6}\n",
      "kernel", "format", "clock", "n", "inside", "held out", "P10", "P90", "compute", "memory", "latency", "smooth",
      "cache", "floor", "", "", "", "", "median", "mean", "median", "mean");
  for (const EntryFit& fit : result.entries) text += entry_line(fit);
  text += "\nthe worst samples (held out):\n";
  for (const EntryFit& fit : result.entries) {
    for (const Misfit& misfit : fit.worst) {
      text += fmt::format("  {}:{}: {} measured {} us, predicted {} us\n", printable(misfit.file), misfit.line,
                          fit.entry.kernel, microseconds(misfit.measured), microseconds(misfit.predicted));
    }
  }
  return text;
}

}  // namespace ridgepoint
