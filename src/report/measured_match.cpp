#include "report/measured_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/text.hpp"
#include "report/alignment.hpp"
#include "report/kernel_class.hpp"
#include "report/unfold.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kMostLayers = 100000;
constexpr double kMostPairs = 3e7;  // of kernels to be laid along each other
constexpr double kAlike = 0.6;      // cost of a pair of classes that may be the same, against 1 for leaving either out
constexpr double kFusedPart = 0.4;  // of a kernel for a layer that the prediction fuses
constexpr double kSplitPart = 0.2;  // of the sum behind a split reduction
constexpr double kNever = 3;        // more than leaving both out

void add_kernel(std::vector<KernelSum>& sums, const ProfiledKernel& kernel, double runs) {
  const auto found =
      std::find_if(sums.begin(), sums.end(), [&](const KernelSum& sum) { return sum.name == kernel.name; });
  KernelSum& sum = found == sums.end() ? sums.emplace_back(KernelSum{.name = kernel.name}) : *found;
  sum.count += kernel.count / runs;
  sum.seconds += kernel.seconds / runs;
}

/// Launches in the order of a run: forward, backward, updates, each repetition by itself.
class Sequence {
 public:
  Sequence(const Estimate& estimate, const KernelListing& listing) {
    std::vector<std::vector<const ListedKernel*>> by_row(estimate.rows.size());
    for (const ListedKernel& kernel : listing.kernels) {
      if (kernel.price.time.value() > 0 && !kernel.launch.part) by_row[kernel.row].push_back(&kernel);
    }
    std::vector<RepeatedRow> rows;
    for (const LayerEstimate& row : estimate.rows) rows.push_back({row.name, static_cast<std::size_t>(row.repeat)});
    const std::vector<std::size_t> order = unfold(rows, kMostLayers);
    const auto add = [&](std::size_t row, auto&& wanted) {
      for (const ListedKernel* kernel : by_row[row]) {
        if (wanted(kernel->pass)) launches_.push_back(kernel);
      }
    };
    for (const std::size_t row : order) add(row, [](Pass pass) { return pass == Pass::kFprop; });
    for (auto row = order.rbegin(); row != order.rend(); ++row)
      add(*row, [](Pass pass) { return pass == Pass::kDgrad || pass == Pass::kWgrad; });
    for (std::size_t row = 0; row < rows.size(); ++row) add(row, [](Pass pass) { return pass == Pass::kOptimizer; });
  }
  [[nodiscard]] const std::vector<const ListedKernel*>& launches() const { return launches_; }

 private:
  std::vector<const ListedKernel*> launches_;
};

class MeasuredMatcher {
 public:
  MeasuredMatcher(const Estimate& estimate, const KernelListing& listing, const MeasuredProfile& profile,
                  std::size_t runs)
      : estimate_(estimate),
        listing_(listing),
        profile_(profile),
        runs_(static_cast<double>(runs)),
        of_row_(estimate.rows.size()) {}

  MeasuredComparison match() {
    for (const ProfiledKernel& kernel : profile_.kernels) result_.measured += kernel.seconds / runs_;
    by_annotation();
    if (profile_.in_order) {
      by_order();
    } else {
      by_class();
    }
    finish();
    return std::move(result_);
  }

 private:
  // The row with the layer of this name, or -1.
  [[nodiscard]] std::ptrdiff_t row_named(const std::string& name) const {
    std::ptrdiff_t found = -1;
    for (std::size_t i = 0; i < estimate_.rows.size() && !name.empty(); ++i) {
      const LayerEstimate& row = estimate_.rows[i];
      if (row.name == name) return static_cast<std::ptrdiff_t>(i);
      if (std::find(row.fused_from.begin(), row.fused_from.end(), name) != row.fused_from.end())
        found = static_cast<std::ptrdiff_t>(i);
    }
    return found;
  }

  void by_annotation() {
    bool any = false;
    for (const ProfiledKernel& kernel : profile_.kernels) {
      const std::ptrdiff_t row = row_named(kernel.annotation);
      if (row < 0) {
        left_.push_back(&kernel);
        continue;
      }
      add_kernel(of_row_[static_cast<std::size_t>(row)], kernel, runs_);
      any = true;
    }
    if (any) result_.how = "by the ranges of the program";
  }

  void say(const std::string& how) {
    if (!left_.empty()) result_.how += (result_.how.empty() ? "" : ", then ") + how;
  }

  // How far a measured kernel is from a predicted one.
  static double pair_cost(const ListedKernel& predicted, KernelClass measured) {
    const KernelClass kind = class_of(predicted);
    if (kind == measured) return 0;
    return may_be(measured, kind) ? kAlike : kNever;
  }

  [[nodiscard]] double part_cost(const ListedKernel& predicted, const ProfiledKernel& kernel, KernelClass kind) const {
    if (kind == KernelClass::kProduct && kernel.name.find("plitK") != std::string::npos) return kSplitPart;
    const bool fused = !estimate_.rows[predicted.row].fused_from.empty();
    return fused && (may_be(kind, KernelClass::kElementwise) || kind == KernelClass::kOther) ? kFusedPart : kNever;
  }

  // The launches of rows that no range has named.
  std::vector<const ListedKernel*> open_launches() const {
    std::vector<const ListedKernel*> open;
    const Sequence sequence(estimate_, listing_);
    for (const ListedKernel* launch : sequence.launches()) {
      if (of_row_[launch->row].empty()) open.push_back(launch);
    }
    return open;
  }

  void by_order() {
    say("by order");
    const auto runs = static_cast<std::size_t>(runs_);
    if (left_.size() % runs != 0) {
      throw InputError({fmt::format("{} kernels are not {} equal runs", left_.size(), runs),
                        "--runs with the number of times that the network ran"},
                       {.file = profile_.file});
    }
    const std::size_t length = left_.size() / runs;
    const std::vector<const ListedKernel*> launches = open_launches();
    if (static_cast<double>(launches.size()) * static_cast<double>(length) > kMostPairs) {
      throw InputError({fmt::format("{} kernels are too many to match with {}", length, launches.size()),
                        "a profile of one run, or --runs"},
                       {.file = profile_.file});
    }
    std::vector<KernelClass> kinds;
    for (std::size_t i = 0; i < length; ++i) kinds.push_back(class_of(*left_[i]));
    const Alignment pairs =
        align(launches.size(), length,
              {[&](std::size_t p, std::size_t m) { return pair_cost(*launches[p], kinds[m]); },
               [&](std::size_t p, std::size_t m) { return part_cost(*launches[p], *left_[m], kinds[m]); }});
    for (std::size_t i = 0; i < left_.size(); ++i) {
      const std::ptrdiff_t pair = pairs[i % length];
      add_kernel(pair < 0 ? result_.unmatched_kernels : of_row_[launches[static_cast<std::size_t>(pair)]->row],
                 *left_[i], runs_);
    }
  }

  // Rows of a class that launch as often as kernels of it ran; then what is left of the class.
  void by_class() {
    say("by what kernels do and how often they run");
    std::array<std::vector<std::size_t>, kKernelClasses> rows;
    std::vector<double> launches(estimate_.rows.size(), 0);
    for (const ListedKernel& kernel : listing_.kernels) {
      if (kernel.price.time.value() <= 0 || kernel.launch.part || !of_row_[kernel.row].empty()) continue;
      auto& of_class = rows[static_cast<std::size_t>(class_of(kernel))];
      if (launches[kernel.row] == 0) of_class.push_back(kernel.row);
      launches[kernel.row] += kernel.repeat;
    }
    for (std::size_t kind = 0; kind < kKernelClasses; ++kind) {
      std::vector<const ProfiledKernel*> kernels;
      for (const ProfiledKernel* kernel : left_) {
        if (class_of(*kernel) == static_cast<KernelClass>(kind)) kernels.push_back(kernel);
      }
      match_class(rows[kind], launches, kernels);
    }
  }

  void match_class(std::vector<std::size_t> rows, const std::vector<double>& launches,
                   std::vector<const ProfiledKernel*> kernels) {
    std::map<double, std::vector<std::size_t>> by_count;
    for (const std::size_t row : rows) by_count[launches[row]].push_back(row);
    for (const auto& [count, same] : by_count) {
      std::vector<const ProfiledKernel*> ran;
      for (const ProfiledKernel* kernel : kernels) {
        if (kernel->count / runs_ == count) ran.push_back(kernel);
      }
      if (ran.size() != same.size()) continue;  // more or fewer: it cannot be told whose they are
      join(same, ran);
      std::erase_if(rows, [&, count = count](std::size_t row) { return launches[row] == count; });
      std::erase_if(kernels,
                    [&, count = count](const ProfiledKernel* kernel) { return kernel->count / runs_ == count; });
    }
    if (!rows.empty() && !kernels.empty()) return join(rows, kernels);
    for (const ProfiledKernel* kernel : kernels) add_kernel(result_.unmatched_kernels, *kernel, runs_);
  }

  void join(const std::vector<std::size_t>& rows, const std::vector<const ProfiledKernel*>& kernels) {
    for (const ProfiledKernel* kernel : kernels) add_kernel(of_row_[rows.front()], *kernel, runs_);
    for (std::size_t i = 1; i < rows.size(); ++i) joined_[rows[i]] = rows.front();
  }

  void finish() {
    std::map<std::size_t, std::size_t> place;  // of the match that a row began
    for (std::size_t row = 0; row < estimate_.rows.size(); ++row) {
      const LayerEstimate& e = estimate_.rows[row];
      const auto other = joined_.find(row);
      const std::size_t first = other == joined_.end() ? row : other->second;
      if (of_row_[first].empty()) {
        if (e.total.time > 0) result_.unmatched_rows.push_back(row);
        continue;
      }
      const auto [entry, is_new] = place.try_emplace(first, result_.matches.size());
      if (is_new) result_.matches.push_back({.kernels = of_row_[first]});
      MeasuredMatch& match = result_.matches[entry->second];
      match.rows.push_back(row);
      match.predicted += e.total.time;
      match.predicted_p10 += e.total.time_p10;
      match.predicted_p90 += e.total.time_p90;
    }
    for (MeasuredMatch& match : result_.matches) {
      for (const KernelSum& kernel : match.kernels) match.measured += kernel.seconds;
    }
    std::stable_sort(result_.unmatched_kernels.begin(), result_.unmatched_kernels.end(),
                     [](const KernelSum& a, const KernelSum& b) { return a.seconds > b.seconds; });
  }

  const Estimate& estimate_;
  const KernelListing& listing_;
  const MeasuredProfile& profile_;
  double runs_;
  std::vector<const ProfiledKernel*> left_;
  std::vector<std::vector<KernelSum>> of_row_;
  std::map<std::size_t, std::size_t> joined_;  // rows whose kernels stand with another row's
  MeasuredComparison result_;
};

}  // namespace

MeasuredComparison match_measured(const Estimate& estimate, const KernelListing& kernels,
                                  const MeasuredProfile& profile, std::size_t runs) {
  return MeasuredMatcher(estimate, kernels, profile, runs).match();
}

}  // namespace ridgepoint
