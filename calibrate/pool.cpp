#include "calibrate/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <map>

#include "calibrate/group_fit.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMostSamples = 250;  // of a file in a fit; by their shapes' hashes
constexpr double kFileWeight = 20;         // what a file counts, in samples
constexpr double kHiddenUnder = 2;         // calls under so many floors tell of the host and are not scored

/// The samples of one file in one row of the pool.
struct Member {
  const SampleFile* file;
  std::string chip;
  std::vector<Observation> observations;
};

/// Kind, width of the format, whether calls were timed.
using RowKey = std::tuple<std::size_t, Width, bool>;

std::string chip_of(const Device& device) { return fmt::format("{}/{}", device.architecture, device.compute_units); }

std::map<RowKey, std::vector<Member>> members_of(std::span<const PoolInput> inputs) {
  std::map<RowKey, std::vector<Member>> rows;
  for (const PoolInput& input : inputs) {
    for (auto& [key, samples] : collect(*input.device, {input.file, 1}, MissingRate::kSkip)) {
      const bool calls = samples.entry.clock != Clock::kKernel;
      auto& members = rows[{std::get<0>(key), width_of(samples.entry.format), calls}];
      members.push_back({input.file, chip_of(*input.device), std::move(samples.observations)});
    }
  }
  return rows;
}

FitGroup group_of(const Member& member) {
  FitGroup group;
  for (const Observation& o : member.observations) {
    if (group.observations.size() == kMostSamples) break;
    group.observations.push_back(&o);
  }
  group.weight = kFileWeight / static_cast<double>(group.observations.size());
  return group;
}

/// The fits of one row of the pool.
class RowFit {
 public:
  RowFit(const RowKey& key, const std::vector<Member>& members, Minimize minimize)
      : members_(members), minimize_(minimize) {
    const auto& [kind, width, calls] = key;
    row_ = {.kind = &kCostKinds[kind], .width = width, .calls = calls, .model = &model_of(kCostKinds[kind])};
    prior_ = {.model = row_.model, .values = typical_values(*row_.model), .calls = calls};
    for (std::size_t i = 0; i < row_.model->parameters.size(); ++i) {
      prior_.spreads[i] = row_.model->parameters[i].spread;
      const std::string_view name = row_.model->parameters[i].name;
      if (calls && (name == "launch_s" || name == "latency_s")) expect_framework(i);
    }
  }

  PoolRow fit() {
    const FitSolution whole = fit_to("");
    row_.values = whole.values;
    std::map<std::string, std::future<FitSolution>> others;
    std::vector<std::future<FitSolution>> alone;
    for (const Member& member : members_) {
      alone.push_back(std::async(std::launch::async, [this, &member] { return fit_alone(member); }));
      if (others.contains(member.chip) || !has_other_than(member.chip)) continue;
      others[member.chip] = std::async(std::launch::async, [this, &member] { return fit_to(member.chip); });
    }
    std::map<std::string, FitSolution> left_out;
    for (auto& [chip, solution] : others) left_out[chip] = solution.get();
    std::vector<FitSolution> own;
    own.reserve(alone.size());
    for (auto& solution : alone) own.push_back(solution.get());
    set_spreads(own);
    PoolRow result{.row = row_};
    std::vector<std::vector<double>> ratios;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const auto found = left_out.find(members_[i].chip);
      const ParameterValues* other = found == left_out.end() ? nullptr : &found->second.values;
      result.scores.push_back(score(members_[i], own[i].floors.front(), other, ratios));
    }
    set_interval(result.row, ratios);
    return result;
  }

 private:
  // Between the events around a call there is more than its kernel, even when the host is ahead.
  void expect_framework(std::size_t launch) {
    constexpr double kCallLaunch = 4;
    constexpr double kCallSpread = 1.2;
    prior_.values[launch] *= kCallLaunch;
    prior_.spreads[launch] = kCallSpread;
  }

  [[nodiscard]] bool has_other_than(const std::string& chip) const {
    return std::any_of(members_.begin(), members_.end(), [&](const Member& m) { return m.chip != chip; });
  }

  // The parameters of all chips but one.
  [[nodiscard]] FitSolution fit_to(const std::string& without) const {
    std::vector<FitGroup> groups;
    for (const Member& member : members_) {
      if (member.chip != without) groups.push_back(group_of(member));
    }
    return fit_groups(prior_, groups, minimize_);
  }

  [[nodiscard]] FitSolution fit_alone(const Member& member) const {
    FitPrior prior = prior_;
    prior.values = row_.values;
    return fit_groups(prior, {group_of(member)}, minimize_);
  }

  // What the table says counts as two files.
  void set_spreads(const std::vector<FitSolution>& own) {
    constexpr double kTableWeight = 2;
    for (std::size_t i = 0; i < row_.model->parameters.size(); ++i) {
      double sum = kTableWeight * prior_.spreads[i] * prior_.spreads[i];
      for (const FitSolution& solution : own) {
        const double away = std::log(solution.values[i] / row_.values[i]);
        sum += away * away;
      }
      row_.spreads[i] = std::sqrt(sum / (kTableWeight + static_cast<double>(own.size())));
    }
  }

  [[nodiscard]] std::vector<double> ratios_of(const Member& member, double floor, const ParameterValues& values) const {
    std::vector<double> ratios;
    for (const Observation& o : member.observations) {
      if (o.time < kHiddenUnder * floor) continue;
      ratios.push_back(o.time / predicted(o, {.model = row_.model, .parameters = values}));
    }
    return ratios;
  }

  PoolScore score(const Member& member, double floor, const ParameterValues* other,
                  std::vector<std::vector<double>>& ratios) const {
    const auto errors = [](const std::vector<double>& of) {
      std::vector<double> result;
      result.reserve(of.size());
      for (const double ratio : of) result.push_back(std::abs(1 / ratio - 1));
      return result;
    };
    const auto mean = [](const std::vector<double>& of) {
      double sum = 0;
      for (const double value : of) sum += value;
      return sum / static_cast<double>(of.size());
    };
    const std::vector<double> inside = ratios_of(member, floor, row_.values);
    PoolScore score{.file = member.file->path, .samples = inside.size(), .left_out_median = -1};
    if (inside.empty()) return score;
    score.inside_median = quantile(errors(inside), 0.5);
    score.inside_mean = mean(errors(inside));
    ratios.push_back(other == nullptr ? inside : ratios_of(member, floor, *other));
    if (other == nullptr) return score;
    score.left_out_median = quantile(errors(ratios.back()), 0.5);
    score.left_out_mean = mean(errors(ratios.back()));
    return score;
  }

  // Every file weighs the same. One chip alone says nothing of others: its interval is widened.
  void set_interval(PooledParameters& row, const std::vector<std::vector<double>>& ratios) const {
    std::vector<double> all;
    constexpr std::size_t kOfEach = 200;
    for (const std::vector<double>& of : ratios) {
      for (std::size_t i = 0; i < kOfEach; ++i)
        all.push_back(quantile(of, (static_cast<double>(i) + 0.5) / static_cast<double>(kOfEach)));
    }
    if (all.empty()) return;
    constexpr double kOneChip = 1.3;
    const double wider = has_other_than(members_.front().chip) ? 1 : kOneChip;
    row.p10 = quantile(all, 0.1) / wider;
    row.p90 = quantile(all, 0.9) * wider;
  }

  const std::vector<Member>& members_;
  Minimize minimize_;
  PooledParameters row_;
  FitPrior prior_;
};

bool same_row(const PooledParameters& a, const PooledParameters& b) {
  return a.kind == b.kind && a.width == b.width && a.calls == b.calls;
}

// Single parts exceed their data sheet; of a part that nobody measured it cannot be expected.
void keep_to_data_sheet(PooledParameters& row) {
  for (std::size_t i = 0; i < row.model->parameters.size(); ++i) {
    if (row.model->parameters[i].name.ends_with("_efficiency")) row.values[i] = std::min(row.values[i], 1.0);
  }
}

std::string row_text(const PooledParameters& row) {
  const std::string_view width = kWidthNames[static_cast<std::size_t>(row.width)];
  std::string text = fmt::format("{{\"{}\", Width::k{}, {}, \"{}\", {{", row.kind->name,
                                 row.width == Width::kNone ? "None" : width, row.calls, row.model->name);
  for (std::size_t i = 0; i < row.model->parameters.size(); ++i) {
    text += fmt::format("{}{{\"{}\", {:.3g}, {:.2g}}}", i == 0 ? "" : ", ", row.model->parameters[i].name,
                        row.values[i], row.spreads[i]);
  }
  return text + fmt::format("}}, {:.3g}, {:.3g}}},\n", row.p10, row.p90);
}

std::string percent(double share) { return share < 0 ? "-" : fmt::format("{:.1f}%", share * 100); }

}  // namespace

PoolResult pool(std::span<const PoolInput> inputs, Minimize minimize) {
  PoolResult result;
  const auto rows = members_of(inputs);
  for (const auto& [key, members] : rows) result.fitted.push_back(RowFit(key, members, minimize).fit());
  for (const PooledParameters& old : pooled_rows()) {
    const auto fresh = std::find_if(result.fitted.begin(), result.fitted.end(),
                                    [&](const PoolRow& row) { return same_row(row.row, old); });
    if (fresh == result.fitted.end()) result.rows.push_back(old);
  }
  for (PoolRow& row : result.fitted) {
    keep_to_data_sheet(row.row);
    result.rows.push_back(row.row);
  }
  std::stable_sort(result.rows.begin(), result.rows.end(), [](const PooledParameters& a, const PooledParameters& b) {
    return std::tuple(a.kind, a.width, a.calls) < std::tuple(b.kind, b.width, b.calls);
  });
  return result;
}

std::string write_pooled(std::span<const PooledParameters> rows) {
  std::string text =
      "// Rows of PooledParameters as `ridgepoint calibrate pool` wrote them: kind, width of the products, whether "
      "calls\n"
      "// were timed, the model, its parameters with value and spread, and P10 and P90 of measured / predicted.\n"
      "// clang-format off\n";
  for (const PooledParameters& row : rows) text += row_text(row);
  return text;
}

std::string write_scores(const PoolResult& result) {
  std::string text =
      "errors are |predicted / measured - 1| with the pooled parameters, and with those of the other chips (left "
      "out)\n\n";
  constexpr std::string_view kLayout = "{:<18} {:<5} {:<6} {:<50} {:>5} {:>7} {:>7} {:>8} {:>7}\n";
  text += fmt::format(kLayout, "kernel", "width", "clock", "file", "n", "median", "mean", "left out", "mean");
  for (const PoolRow& fitted : result.fitted) {
    for (const PoolScore& score : fitted.scores) {
      text += fmt::format(kLayout, fitted.row.kind->name, kWidthNames[static_cast<std::size_t>(fitted.row.width)],
                          fitted.row.calls ? "call" : "kernel", score.file, score.samples, percent(score.inside_median),
                          percent(score.inside_mean), percent(score.left_out_median),
                          score.left_out_median < 0 ? "-" : percent(score.left_out_mean));
    }
  }
  return text;
}

}  // namespace ridgepoint
