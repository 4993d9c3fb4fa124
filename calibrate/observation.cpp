#include "calibrate/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cost/cpu.hpp"

namespace ridgepoint {
namespace {

constexpr std::uint64_t kFnvStart = 0xcbf29ce484222325ULL;
std::uint64_t fnv(std::string_view text, std::uint64_t hash = kFnvStart) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::string joined(const std::vector<std::string>& fields) { return fmt::format("{}\n", fmt::join(fields, ",")); }

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
  Collector(const Device& base, MissingRate missing) : base_(base), missing_(missing) {}

  void add(const SampleFile& file) {
    const double step = resolution(file);
    const auto time_column = static_cast<std::size_t>(file.table.column("time_us"));
    for (std::size_t i = 0; i < file.samples.size(); ++i) {
      const Sample& sample = file.samples[i];
      const std::optional<Launch> launch = launch_of(file, sample);
      if (!launch) return;
      if (launch->work.matrix.value() > 0 && missing_format(base_, launch->work.math)) {
        if (missing_ == MissingRate::kSkip) continue;
        fail_without_rate(file, i, *launch);
      }
      std::vector<std::string> fields = file.table.rows[i].fields;
      std::string key = joined(fields);
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(time_column));
      const double time = sample.time_us * 1e-6;
      EntrySamples& samples = samples_of(*launch, sample.clock);
      samples.observations.push_back({&file, &base_, sample.line, std::move(key), fnv(joined(fields)), *launch,
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
  [[noreturn]] void fail_without_rate(const SampleFile& file, std::size_t row, const Launch& launch) const {
    file.table.fail(file.table.rows[row], static_cast<std::size_t>(file.table.column("dtype")),
                    {missing_format(base_, launch.work.math)->what,
                     "a base device whose data sheet has the rate, or samples in another format"});
  }

  EntrySamples& samples_of(const Launch& launch, Clock clock) {
    const CostKind& kind = cost_kind(launch.kernel);
    const std::optional<DType> format = cost_format(launch.kernel);
    const auto index = static_cast<std::size_t>(&kind - kCostKinds.data());
    EntrySamples& samples = entries_[{index, std::string(format_name(format)), clock}];
    if (samples.observations.empty()) {
      samples.entry = {.kind = &kind, .format = format, .clock = clock};
      samples.pooled = prior_parameters(launch.kernel, base_, clock);
      samples.entry.model = samples.pooled.model;
    }
    return samples;
  }

  const Device& base_;
  MissingRate missing_;
  std::map<EntryKey, EntrySamples> entries_;
};

}  // namespace

std::map<EntryKey, EntrySamples> collect(const Device& device, std::span<const SampleFile> files, MissingRate missing) {
  Collector collector(device, missing);
  for (const SampleFile& file : files) collector.add(file);
  return collector.take();
}

namespace {

Situation situation_of(const Observation& o) { return {o.launch, *o.device, o.circumstances, o.demand}; }

}  // namespace

double calls_of(const Observation& o, const CalibrationEntry& entry) {
  return calls_of(*entry.model, situation_of(o), entry.parameters);
}

double predicted(const Observation& o, const CalibrationEntry& entry) {
  const Seconds floor{entry.floor > 0 ? entry.floor * calls_of(o, entry) : 0};
  return over_floor(entry.model->time(situation_of(o), entry.parameters).time, floor).value();
}

std::string hash_of(const CsvTable& table) {
  std::uint64_t hash = fnv(joined(table.header));
  for (const CsvRow& row : table.rows) hash = fnv(joined(row.fields), hash);
  return fmt::format("fnv1a-{:016x}", hash);
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - static_cast<double>(below));
}

bool is_unpriced(const SampleFile& file) { return !launch_of(file, file.samples.front()); }

}  // namespace ridgepoint
