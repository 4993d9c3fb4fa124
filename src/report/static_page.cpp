#include "report/static_page.hpp"

#include <fmt/format.h>

#include "report/svg.hpp"

namespace ridgepoint {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:72rem;"
    "padding:0 1rem}figure{margin:1rem 0}svg{background:#fff;max-width:100%;height:auto}"
    ".rows{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.15rem .6rem;text-align:left;white-space:nowrap;border-bottom:1px solid #8884}"
    "td.n,th.n{text-align:right}code{word-break:break-word}@media print{.rows{overflow:visible}}";

}  // namespace

StaticPage::StaticPage(std::string_view title, std::string_view command) {
  const std::string shown = svg_text(title);
  text_ = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>{}</style></head>\n<body>\n"
      "<h1>{}</h1>\n<p><code>{}</code></p>\n",
      shown, kStyle, shown, svg_text(command));
}

void StaticPage::heading(std::string_view text) { text_ += "<h2>" + svg_text(text) + "</h2>\n"; }

void StaticPage::paragraph(std::string_view text) { text_ += "<p>" + svg_text(text) + "</p>\n"; }

void StaticPage::sentences(std::span<const std::string> list) {
  if (list.empty()) return;
  text_ += "<ul>\n";
  for (const std::string& sentence : list) text_ += "<li>" + svg_text(sentence) + "</li>\n";
  text_ += "</ul>\n";
}

void StaticPage::figure(std::string_view svg) {
  text_ += fmt::format("<figure>{}</figure>\n", svg.substr(svg.find("<svg")));  // without the XML declaration
}

void StaticPage::table(const Grid& grid) {
  text_ += "<div class=\"rows\"><table>\n<thead><tr>";
  const auto cell = [&](std::string_view tag, std::size_t column, const std::string& content) {
    const std::string_view kind = grid.columns[column].right ? " class=\"n\"" : "";
    text_ += fmt::format("<{}{}>{}</{}>", tag, kind, svg_text(content), tag);
  };
  for (std::size_t c = 0; c < grid.columns.size(); ++c) cell("th", c, grid.columns[c].header);
  text_ += "</tr></thead>\n<tbody>\n";
  for (const auto& row : grid.rows) {
    text_ += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) cell("td", c, row[c]);
    text_ += "</tr>\n";
  }
  text_ += "</tbody></table></div>\n";
}

}  // namespace ridgepoint
