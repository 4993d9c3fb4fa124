#include "calibrate/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "cost/validation.hpp"
#include "kernels/cost_kind.hpp"

namespace ridgepoint {
namespace {

constexpr double kLossScale = 4.0 / 3;  // in spreads of the samples: residuals beyond count linearly
constexpr std::uint64_t kFolds = 5;
constexpr std::size_t kWorst = 5;

constexpr std::uint64_t kFnvStart = 0xcbf29ce484222325ULL;
std::uint64_t fnv(std::string_view text, std::uint64_t hash = kFnvStart) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::string joined(const std::vector<std::string>& fields) { return fmt::format("{}\n", fmt::join(fields, ",")); }

// Of what was read, so that line ends and quotes do not matter.
std::string hash_of(const CsvTable& table) {
  std::uint64_t hash = fnv(joined(table.header));
  for (const CsvRow& row : table.rows) hash = fnv(joined(row.fields), hash);
  return fmt::format("fnv1a-{:016x}", hash);
}

/// A sample ready for the fit.
struct Observation {
  const SampleFile* file;
  std::size_t line;
  std::string key;      // the row's text; decides the order
  std::uint64_t shape;  // a hash of the row without its time; decides the fold
  Launch launch;
  Circumstances circumstances;
  Demand demand;
  double time;    // seconds
  double weight;  // less than 1 when the time is coarsely rounded
};

using EntryKey = std::tuple<std::size_t, std::string, Clock>;  // kind, format, clock

struct EntrySamples {
  CalibrationEntry entry;
  PooledParameters pooled;
  std::vector<Observation> observations;
};

// --- reading ---

// The step that a file's times are rounded to, in seconds: that of their last decimal. Without decimals it is 1 us.
double resolution(const SampleFile& file) {
  const auto column = static_cast<std::size_t>(file.table.column("time_us"));
  std::size_t decimals = 0;
  for (const CsvRow& row : file.table.rows) {
    std::string_view text = row.fields[column];
    const std::size_t point = text.find('.');
    if (text.find_first_of("eE") != std::string_view::npos) return 0;
    if (point == std::string_view::npos) continue;
    while (text.ends_with('0')) text.remove_suffix(1);
    decimals = std::max(decimals, text.size() - point - 1);
  }
  return 1e-6 * std::pow(10, -static_cast<double>(decimals));
}

double weight_of(double time, double step, double spread) {
  const double rounding = step / std::sqrt(12.0) / time / spread;
  return 1 / (1 + rounding * rounding);
}

class Collector {
 public:
  explicit Collector(const Device& base) : base_(base) {}

  void add(const SampleFile& file) {
    const double step = resolution(file);
    const auto time_column = static_cast<std::size_t>(file.table.column("time_us"));
    for (std::size_t i = 0; i < file.samples.size(); ++i) {
      const Sample& sample = file.samples[i];
      const std::optional<Launch> launch = launch_of(file, sample);
      if (!launch) return;
      expect_rate(file, i, *launch);
      std::vector<std::string> fields = file.table.rows[i].fields;
      std::string key = joined(fields);
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(time_column));
      const double time = sample.time_us * 1e-6;
      EntrySamples& samples = samples_of(*launch, sample.clock);
      samples.observations.push_back({&file, sample.line, std::move(key), fnv(joined(fields)), *launch,
                                      circumstances_of(sample), demand_of(*launch, base_, circumstances_of(sample)),
                                      time, weight_of(time, step, samples.entry.model->sample_spread)});
    }
  }

  std::map<EntryKey, EntrySamples> take() {
    for (auto& [key, samples] : entries_) {
      std::sort(samples.observations.begin(), samples.observations.end(),
                [](const Observation& a, const Observation& b) {
                  return std::tie(a.shape, a.key) < std::tie(b.shape, b.key);
                });
    }
    return std::move(entries_);
  }

 private:
  void expect_rate(const SampleFile& file, std::size_t row, const Launch& launch) const {
    if (launch.work.matrix.value() == 0) return;
    if (const std::optional<Problem> problem = missing_format(base_, launch.work.math)) {
      file.table.fail(file.table.rows[row], static_cast<std::size_t>(file.table.column("dtype")),
                      {problem->what, "a base device whose data sheet has the rate, or samples in another format"});
    }
  }

  EntrySamples& samples_of(const Launch& launch, Clock clock) {
    const CostKind& kind = cost_kind(launch.kernel);
    const std::optional<DType> format = cost_format(launch.kernel);
    const auto index = static_cast<std::size_t>(&kind - kCostKinds.data());
    EntrySamples& samples = entries_[{index, std::string(format_name(format)), clock}];
    if (samples.observations.empty()) {
      samples.entry = {.kind = &kind, .format = format, .clock = clock};
      samples.pooled = pooled_parameters(launch.kernel, clock);
      samples.entry.model = samples.pooled.model;
    }
    return samples;
  }

  const Device& base_;
  std::map<EntryKey, EntrySamples> entries_;
};

// --- the fit of one entry ---

double predicted(const Observation& o, const CalibrationEntry& entry, const Device& base) {
  const Situation situation{o.launch, base, o.circumstances, o.demand};
  const double floor = entry.floor * calls_of(*entry.model, situation, entry.parameters);
  return over_floor(entry.model->time(situation, entry.parameters).time, Seconds{floor}).value();
}

/// A parameter that is fitted, in log.
struct Free {
  ModelParameter parameter;
  double prior;
  double spread;
};

class EntryFitter {
 public:
  EntryFitter(const EntrySamples& samples, const Device& base, Minimize minimize)
      : samples_(samples), base_(base), minimize_(minimize) {
    const auto& parameters = samples.entry.model->parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      free_.push_back({parameters[i], samples.pooled.values[i], samples.pooled.spreads[i]});
    if (samples.entry.clock != Clock::kKernel) free_.push_back(floor_parameter());
  }

  // What no sample depends on stays what the pool says. `start` is where to look first, the prior if there is none.
  [[nodiscard]] CalibrationEntry fit_to(const std::vector<const Observation*>& observations,
                                        const CalibrationEntry* start = nullptr) const {
    const double spread = samples_.entry.model->sample_spread;
    LeastSquares problem{.loss_scale = kLossScale * spread};
    for (std::size_t j = 0; j < free_.size(); ++j) {
      const Free& free = free_[j];
      const double lower = std::log(free.parameter.lower);
      const double upper = std::log(free.parameter.upper);
      problem.lower.push_back(lower);
      problem.upper.push_back(upper);
      problem.prior.push_back(std::log(free.prior));
      problem.spread.push_back(free.spread);
      const double first = start == nullptr ? free.prior : value(*start, j);
      problem.start.push_back(std::clamp(std::log(first), lower + 1e-6, upper - 1e-6));
    }
    for (const Observation* o : observations) problem.weights.push_back(o->weight / (spread * spread));
    problem.residual = [&](std::size_t i, const double* x) {
      return std::log(predicted(*observations[i], entry_at(x), base_) / observations[i]->time);
    };
    std::vector<double> x;
    minimize_(problem, x);
    return entry_at(x.data());
  }

  [[nodiscard]] std::vector<std::string> at_bounds(const CalibrationEntry& entry) const {
    constexpr double kNear = 1e-3;
    std::vector<std::string> names;
    for (std::size_t j = 0; j < free_.size(); ++j) {
      const ModelParameter& parameter = free_[j].parameter;
      const bool low = value(entry, j) < parameter.lower * (1 + kNear);
      const bool high = value(entry, j) > parameter.upper * (1 - kNear);
      if (low || high) names.emplace_back(parameter.name);
    }
    return names;
  }

  [[nodiscard]] double predict(const Observation& o, const CalibrationEntry& entry) const {
    return predicted(o, entry, base_);
  }

 private:
  // No call is faster than the floor; the fastest two percent of the samples bound it from above. Where calls differ
  // from op to op, samples are taken by what they would be as plain calls, and one op may be off.
  [[nodiscard]] Free floor_parameter() const {
    const CostModel& model = *samples_.entry.model;
    std::vector<double> times;
    for (const Observation& o : samples_.observations)
      times.push_back(o.time / calls_of(model, {o.launch, base_, o.circumstances, o.demand}, samples_.pooled.values));
    const auto place = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 50);
    std::nth_element(times.begin(), place, times.end());
    constexpr double kFloorSpread = 0.35;
    const double room = model.calls == nullptr ? 1.01 : 2;
    Free free{kFloorParameter, std::max(*place, kFloorParameter.lower * 1.5), kFloorSpread};
    free.parameter.upper = std::clamp(*place * room, kFloorParameter.lower * 2, kFloorParameter.upper);
    return free;
  }

  [[nodiscard]] double value(const CalibrationEntry& entry, std::size_t j) const {
    return j < entry.model->parameters.size() ? entry.parameters[j] : entry.floor;
  }

  // The optimizer steps a little over bounds for its derivatives.
  [[nodiscard]] CalibrationEntry entry_at(const double* x) const {
    CalibrationEntry entry = samples_.entry;
    const std::size_t count = entry.model->parameters.size();
    for (std::size_t j = 0; j < free_.size(); ++j) (j < count ? entry.parameters[j] : entry.floor) = std::exp(x[j]);
    return entry;
  }

  const EntrySamples& samples_;
  const Device& base_;
  Minimize minimize_;
  std::vector<Free> free_;
};

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - static_cast<double>(below));
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

std::vector<double> held_out_predictions(const EntrySamples& samples, const EntryFitter& fitter,
                                         const CalibrationEntry& whole) {
  std::vector<double> predictions(samples.observations.size());
  for (std::uint64_t fold = 0; fold < kFolds; ++fold) {
    std::vector<const Observation*> others;
    for (const Observation& o : samples.observations) {
      if (o.shape % kFolds != fold) others.push_back(&o);
    }
    if (others.size() == samples.observations.size()) continue;
    const CalibrationEntry entry = fitter.fit_to(others, &whole);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      const Observation& o = samples.observations[i];
      if (o.shape % kFolds == fold) predictions[i] = fitter.predict(o, entry);
    }
  }
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
  const EntryFitter fitter(samples, base, minimize);
  std::vector<const Observation*> all;
  all.reserve(samples.observations.size());
  for (const Observation& o : samples.observations) all.push_back(&o);
  EntryFit result{.entry = fitter.fit_to(all)};
  result.entry.samples = static_cast<std::int64_t>(all.size());
  result.entry.at_bounds = fitter.at_bounds(result.entry);
  std::vector<double> inside;
  inside.reserve(all.size());
  for (const Observation* o : all) inside.push_back(fitter.predict(*o, result.entry));
  const std::vector<double> held_out = held_out_predictions(samples, fitter, result.entry);
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
  if (!same_device(files.front().device, base)) {
    result.warnings.push_back(
        fmt::format("the samples are of {}, and the data sheet is that of {}", files.front().device, base.name));
  }
  Collector collector(base);
  for (const SampleFile& file : files) collector.add(file);
  for (const auto& [key, samples] : collector.take()) {
    result.entries.push_back(fit_entry(samples, base, minimize));
    const EntryFit& latest = result.entries.back();
    result.calibration.entries.push_back(latest.entry);
    result.calibration.samples += latest.entry.samples;
    warn(result, latest);
  }
  for (const SampleFile& file : files) {
    if (!launch_of(file, file.samples.front())) {
      result.warnings.push_back(fmt::format("{}: no cost model prices the kernel {} yet; its samples are left out",
                                            file.path, file.kernel->name));
    }
  }
  if (result.entries.empty()) throw InputError({"no sample has a cost model", "samples of kernels that are priced"});
  return result;
}

}  // namespace ridgepoint
