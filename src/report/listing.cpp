#include "report/listing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "io/csv.hpp"
#include "report/json_text.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

std::string as_json(const std::vector<Listed>& items) {
  auto array = nlohmann::ordered_json::array();
  for (const Listed& item : items) array.push_back({{"name", item.name}, {"summary", item.summary}});
  return json_text(array);
}

std::string as_csv(const std::vector<Listed>& items) {
  std::string text = "name,summary\n";
  for (const Listed& item : items) text += fmt::format("{},{}\n", csv_text(item.name), csv_text(item.summary));
  return text;
}

std::string as_markdown(const std::vector<Listed>& items) {
  std::string text = "| name | summary |\n| --- | --- |\n";
  for (const Listed& item : items) {
    text += fmt::format("| {} | {} |\n", markdown_text(item.name), markdown_text(item.summary));
  }
  return text;
}

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
  if (format == "json") return as_json(items);
  if (format == "csv") return as_csv(items);
  if (format == "markdown") return as_markdown(items);
  return as_table(items);
}

}  // namespace ridgepoint
