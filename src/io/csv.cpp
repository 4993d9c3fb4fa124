#include "io/csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

// Splits one record off the front of the text; a quoted field may hold line ends.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  std::vector<std::string> record() {
    std::vector<std::string> fields;
    do {
      fields.push_back(field());
    } while (take(','));
    take('\r');
    if (take('\n')) ++line_;
    return fields;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::string field() {
    if (take('"')) return quoted_field();
    const std::size_t end = std::min(text_.find_first_of(",\r\n"), text_.size());
    std::string value(text_.substr(0, end));
    text_.remove_prefix(end);
    return value;
  }

  std::string quoted_field() {
    std::string value;
    while (!text_.empty()) {
      if (take('"')) {
        if (!take('"')) return value;
        value += '"';
        continue;
      }
      if (text_.front() == '\n') ++line_;
      value += text_.front();
      text_.remove_prefix(1);
    }
    return value;
  }

  std::string_view text_;
  std::size_t line_ = 1;
};

bool is_blank(const std::vector<std::string>& fields) { return fields.size() == 1 && fields.front().empty(); }

}  // namespace

int CsvTable::column(std::string_view name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  return found == header.end() ? -1 : static_cast<int>(found - header.begin());
}

void CsvTable::fail(const CsvRow& row, std::size_t column, Problem problem) const {
  if (column < header.size()) problem.what = fmt::format("column {}: {}", in_quotes(header[column]), problem.what);
  throw InputError(std::move(problem), {.file = file, .line = row.line, .column = 1});
}

void CsvTable::fail_header(Problem problem) const {
  throw InputError(std::move(problem), {.file = file, .line = header_line, .column = 1});
}

CsvTable parse_csv(std::string file, std::string_view text) {
  CsvTable table{.file = std::move(file)};
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Splitter splitter(text);
  while (!splitter.done()) {
    const std::size_t line = splitter.line();
    std::vector<std::string> fields = splitter.record();
    if (is_blank(fields)) continue;
    if (table.header.empty()) {
      table.header = std::move(fields);
      table.header_line = line;
      continue;
    }
    if (fields.size() != table.header.size()) {
      throw InputError(
          {fmt::format("a row of {} fields", fields.size()), fmt::format("{}, as in the header", table.header.size())},
          {.file = table.file, .line = line, .column = 1});
    }
    table.rows.push_back({line, std::move(fields)});
  }
  if (table.header.empty()) table.fail_header({"the file is empty", "a header with the names of the columns"});
  return table;
}

CsvTable read_csv(const std::string& path) { return parse_csv(path == "-" ? "<stdin>" : path, read_file(path)); }

std::string csv_text(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
  std::string safe = (formula ? "'" : "") + printable(text);
  if (safe.find_first_of(",\"") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace ridgepoint
