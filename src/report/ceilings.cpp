#include "report/ceilings.hpp"

#include <fmt/format.h>

#include "core/human.hpp"
#include "core/text.hpp"
#include "io/csv.hpp"
#include "report/json_text.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

void add_peaks(const Device& device, const Peaks& peaks, std::string_view unit, std::vector<Ceiling>& list) {
  for (const DTypeFacts& facts : kDTypes) {
    const auto& peak = peaks[static_cast<std::size_t>(facts.dtype)];
    if (!peak) continue;
    list.push_back({.device = device.name,
                    .unit = std::string(unit),
                    .name = std::string(facts.name),
                    .rate = peak->rate.value(),
                    .ridge_point = (peak->rate / device.dram_bandwidth()).value(),
                    .source = peak->source});
  }
}

void add_level(const Device& device, const MemoryLevel& level, std::string_view name, std::vector<Ceiling>& list) {
  if (!level.bandwidth && !level.capacity) return;
  Ceiling ceiling{.device = device.name, .unit = "memory", .name = std::string(name), .source = level.source};
  if (level.bandwidth) ceiling.rate = level.bandwidth->value();
  if (level.capacity) ceiling.capacity_bytes = level.capacity->value();
  list.push_back(std::move(ceiling));
}

bool is_arithmetic(const Ceiling& ceiling) { return ceiling.unit != "memory" && ceiling.unit != "link"; }

std::string rate_text(const Ceiling& ceiling) {
  if (ceiling.rate == 0) return "not given";
  return human_si(ceiling.rate, is_arithmetic(ceiling) ? (ceiling.unit == "special" ? "op/s" : "FLOP/s") : "B/s");
}

std::string ridge_text(const Ceiling& ceiling) { return ceiling.ridge_point ? human_number(*ceiling.ridge_point) : ""; }

std::string capacity_text(const Ceiling& ceiling) {
  return ceiling.capacity_bytes ? human_capacity(*ceiling.capacity_bytes) : "";
}

std::string table_of(const Device& device) {
  std::string text = fmt::format("{:<8} {:<16} {:>14} {:>12} {:>10}  {}\n", "unit", "name", "peak", "ridge FLOP/B",
                                 "capacity", "source");
  for (const Ceiling& c : ceilings_of(device)) {
    std::string line = fmt::format("{:<8} {:<16} {:>14} {:>12} {:>10}  {}", c.unit, printable(c.name), rate_text(c),
                                   ridge_text(c), capacity_text(c), printable(c.source));
    text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string as_table(std::span<const Device> devices, std::size_t width, bool unicode) {
  std::string text;
  for (const Device& device : devices) {
    text += fmt::format("{}{}: {}\n\n", text.empty() ? "" : "\n", printable(device.name), printable(device.summary));
    text += draw_roofline(device, width, unicode) + "\n" + table_of(device);
    if (const std::string measured = write_measured_ceilings(device); !measured.empty()) text += "\n" + measured + "\n";
    for (const auto& [key, source] : device.sources)
      text += wrap(fmt::format("[{}] {}", printable(key), printable(source)), width, 4) + "\n";
    for (const std::string& note : device.notes) text += wrap("note: " + printable(note), width, 6) + "\n";
  }
  return text;
}

nlohmann::ordered_json measured_json(const Device& device) {
  auto array = nlohmann::ordered_json::array();
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    nlohmann::ordered_json item{{"unit", kCeilingUnitNames[static_cast<std::size_t>(c.unit)]}, {"name", c.name}};
    if (!c.op.empty()) item["op"] = c.op;
    if (c.threads > 0) item["threads"] = c.threads;
    if (c.vector_bits > 0) item["vector_bits"] = c.vector_bits;
    if (c.bytes > 0) item["bytes"] = c.bytes;
    item[std::string(value_key(c.unit))] = c.value;
    if (const auto most = theoretical(c, device)) item["datasheet_share"] = c.value / *most;
    item["spread"] = c.spread;
    array.push_back(std::move(item));
  }
  return array;
}

std::string as_json(std::span<const Device> devices) {
  auto array = nlohmann::ordered_json::array();
  for (const Device& device : devices) {
    nlohmann::ordered_json object{{"device", device.name}, {"summary", device.summary}, {"sources", device.sources}};
    object["ceilings"] = nlohmann::ordered_json::array();
    for (const Ceiling& c : ceilings_of(device)) {
      nlohmann::ordered_json item{{"unit", c.unit}, {"name", c.name}};
      if (c.rate > 0) item[is_arithmetic(c) ? "flops_per_s" : "bandwidth_bytes_per_s"] = c.rate;
      if (c.ridge_point) item["ridge_point"] = *c.ridge_point;
      if (c.capacity_bytes) item["capacity_bytes"] = *c.capacity_bytes;
      item["source"] = c.source;
      object["ceilings"].push_back(std::move(item));
    }
    if (device.calibration && !device.calibration->ceilings.empty()) object["measured"] = measured_json(device);
    object["notes"] = device.notes;
    array.push_back(std::move(object));
  }
  return json_text(array);
}

// Latencies and launches are no rates: they are in the JSON.
std::string measured_csv(const Device& device) {
  std::string text;
  if (!device.calibration) return text;
  for (const MeasuredCeiling& c : device.calibration->ceilings) {
    if (is_time(c.unit)) continue;
    const bool memory = c.unit == CeilingUnit::kMemory;
    const double ridge = c.value / device.dram_bandwidth().value();
    text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_text(device.name),
                        kCeilingUnitNames[static_cast<std::size_t>(c.unit)], csv_text(c.name),
                        memory ? "" : fmt::format("{}", c.value), memory ? fmt::format("{}", c.value) : "",
                        memory ? "" : fmt::format("{}", ridge), "", csv_text("measured: " + how_measured(c)));
  }
  return text;
}

std::string as_csv(std::span<const Device> devices) {
  std::string text = "device,unit,name,flops_per_s,bandwidth_bytes_per_s,ridge_point,capacity_bytes,source\n";
  for (const Device& device : devices) {
    for (const Ceiling& c : ceilings_of(device)) {
      const std::string rate = c.rate > 0 ? fmt::format("{}", c.rate) : "";
      text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_text(c.device), c.unit, csv_text(c.name),
                          is_arithmetic(c) ? rate : "", is_arithmetic(c) ? "" : rate,
                          c.ridge_point ? fmt::format("{}", *c.ridge_point) : "",
                          c.capacity_bytes ? fmt::format("{}", *c.capacity_bytes) : "", csv_text(c.source));
    }
    text += measured_csv(device);
  }
  return text;
}

std::string as_markdown(std::span<const Device> devices) {
  std::string text =
      "| device | unit | name | peak | ridge FLOP/B | capacity |\n| --- | --- | --- | ---: | ---: | ---: |\n";
  for (const Device& device : devices) {
    for (const Ceiling& c : ceilings_of(device)) {
      text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", markdown_text(c.device), c.unit, markdown_text(c.name),
                          rate_text(c), ridge_text(c), capacity_text(c));
    }
    if (!device.calibration) continue;
    for (const MeasuredCeiling& c : device.calibration->ceilings) {
      text += fmt::format("| {} | {}, measured | {} | {} |  |  |\n", markdown_text(device.name),
                          kCeilingUnitNames[static_cast<std::size_t>(c.unit)],
                          markdown_text(fmt::format("{} {}", c.name, how_measured(c))), measured_text(c));
    }
  }
  return text;
}

}  // namespace

std::vector<Ceiling> ceilings_of(const Device& device) {
  std::vector<Ceiling> list;
  add_peaks(device, device.matrix, "matrix", list);
  add_peaks(device, device.vector, "vector", list);
  if (device.special) {
    list.push_back({.device = device.name,
                    .unit = "special",
                    .name = "exp, tanh ...",
                    .rate = device.special->rate.value(),
                    .ridge_point = (device.special->rate / device.dram_bandwidth()).value(),
                    .source = device.special->source});
  }
  add_level(device, device.dram, "dram", list);
  add_level(device, device.llc, "llc", list);
  add_level(device, device.l2, "l2", list);
  for (const Link& link : device.links) {
    list.push_back({.device = device.name,
                    .unit = "link",
                    .name = link.name,
                    .rate = link.bandwidth.value(),
                    .source = link.source});
  }
  return list;
}

std::string write_ceilings(std::span<const Device> devices, std::string_view format, std::size_t width, bool unicode) {
  if (format == "json") return as_json(devices);
  if (format == "csv") return as_csv(devices);
  if (format == "markdown") return as_markdown(devices);
  return as_table(devices, width, unicode);
}

}  // namespace ridgepoint
