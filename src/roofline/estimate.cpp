#include "roofline/estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/human.hpp"
#include "kernels/cost_kind.hpp"
#include "network/parameter.hpp"
#include "roofline/by_bound.hpp"
#include "roofline/exact_sum.hpp"
#include "roofline/pricer.hpp"

namespace ridgepoint {
namespace {

Amounts amounts_of(const Launch& launch, const Price& price) {
  return {.macs = launch.work.macs,
          .flops = launch.work.flops().value(),
          .bytes_read = launch.work.read.value(),
          .bytes_written = launch.work.written.value(),
          .time = price.time.value(),
          .time_p10 = price.p10.value(),
          .time_p90 = price.p90.value(),
          .roofline_time = price.roofline.value()};
}

Amounts scaled(Amounts amounts, double factor) {
  for (auto member : kAmountMembers) amounts.*member *= factor;
  return amounts;
}

class Estimator {
 public:
  Estimator(const Network& network, const Device& device, const EngineOptions& options, Pricer& pricer)
      : network_(network),
        device_(device),
        work_share_(options.work_share),
        lowering_(network, options.optimizer),
        pricer_(pricer),
        mode_(options.mode) {}

  LayerEstimate row(const Group& group) {
    const Layer& anchor = network_.layers[static_cast<std::size_t>(group.members.front())];
    LayerEstimate row{.name = anchor.name, .op = std::string(name_of(anchor.op)), .block = anchor.block};
    row.category = category_of(anchor.op);
    row.repeat = anchor.repeat;
    row.layers = group.members;
    const auto repeat = static_cast<double>(anchor.repeat);
    GroupLaunches launches = lowering_.lower(group);
    if (work_share_ != 1) share_out(launches);
    const auto copies = static_cast<double>(anchor.copies);
    for (const Pass pass : kPasses) add_pass(launches, pass, pass == Pass::kOptimizer ? copies : repeat, row);
    for (const int member : group.members) {
      const Layer& layer = network_.layers[static_cast<std::size_t>(member)];
      row.passes.front().parameters += all_parameters(layer);
      if (group.members.size() > 1) row.fused_from.push_back(layer.name);
    }
    row.bound = largest_bound(row.by_bound);
    row.ridge_point = ridge_point(launches);
    return row;
  }

  /// Kinds of kernels, with their formats, that a calibrated device has no parameters of its own for.
  [[nodiscard]] const std::set<std::string>& pooled() const { return pooled_; }

 private:
  void share_out(GroupLaunches& launches) const {
    for (auto& pass : launches.passes) {
      for (Launch& launch : pass) launch.work = launch.work * work_share_;
    }
  }

  void add_pass(const GroupLaunches& launches, Pass pass, double repeat, LayerEstimate& row) {
    const auto index = static_cast<std::size_t>(pass);
    for (const Launch& launch : launches.passes[index]) {
      if (launch.work.matrix.value() > 0) expect_format(device_, launch.work.math);
      const Price& price = pricer_.price_of(launch);
      if (!price.own && mode_ == Mode::kCalibrated && !launch.work.empty()) note_pooled(launch.kernel);
      row.passes[index] += scaled(amounts_of(launch, price), repeat);
      row.by_bound[static_cast<std::size_t>(price.bound)] += price.time * repeat;
      for (std::size_t i = 0; i < kBoundCount; ++i) row.needs[i] += price.needs[i] * repeat;
      if (!launch.part) row.kernels += repeat;
    }
  }

  void note_pooled(const Kernel& kernel) {
    const std::optional<DType> format = cost_format(kernel);
    pooled_.insert(fmt::format("{}{}{}", cost_kind(kernel).name, format ? " " : "", format ? name(*format) : ""));
  }

  // Of the unit that does most of the row's FLOPs.
  [[nodiscard]] double ridge_point(const GroupLaunches& launches) const {
    Flops matrix{};
    Flops vector{};
    DType math = network_.precision.math;
    for (const auto& pass : launches.passes) {
      for (const Launch& launch : pass) {
        matrix += launch.work.matrix;
        vector += launch.work.vector;
        if (launch.work.matrix.value() > 0) math = launch.work.math;
      }
    }
    const auto rate = matrix > vector ? device_.product_rate(math) : device_.vector_rate();
    return rate && (matrix + vector).value() > 0 ? (*rate / device_.dram_bandwidth()).value() : 0;
  }

  const Network& network_;
  const Device& device_;
  double work_share_;
  Lowering lowering_;
  Pricer& pricer_;
  Mode mode_;
  std::set<std::string> pooled_;
};

// Puts every pass's amounts on the grid of the total, then adds up rows, categories and the total.
void add_up(Estimate& estimate) {
  for (auto member : kAmountMembers) {
    double total = 0;
    for (const LayerEstimate& row : estimate.rows) {
      for (const Amounts& pass : row.passes) total += pass.*member;
    }
    const double grid = summation_grid(total);
    for (LayerEstimate& row : estimate.rows) {
      for (Amounts& pass : row.passes) pass.*member = on_grid(pass.*member, grid);
    }
  }
  for (LayerEstimate& row : estimate.rows) {
    for (const Amounts& pass : row.passes) row.total += pass;
    estimate.by_category[static_cast<std::size_t>(row.category)] += row.total;
    estimate.total += row.total;
  }
  for (LayerEstimate& row : estimate.rows) {
    row.share = estimate.total.time > 0 ? row.total.time / estimate.total.time : 0;
  }
}

std::vector<std::string> warnings_of(const Estimate& estimate, const Device& device) {
  std::vector<std::string> warnings;
  const Bytes needed = estimate.memory.total();
  if (device.dram.capacity && needed > *device.dram.capacity) {
    warnings.push_back(
        fmt::format("the network needs {} and {} has {}: the times are those of a device that could hold it",
                    human_capacity(needed.value()), device.name, human_capacity(device.dram.capacity->value())));
  }
  if (!device.vector_rate()) {
    warnings.push_back(fmt::format(
        "{} has no vector rate in its data sheet: element-wise work is bound by memory alone", device.name));
  }
  return warnings;
}

}  // namespace

Amounts& Amounts::operator+=(const Amounts& other) {
  for (auto member : kAmountMembers) this->*member += other.*member;
  return *this;
}

Estimate estimate(const Network& network, const Device& device, const EngineOptions& options) {
  Pricer pricer(device, resolve(options.mode, device), options.execution);
  return estimate(network, device, options, pricer);
}

Estimate estimate(const Network& network, const Device& device, const EngineOptions& options, Pricer& pricer) {
  Estimate result{.model = network.name,
                  .device = device.name,
                  .phase = network.phase,
                  .precision = network.precision,
                  .options = options,
                  .parameters = network.parameters,
                  .importer = network.importer,
                  .notes = network.notes,
                  .unmodelled = network.unmodelled};
  result.options.mode = resolve(options.mode, device);
  const std::vector<Group> groups = plan_fusion(network, options.fusion);
  std::vector<Bytes> live;
  result.memory = footprint(network, groups, options.optimizer, live);
  // A processor's caches may hold a whole network; on other devices operands come from memory.
  pricer.start(device.kind == "cpu" ? result.memory.total() - result.memory.tables : Bytes{});
  Estimator estimator(network, device, result.options, pricer);
  result.rows.reserve(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    result.rows.push_back(estimator.row(groups[i]));
    result.rows.back().live_bytes = live[i].value();
  }
  add_up(result);
  for (const Layer& layer : network.layers) {
    result.active_parameters += active_parameter_count(layer) * static_cast<double>(layer.copies);
  }
  result.warnings = network.warnings;
  for (std::string& warning : warnings_of(result, device)) result.warnings.push_back(std::move(warning));
  if (!estimator.pooled().empty()) {
    result.warnings.push_back(fmt::format("the calibration of {} has nothing on {}: pooled efficiencies price them",
                                          device.name, fmt::join(estimator.pooled(), ", ")));
  }
  return result;
}

std::optional<std::int64_t> parameter(const Estimate& estimate, std::string_view name) {
  return find_parameter(estimate.parameters, name);
}

Estimate answer(const Question& question) {
  if (question.network != nullptr) return estimate(*question.network, question.device, question.options);
  return estimate(instantiate(question.description, question.run), question.device, question.options);
}

}  // namespace ridgepoint
