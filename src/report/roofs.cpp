#include "report/roofs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "report/ceilings.hpp"

namespace ridgepoint {
namespace {

constexpr double kSame = 1.005;  // rates closer than this are one roof

// The two fp8 formats differ in nothing that a roof shows.
std::string format_family(std::string_view name) {
  return std::string(name.starts_with("fp8_") ? std::string_view("fp8") : name);
}

class Roofs {
 public:
  void level(std::string_view unit, std::string_view format, double rate, bool measured, const std::string& how) {
    const std::string name = format_family(format);
    for (Roof& roof : list_) {
      const bool same =
          roof.unit == unit && roof.measured == measured && roof.rate < rate * kSame && rate < roof.rate * kSame;
      if (!same) continue;
      if ((", " + roof.name + ",").find(", " + name + ",") == std::string::npos) roof.name += ", " + name;
      return;
    }
    list_.push_back({.unit = std::string(unit), .name = name, .rate = rate, .measured = measured, .how = how});
  }

  void slope(std::string_view level, double bandwidth, bool measured, const std::string& how) {
    list_.push_back(
        {.unit = "memory", .name = std::string(level), .rate = bandwidth, .measured = measured, .how = how});
  }

  // Where levels meet the dram of their own origin, or the data sheet's when that was not measured.
  std::vector<Roof> finish(double bandwidth) && {
    double measured_bandwidth = bandwidth;
    for (const Roof& roof : list_) {
      if (roof.measured && roof.unit == "memory" && roof.name == "dram") measured_bandwidth = roof.rate;
    }
    for (Roof& roof : list_) {
      if (!roof.is_slope()) roof.ridge_point = roof.rate / (roof.measured ? measured_bandwidth : bandwidth);
    }
    return std::move(list_);
  }

 private:
  std::vector<Roof> list_;
};

void add_datasheet(const Device& device, Roofs& roofs) {
  for (const Ceiling& c : ceilings_of(device)) {
    if (c.rate == 0 || c.unit == "link") continue;
    if (c.unit == "memory") {
      roofs.slope(c.name, c.rate, false, "");
    } else {
      roofs.level(c.unit, c.name, c.rate, false, "");
    }
  }
}

// Of a level of memory or a format the best of all ways in which it was measured.
void add_measured(const std::vector<MeasuredCeiling>& ceilings, Roofs& roofs) {
  std::vector<const MeasuredCeiling*> best;
  for (const MeasuredCeiling& c : ceilings) {
    if (is_time(c.unit) || c.name == kDefaultPages) continue;
    const auto same = std::find_if(best.begin(), best.end(), [&](const MeasuredCeiling* other) {
      return other->unit == c.unit && other->name == c.name;
    });
    if (same == best.end()) {
      best.push_back(&c);
    } else if (c.value > (*same)->value) {
      *same = &c;
    }
  }
  for (const MeasuredCeiling* c : best) {
    const std::string_view unit = kCeilingUnitNames[static_cast<std::size_t>(c->unit)];
    if (c->unit == CeilingUnit::kMemory) {
      roofs.slope(c->name, c->value, true, how_measured(*c));
    } else {
      roofs.level(unit, c->name, c->value, true, how_measured(*c));
    }
  }
}

void add_reached(const Device& device, Roofs& roofs) {
  const ReachedRates& reached = device.calibration->reached;
  if (reached.dram > 0) roofs.slope("dram", reached.dram, true, "the best sample");
  for (const DTypeFacts& facts : kDTypes) {
    const auto i = static_cast<std::size_t>(facts.dtype);
    const std::string_view unit = device.matrix[i] ? "matrix" : "vector";
    if (reached.products[i] > 0) roofs.level(unit, facts.name, reached.products[i], true, "the best sample");
  }
}

}  // namespace

std::vector<Roof> roofs_of(const Device& device) {
  Roofs roofs;
  add_datasheet(device, roofs);
  if (device.calibration && !device.calibration->ceilings.empty()) {
    add_measured(device.calibration->ceilings, roofs);
  } else if (device.calibration) {
    add_reached(device, roofs);
  }
  return std::move(roofs).finish(device.dram_bandwidth().value());
}

std::string roof_text(const Roof& roof) {
  const std::string_view unit = roof.is_slope() ? "B/s" : roof.unit == "special" ? "op/s" : "FLOP/s";
  std::string text = fmt::format("{} {}, {}", roof.is_slope() ? "" : roof.unit, roof.name,
                                 human_si(roof.rate, std::string(unit).c_str()));
  if (text.front() == ' ') text.erase(0, 1);
  if (roof.ridge_point > 0) text += fmt::format(" at {} FLOP/B", human_number(roof.ridge_point));
  return text;
}

}  // namespace ridgepoint
