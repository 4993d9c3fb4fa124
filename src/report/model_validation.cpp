#include "report/model_validation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/json_text.hpp"
#include "report/records.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

bool is_measured(const MeasuredKernel& k) { return k.why.empty(); }
double error_of(const MeasuredKernel& k) { return k.predicted / k.measured - 1; }

std::string signed_percent(double share) { return fmt::format("{:+.1f} %", 100 * share); }

// What could not be measured, with the share of the predicted time that it has.
std::map<std::string, double> unmeasured(const ModelValidation& v) {
  double all = 0;
  for (const MeasuredKernel& k : v.kernels) all += k.predicted;
  std::map<std::string, double> shares;
  for (const MeasuredKernel& k : v.kernels) {
    if (!is_measured(k)) shares[k.op + ": " + k.why] += all > 0 ? k.predicted / all : 0;
  }
  return shares;
}

std::string summary(const ModelValidation& v) {
  std::string text = fmt::format(
      "predicted {} against measured {}: {}; mean error of a kernel {:.1f} %; {:.1f} % of the predicted time was "
      "measured\n",
      human_seconds(v.predicted()), human_seconds(v.measured()), signed_percent(v.error()), 100 * v.mape(),
      100 * v.coverage());
  for (const auto& [what, share] : unmeasured(v))
    text += fmt::format("not measured, and in neither sum: {} ({:.1f} %)\n", printable(what), 100 * share);
  return text;
}

std::string as_table(const ModelValidation& v) {
  std::string text = fmt::format("{}: predicted by {} in mode {}, measured on {}\n\n", printable(v.model),
                                 printable(v.device), v.mode, printable(v.machine));
  constexpr std::string_view kLayout = "{:<24} {:<12} {:<6} {:>5} {:>10} {:>10} {:>9} {:>7}\n";
  const std::string header =
      fmt::format(kLayout, "layer", "op", "pass", "x", "predicted", "measured", "error", "spread");
  text += header + std::string(header.size() - 1, '-') + "\n";
  for (const MeasuredKernel& k : v.kernels) {
    text += fmt::format(kLayout, fit(printable(k.layer), 24, false), fit(printable(k.op), 12, false), name(k.pass),
                        fmt::format("{:.0f}", k.repeat), human_seconds(k.predicted),
                        is_measured(k) ? human_seconds(k.measured) : "-",
                        is_measured(k) ? signed_percent(error_of(k)) : "-",
                        is_measured(k) ? fmt::format("{:.1f} %", 100 * k.spread) : "-");
  }
  return text + "\n" + summary(v);
}

nlohmann::ordered_json json_of(const MeasuredKernel& k) {
  nlohmann::ordered_json row{{"layer", k.layer},   {"op", k.op},       {"pass", std::string(name(k.pass))},
                             {"repeat", k.repeat}, {"point", k.point}, {"predicted_s", k.predicted},
                             {"p10_s", k.p10},     {"p90_s", k.p90},   {"datasheet_s", k.roofline}};
  if (is_measured(k)) {
    row["measured_s"] = k.measured;
    row["error"] = error_of(k);
    row["spread"] = k.spread;
  } else {
    row["not_measured"] = k.why;
  }
  return row;
}

std::string as_json(const ModelValidation& v) {
  nlohmann::ordered_json document{
      {"schema_version", 1}, {"model", v.model}, {"device", v.device}, {"machine", v.machine}, {"mode", v.mode}};
  document["rows"] = nlohmann::ordered_json::array();
  for (const MeasuredKernel& k : v.kernels) document["rows"].push_back(json_of(k));
  document["totals"] = {{"predicted_s", v.predicted()},
                        {"measured_s", v.measured()},
                        {"error", v.error()},
                        {"mape", v.mape()},
                        {"coverage", v.coverage()}};
  document["not_measured"] = nlohmann::ordered_json::object();
  for (const auto& [what, share] : unmeasured(v)) document["not_measured"][what] = share;
  return json_text(document);
}

Records records_of(const ModelValidation& v) {
  Records records{.columns = {"model", "layer", "op", "pass", "repeat", "point", "predicted_s", "p10_s", "p90_s",
                              "datasheet_s", "measured_s", "error", "spread", "not_measured"},
                  .rows = {}};
  for (const MeasuredKernel& k : v.kernels) {
    const auto number = [&](double value) { return is_measured(k) ? Cell(value) : Cell(std::string()); };
    records.rows.push_back({v.model, k.layer, k.op, std::string(name(k.pass)), k.repeat, k.point, k.predicted, k.p10,
                            k.p90, k.roofline, number(k.measured), number(is_measured(k) ? error_of(k) : 0),
                            number(k.spread), k.why});
  }
  return records;
}

}  // namespace

double ModelValidation::predicted() const {
  double sum = 0;
  for (const MeasuredKernel& k : kernels) sum += is_measured(k) ? k.predicted : 0;
  return sum;
}

double ModelValidation::measured() const {
  double sum = 0;
  for (const MeasuredKernel& k : kernels) sum += is_measured(k) ? k.measured : 0;
  return sum;
}

double ModelValidation::coverage() const {
  double all = 0;
  for (const MeasuredKernel& k : kernels) all += k.predicted;
  return all > 0 ? predicted() / all : 0;
}

double ModelValidation::mape() const {
  double sum = 0;
  double count = 0;
  for (const MeasuredKernel& k : kernels) {
    if (!is_measured(k)) continue;
    sum += std::abs(error_of(k));
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

std::string write_model_validation(const ModelValidation& validation, std::string_view format) {
  if (format == "json") return as_json(validation);
  if (format == "csv" || format == "markdown") return write_records(records_of(validation), format);
  return as_table(validation);
}

}  // namespace ridgepoint
