#pragma once
#include <span>
#include <string>
#include <string_view>

#include "report/report.hpp"
#include "roofline/bottlenecks.hpp"

namespace ridgepoint {

/// What limits a layer or a network, ready to be written. `estimate` is of the network now.
struct LimitsReport {
  const Estimate& estimate;
  const Device& device;
  const Limits& limits;
  std::string command;
};

/// As text for people, as JSON (an array when there are several) or as Markdown.
std::string write_limits(std::span<const LimitsReport> reports, std::string_view format, std::size_t width);

/// "without dram (dram.bandwidth=x1000000) 0.42x the time, and launch sets it": a step of a chain of limits.
std::string step_line(const Bottleneck& step, std::size_t place);

std::string limits_json(std::span<const LimitsReport> reports);

}  // namespace ridgepoint
