#include "report/validation.hpp"

#include <fmt/format.h>

#include <array>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/json_text.hpp"
#include "report/records.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

using Value = std::variant<std::string, double>;

/// A column of the table of errors; shares are shown as percentages.
struct ErrorColumn {
  std::string_view key;
  std::size_t width;
  Value (*value)(const ErrorTable& table, const ErrorRow& row);
};

constexpr std::array kColumns{
    ErrorColumn{"source", 22, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.source; }},
    ErrorColumn{"device", 0, [](const ErrorTable& t, const ErrorRow&) -> Value { return t.device; }},
    ErrorColumn{"mode", 0, [](const ErrorTable& t, const ErrorRow&) -> Value { return t.mode; }},
    ErrorColumn{"kernel", 13, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.kernel; }},
    ErrorColumn{"dtype", 8, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.dtype; }},
    ErrorColumn{"clock", 0, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.clock; }},
    ErrorColumn{"band", 11, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.band; }},
    ErrorColumn{"n", 5, [](const ErrorTable&, const ErrorRow& r) -> Value { return static_cast<double>(r.n); }},
    ErrorColumn{"mape", 6, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.mape; }},
    ErrorColumn{"median", 6, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.median; }},
    ErrorColumn{"p90", 6, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.p90; }},
    ErrorColumn{"bias", 6, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.bias; }},
    ErrorColumn{"coverage", 8, [](const ErrorTable&, const ErrorRow& r) -> Value { return r.coverage; }},
};

bool is_share(const ErrorColumn& column) { return column.key != "n"; }

std::string human_value(const ErrorColumn& column, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return printable(*text);
  const double number = std::get<double>(value);
  return is_share(column) ? fmt::format("{:.1f}%", number * 100) : fmt::format("{:.0f}", number);
}

// The end of a path says more than its beginning.
std::string tail(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : ".." + text.substr(text.size() - width + 2);
}

std::string as_table(const ErrorTable& table) {
  std::string text = fmt::format("predicted by {} in mode {}\n", printable(table.device), table.mode);
  text += "errors are |predicted / measured - 1|; bias is the median of predicted / measured, less 1;\n";
  text += "coverage is the share of measurements between P10 and P90\n\n";
  std::string header;
  for (const ErrorColumn& column : kColumns) {
    if (column.width == 0) continue;
    const bool number = column.width <= 8 && column.key != "dtype";
    header += (header.empty() ? "" : " ") + fit(column.key, column.width, number);
  }
  text += header + "\n" + std::string(header.size(), '-') + "\n";
  for (const ErrorRow& row : table.rows) {
    std::string line;
    for (const ErrorColumn& column : kColumns) {
      if (column.width == 0) continue;
      const Value value = column.value(table, row);
      const bool number = std::holds_alternative<double>(value);
      line += (line.empty() ? "" : " ") + fit(tail(human_value(column, value), column.width), column.width, number);
    }
    text += line + "\n";
  }
  return text;
}

std::string as_json(const ErrorTable& table) {
  nlohmann::ordered_json document{{"schema_version", 1}, {"rows", nlohmann::ordered_json::array()}};
  for (const ErrorRow& row : table.rows) {
    nlohmann::ordered_json object;
    for (const ErrorColumn& column : kColumns) {
      const Value value = column.value(table, row);
      if (column.key == "n") {
        object["n"] = row.n;
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        object[std::string(column.key)] = *text;
      } else {
        object[std::string(column.key)] = std::get<double>(value);
      }
    }
    document["rows"].push_back(std::move(object));
  }
  return json_text(document);
}

// As programs read the errors, or as people do.
Records records_of(const ErrorTable& table, bool for_people) {
  Records records;
  for (const ErrorColumn& column : kColumns) records.columns.push_back(column.key);
  for (const ErrorRow& row : table.rows) {
    std::vector<Cell>& cells = records.rows.emplace_back();
    for (const ErrorColumn& column : kColumns) {
      const Value value = column.value(table, row);
      cells.push_back(for_people ? Value(human_value(column, value)) : value);
    }
  }
  return records;
}

}  // namespace

std::string write_errors(const ErrorTable& table, std::string_view format) {
  if (format == "json") return as_json(table);
  if (format == "csv" || format == "markdown") return write_records(records_of(table, format == "markdown"), format);
  return as_table(table);
}

std::string write_predictions(const SampleFile& file, const std::vector<Prediction>& predictions, bool with_header) {
  std::string text;
  const auto append = [&](const std::vector<std::string>& fields, std::string_view more) {
    for (const std::string& field : fields) text += csv_text(field) + ",";
    (text += more) += "\n";
  };
  if (with_header) append(file.table.header, "predicted_us,p10_us,p90_us,bound,datasheet_us");
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Price& p = predictions[i].price;
    append(file.table.rows[i].fields,
           fmt::format("{:.6g},{:.6g},{:.6g},{},{:.6g}", p.time.value() * 1e6, p.p10.value() * 1e6, p.p90.value() * 1e6,
                       name(p.bound), p.roofline.value() * 1e6));
  }
  return text;
}

}  // namespace ridgepoint
