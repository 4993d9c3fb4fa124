#include "report/listing.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "report/records.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

std::string as_table(const std::vector<Listed>& items) {
  std::size_t width = 0;
  for (const Listed& item : items) width = std::max(width, display_width(item.name));
  std::string text;
  for (const Listed& item : items) {
    std::string line = fit(item.name, width, false) + "  " + printable(item.summary);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string write_listing(const std::vector<Listed>& items, std::string_view format) {
  if (format == "table") return as_table(items);
  Records records{.columns = {"name", "summary"}, .rows = {}};
  for (const Listed& item : items) records.rows.push_back({item.name, item.summary});
  return write_records(records, format);
}

}  // namespace ridgepoint
