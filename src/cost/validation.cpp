#include "cost/validation.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace ridgepoint {
namespace {

/// A range of measured times, in microseconds.
struct Band {
  std::string_view name;
  double from;
  double to;
};
constexpr std::array kBands{Band{"all", 0, INFINITY}, Band{"under 10 us", 0, 10}, Band{"10 to 50 us", 10, 50},
                            Band{"over 50 us", 50, INFINITY}};

// The value below which this share of the values lies, between neighbours by proportion.
double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - static_cast<double>(below));
}

ErrorRow summarize(const SampleFile& file, const std::string& dtype, const Band& band,
                   const std::vector<const Prediction*>& predictions) {
  ErrorRow row{.source = file.path,
               .device = file.device,
               .kernel = std::string(file.kernel->name),
               .dtype = dtype,
               .clock = std::string(kClockNames[static_cast<std::size_t>(file.clock)]),
               .band = std::string(band.name),
               .n = predictions.size()};
  std::vector<double> sizes;
  std::vector<double> ratios;
  double covered = 0;
  for (const Prediction* p : predictions) {
    const double measured = p->sample->time_us * 1e-6;
    ratios.push_back(p->price.time.value() / measured);
    sizes.push_back(std::abs(ratios.back() - 1));
    row.mape += sizes.back() / static_cast<double>(predictions.size());
    covered += p->price.p10.value() <= measured && measured <= p->price.p90.value() ? 1 : 0;
  }
  row.median = quantile(sizes, 0.5);
  row.p90 = quantile(sizes, 0.9);
  row.bias = quantile(ratios, 0.5) - 1;
  row.coverage = covered / static_cast<double>(predictions.size());
  return row;
}

std::string plain(const std::string& name) {
  std::string result;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return result;
}

}  // namespace

std::vector<Prediction> predict(const SampleFile& file, const Device& device, Mode mode) {
  std::vector<Prediction> predictions;
  for (const Sample& sample : file.samples) {
    const std::optional<Launch> launch = launch_of(file, sample);
    if (!launch) return {};
    if (launch->work.matrix.value() > 0) expect_format(device, launch->work.math);
    predictions.push_back({&sample, price(*launch, device, mode, circumstances_of(sample))});
  }
  return predictions;
}

std::vector<ErrorRow> errors_of(const SampleFile& file, const std::vector<Prediction>& predictions) {
  std::map<std::string, std::vector<const Prediction*>> by_format;
  for (const Prediction& prediction : predictions) by_format[prediction.sample->dtype].push_back(&prediction);
  std::vector<ErrorRow> rows;
  for (const auto& [dtype, all] : by_format) {
    for (const Band& band : kBands) {
      std::vector<const Prediction*> inside;
      for (const Prediction* p : all) {
        if (p->sample->time_us >= band.from && p->sample->time_us < band.to) inside.push_back(p);
      }
      if (!inside.empty()) rows.push_back(summarize(file, dtype, band, inside));
    }
  }
  return rows;
}

bool same_device(const std::string& sample_name, const Device& device) {
  return plain(sample_name) == plain(device.name);
}

}  // namespace ridgepoint
