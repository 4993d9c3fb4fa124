#pragma once
// The embedding tables of a recommender: where they lie, what they hit, and what they cost.

#include <memory>
#include <span>

#include "placement/step.hpp"
#include "report/sections.hpp"

namespace ridgepoint {

/// A step in other circumstances, under the words for what is different.
struct OtherStep {
  std::string what;
  double value = 0;
  std::unique_ptr<Device> device{};  ///< where it is another one
  std::unique_ptr<Step> step{};
};

/// The most samples a second within a latency; `batch` is 0 where one sample takes longer.
struct LatencyAnswer {
  double latency = 0;
  std::int64_t batch = 0;
  double time = 0;
};

/// All that the report shows.
struct TablesReport {
  const Step& step;
  const Device& device;
  std::string command;
  std::vector<OtherStep> shrunk{};  ///< with less device memory
  std::vector<OtherStep> grown{};   ///< with larger tables, or more devices
  std::vector<LatencyAnswer> latencies{};
  std::size_t top = 0;  ///< tables to show; 0 shows all
};

SectionedReport tables_report(const TablesReport& report);

}  // namespace ridgepoint
