// The data of the page of `--format html`.

#include <fmt/format.h>

#include "report/analysis.hpp"
#include "report/html.hpp"
#include "report/packed_rows.hpp"
#include "report/palette.hpp"
#include "report/roofs.hpp"
#include "roofline/by_bound.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 4> kMarkNames{"circle", "square", "triangle", "diamond"};  // by Mark

// What the page's own human() knows (numbers.js).
std::string_view kind_name(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText: return "text";
    case ColumnKind::kCount:
    case ColumnKind::kFlops: return "count";
    case ColumnKind::kBytes: return "bytes";
    case ColumnKind::kSeconds: return "seconds";
    case ColumnKind::kShare: return "share";
    case ColumnKind::kNumber: break;
  }
  return "number";
}

Json columns_json() {
  Json array = Json::array();
  for (const Column& column : columns()) {
    array.push_back({{"key", column.key},
                     {"header", column.header},
                     {"kind", kind_name(column.kind)},
                     {"meaning", column.meaning}});
  }
  return array;
}

Json bounds_json() {
  Json array = Json::array();
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    const BoundLook& look = kBoundLooks[i];
    array.push_back({{"name", kBounds[i].name},
                     {"meaning", kBounds[i].meaning},
                     {"light", look.light},
                     {"dark", look.dark},
                     {"mark", kMarkNames[static_cast<std::size_t>(look.mark)]}});
  }
  return array;
}

Json roofs_json(const Device& device) {
  Json array = Json::array();
  for (const Roof& roof : roofs_of(device)) {
    array.push_back({{"unit", roof.unit},
                     {"name", roof.name},
                     {"rate", json_number(roof.rate)},
                     {"ridge_point", roof.ridge_point},
                     {"measured", roof.measured},
                     {"how", roof.how}});
  }
  return array;
}

// The whole analysis but its rows, which are packed.
Json analysis_json(const Report& report) {
  const View view;
  const Analysis analysis{report, view};
  Json object = Json::object();
  for (const Member<Analysis>& member : analysis_members()) {
    if (member.key == "layers" || member.key == "groups") continue;
    if (Json value = member.value(analysis); !value.is_discarded()) object[std::string(member.key)] = std::move(value);
  }
  return object;
}

Json bound_times(const Estimate& estimate) {
  const std::array<Seconds, kBoundCount> times = time_by_bound(estimate);
  Json array = Json::array();
  for (std::size_t i = 0; i < kBoundCount; ++i) {
    array.push_back({{"bound", kBounds[i].name}, {"time_s", times[i].value()}});
  }
  return array;
}

Json parts_json(const Footprint& memory) {
  const auto part = [](std::string_view what, Bytes bytes) {
    return Json{{"name", what}, {"bytes", json_number(bytes.value())}};
  };
  return {part("weights", memory.weights),     part("tables", memory.tables),
          part("gradients", memory.gradients), part("optimizer", memory.optimizer),
          part("KV cache", memory.kv_cache),   part("activations", memory.activations)};
}

std::string rates_text(const Report& report) {
  switch (report.estimate.options.mode) {
    case Mode::kRoofline: return "The plain roofline of the data sheet.";
    case Mode::kCeilings: return "The roofline of the measured ceilings.";
    case Mode::kCalibrated: return "Calibrated with " + calibration_line(report) + ".";
    default: return "Not calibrated: the data sheet with pooled efficiencies.";
  }
}

// The packed rows are text already: they are put behind the rest of the object.
std::string report_text(const Report& report) {
  const Estimate& e = report.estimate;
  Json object{{"analysis", analysis_json(report)},
              {"device_summary", report.device.summary},
              {"run", run_line(e)},
              {"rates", rates_text(report)},
              {"imported", !e.importer.empty()},
              {"roofs", roofs_json(report.device)},
              {"time_by_bound", bound_times(e)},
              {"parts", parts_json(e.memory)}};
  if (report.device.dram.capacity) object["dram_capacity"] = report.device.dram.capacity->value();
  std::string text = object.dump(-1, ' ', true, Json::error_handler_t::replace);
  text.pop_back();
  return text + ",\"layers\":" + packed_rows(e.rows, e.phase) + "}";
}

// "<" could end the script element or begin a comment in it; in JSON it only stands in strings.
std::string without_markup(const std::string& json) {
  std::string safe;
  safe.reserve(json.size() + 64);
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace

std::string page_data(std::span<const Report> reports, const View& view) {
  Json head{{"by", kByNames[static_cast<std::size_t>(view.by)]},
            {"named", view.top},
            {"columns", columns_json()},
            {"bounds", bounds_json()}};
  std::string text = head.dump(-1, ' ', true, Json::error_handler_t::replace);
  text.pop_back();
  text += ",\"reports\":[";
  for (const Report& report : reports) text += (&report == reports.data() ? "" : ",") + report_text(report);
  return without_markup(text + "]}");
}

}  // namespace ridgepoint
