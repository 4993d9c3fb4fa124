#include "calibrate/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <map>

#include "calibrate/group_fit.hpp"
#include "calibrate/reached.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "cost/cpu.hpp"
#include "cost/validation.hpp"

namespace ridgepoint {
namespace {

constexpr std::uint64_t kFolds = 5;
constexpr std::size_t kWorst = 5;

// The parameters that a fit found, as an entry.
CalibrationEntry entry_of(const CalibrationEntry& base, const FitSolution& solution) {
  CalibrationEntry entry = base;
  entry.parameters = solution.values;
  entry.floor = solution.floors.front();
  entry.at_bounds = solution.at_bounds;
  return entry;
}

// The models of a processor have its calls in their latency.
FitPrior prior_of(const EntrySamples& samples, const Device& base) {
  const bool calls = samples.entry.clock != Clock::kKernel && !has_cpu_curves(base);
  return {samples.pooled.model, samples.pooled.values, samples.pooled.spreads, calls};
}

Agreement agreement(const std::vector<Observation>& observations, const std::vector<double>& predictions) {
  std::vector<double> errors;
  Agreement result;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    errors.push_back(std::abs(predictions[i] / observations[i].time - 1));
    result.mape += errors.back() / static_cast<double>(predictions.size());
  }
  result.median = quantile(errors, 0.5);
  return result;
}

// Each sample predicted by a fit to the other folds. The folds are fitted side by side; each is the same whenever.
std::vector<double> held_out_predictions(const EntrySamples& samples, const FitPrior& prior, const FitSolution& whole,
                                         Minimize minimize) {
  std::vector<std::future<FitSolution>> fits;
  fits.reserve(kFolds);
  for (std::uint64_t fold = 0; fold < kFolds; ++fold) {
    fits.push_back(std::async(std::launch::async, [&, fold] {
      FitGroup others;
      for (const Observation& o : samples.observations) {
        if (o.shape % kFolds != fold) others.observations.push_back(&o);
      }
      if (others.observations.size() == samples.observations.size()) return whole;
      if (others.observations.empty()) return FitSolution{prior.values, whole.floors, {}};
      return fit_groups(prior, {others}, minimize, &whole);
    }));
  }
  std::vector<CalibrationEntry> entries;
  entries.reserve(fits.size());
  for (auto& fit : fits) entries.push_back(entry_of(samples.entry, fit.get()));
  std::vector<double> predictions;
  predictions.reserve(samples.observations.size());
  for (const Observation& o : samples.observations) predictions.push_back(predicted(o, entries[o.shape % kFolds]));
  return predictions;
}

std::vector<Misfit> worst_of(const EntrySamples& samples, const std::vector<double>& predictions) {
  std::vector<Misfit> all;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Observation& o = samples.observations[i];
    all.push_back({o.file->path, o.line, o.time, predictions[i]});
  }
  const auto size = [](const Misfit& m) { return std::abs(std::log(m.predicted / m.measured)); };
  std::stable_sort(all.begin(), all.end(), [&](const Misfit& a, const Misfit& b) { return size(a) > size(b); });
  all.resize(std::min(all.size(), kWorst));
  return all;
}

// Few samples cannot tell their spread: the interval is then no narrower than that of the pool.
void set_interval(EntryFit& result, const EntrySamples& samples, const std::vector<double>& predictions) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < predictions.size(); ++i) ratios.push_back(samples.observations[i].time / predictions[i]);
  result.entry.p10 = quantile(ratios, 0.1);
  result.entry.p90 = quantile(ratios, 0.9);
  if (ratios.size() >= kEnoughSamples) return;
  result.entry.p10 = std::min(result.entry.p10, samples.pooled.p10);
  result.entry.p90 = std::max(result.entry.p90, samples.pooled.p90);
}

EntryFit fit_entry(const EntrySamples& samples, const Device& base, Minimize minimize) {
  const FitPrior prior = prior_of(samples, base);
  FitGroup all;
  for (const Observation& o : samples.observations) all.observations.push_back(&o);
  const FitSolution whole = fit_groups(prior, {all}, minimize);
  EntryFit result{.entry = entry_of(samples.entry, whole)};
  result.entry.samples = static_cast<std::int64_t>(samples.observations.size());
  std::vector<double> inside;
  for (const Observation& o : samples.observations) inside.push_back(predicted(o, result.entry));
  const std::vector<double> held_out = held_out_predictions(samples, prior, whole, minimize);
  result.inside = agreement(samples.observations, inside);
  result.held_out = agreement(samples.observations, held_out);
  result.entry.median_error = result.held_out.median;
  result.worst = worst_of(samples, held_out);
  set_interval(result, samples, held_out);
  return result;
}

// --- what the samples are ---

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void expect_one_device(std::span<const SampleFile> files) {
  for (const SampleFile& file : files) {
    if (file.device == files.front().device) continue;
    file.table.fail(file.table.rows.front(), static_cast<std::size_t>(file.table.column("gpu")),
                    {fmt::format("samples of a second device: {}", in_quotes(file.device)),
                     fmt::format("{} as in {}", in_quotes(files.front().device), files.front().path)});
  }
}

std::vector<CalibrationSource> sources_of(std::span<const SampleFile> files) {
  std::map<std::string, std::string> path_of;
  std::vector<CalibrationSource> sources;
  for (const SampleFile& file : files) {
    const std::string hash = hash_of(file.table);
    const auto [known, is_new] = path_of.try_emplace(hash, file.path);
    if (!is_new) {
      throw InputError({fmt::format("the same samples twice: {} and {}", known->second, file.path),
                        "every file once: its samples would count double"});
    }
    sources.push_back({file_name(file.path), static_cast<std::int64_t>(file.samples.size()), hash});
  }
  std::sort(sources.begin(), sources.end(), [](const CalibrationSource& a, const CalibrationSource& b) {
    return std::tie(a.file, a.hash) < std::tie(b.file, b.hash);
  });
  return sources;
}

std::string label(const CalibrationEntry& entry) {
  return fmt::format("{} {} on the {} clock", entry.kind->name, format_name(entry.format),
                     kClockNames[static_cast<std::size_t>(entry.clock)]);
}

void warn(FitResult& result, const EntryFit& fit) {
  if (fit.entry.samples < static_cast<std::int64_t>(kEnoughSamples)) {
    result.warnings.push_back(fmt::format(
        "{}: {} samples are too few; the parameters of other devices dominate ({} or more tell of this one)",
        label(fit.entry), fit.entry.samples, kEnoughSamples));
  }
  if (!fit.entry.at_bounds.empty()) {
    result.warnings.push_back(fmt::format("{}: at the bounds of what is physical: {}", label(fit.entry),
                                          fmt::join(fit.entry.at_bounds, ", ")));
  }
}

}  // namespace

FitResult fit(const Device& base, std::span<const SampleFile> files, Minimize minimize, const std::string& date) {
  FitResult result;
  expect_one_device(files);
  result.calibration = {.tool = fmt::format("ridgepoint {}", version()), .device = files.front().device, .date = date};
  result.calibration.sources = sources_of(files);
  if (base.calibration) result.calibration.ceilings = base.calibration->ceilings;
  if (!same_device(files.front().device, base)) {
    result.warnings.push_back(
        fmt::format("the samples are of {}, and the data sheet is that of {}", files.front().device, base.name));
  }
  const auto entries = collect(base, files);
  result.calibration.reached = reached_by(entries);
  for (const auto& [key, samples] : entries) {
    result.entries.push_back(fit_entry(samples, base, minimize));
    const EntryFit& latest = result.entries.back();
    result.calibration.entries.push_back(latest.entry);
    result.calibration.samples += latest.entry.samples;
    warn(result, latest);
  }
  for (const SampleFile& file : files) {
    if (is_unpriced(file)) {
      result.warnings.push_back(fmt::format("{}: no cost model prices the kernel {} yet; its samples are left out",
                                            file.path, file.kernel->name));
    }
  }
  if (result.entries.empty()) throw InputError({"no sample has a cost model", "samples of kernels that are priced"});
  return result;
}

}  // namespace ridgepoint
