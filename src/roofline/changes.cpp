#include "roofline/changes.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "core/checked.hpp"
#include "core/error.hpp"

namespace ridgepoint {
namespace {

std::optional<std::int64_t> parameter(const Estimate& estimate, std::string_view name) {
  for (const auto& [key, value] : estimate.parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

// The next narrower format in which the device multiplies faster.
std::optional<DType> narrower(const Device& device, DType now) {
  constexpr std::array kChain{DType::kFp64, DType::kFp32,    DType::kTf32, DType::kBf16,
                              DType::kFp16, DType::kFp8E4m3, DType::kFp4};
  const auto rate_now = device.product_rate(now);
  for (const DType candidate : kChain) {
    const auto rate = device.product_rate(candidate);
    if (rate && rate_now && bits(candidate) <= bits(now) && *rate > *rate_now * 1.01) return candidate;
  }
  return std::nullopt;
}

class Changes {
 public:
  Changes(const Question& question, const Estimate& now) : question_(question), now_(now) {}

  std::vector<RunChange> all() {
    try_batch();
    try_format();
    if (question_.options.fusion != Fusion::kFull) {
      Question changed = question_;
      changed.options.fusion = Fusion::kFull;
      add("--fusion full", std::move(changed), 1, true);
    }
    if (question_.options.execution == Execution::kEager) {
      Question changed = question_;
      changed.options.execution = Execution::kGraph;
      add("--execution graph", std::move(changed), 1, false);
    }
    Question halved = question_;
    halved.options.work_share = 0.5;
    add("half on a second device (before communication)", std::move(halved), 1, false);
    return std::move(list_);
  }

 private:
  void try_batch() {
    const auto batch = parameter(now_, "batch");
    if (!batch || *batch > INT64_MAX / 2) return;
    Question changed = question_;
    changed.run.parameters.push_back({"batch", Value(*batch * 2)});
    add(fmt::format("--batch {}", *batch * 2), std::move(changed), 2, false);
  }

  void try_format() {
    const auto format = narrower(question_.device, now_.precision.math);
    if (!format) return;
    Question changed = question_;
    changed.run.precision = {.activations = *format};
    add(fmt::format("--dtype {}", name(*format)), std::move(changed), 1, false);
  }

  void add(std::string what, Question changed, double samples, bool whole_network) {
    list_.push_back({std::move(what), std::move(changed), samples, whole_network});
  }

  const Question& question_;
  const Estimate& now_;
  std::vector<RunChange> list_;
};

}  // namespace

std::vector<RunChange> run_changes(const Question& question, const Estimate& now) {
  return Changes(question, now).all();
}

std::optional<Estimate> answer_if_possible(const Question& question) {
  try {
    return answer(question);
  } catch (const InputError&) {
  } catch (const OverflowError&) {
  }
  return std::nullopt;
}

std::vector<std::string_view> device_changes(const Question& question) {
  std::vector<std::string_view> list{"dram.bandwidth=x2", "matrix=x2",       "vector=x2",
                                     "special=x2",        "clock=x1.25",     "units=x2",
                                     "l2.capacity=x2",    "llc.capacity=x2", "launch=x0"};
  if (question.options.execution == Execution::kEager) list.emplace_back("host=x0");
  return list;
}

}  // namespace ridgepoint
