#include "report/html.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "report/html_assets.hpp"
#include "report/svg.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kNamed = 12;

std::string title_of(std::span<const Report> reports) {
  std::string title;
  for (const Report& report : reports) title += (title.empty() ? "" : ", ") + report.estimate.model;
  return title + " on " + reports.front().estimate.device;
}

// The template with its places filled; what fills a place is not looked at again.
std::string filled(std::string_view text, std::span<const std::pair<std::string_view, std::string_view>> parts) {
  std::string page;
  while (true) {
    std::size_t first = std::string_view::npos;
    const std::pair<std::string_view, std::string_view>* next = nullptr;
    for (const auto& part : parts) {
      const std::size_t at = text.find(part.first);
      if (at < first) {
        first = at;
        next = &part;
      }
    }
    if (next == nullptr) return page.append(text);
    page.append(text.substr(0, first)).append(next->second);
    text.remove_prefix(first + next->first.size());
  }
}

}  // namespace

std::string write_page(std::span<const Report> reports, const View& view) {
  const std::string title = svg_text(title_of(reports));
  const View opened{.by = view.by, .top = view.top > 0 ? view.top : kNamed};
  const std::string data = page_data(reports, opened);
  const std::array<std::pair<std::string_view, std::string_view>, 6> parts{{{"@TITLE@", title},
                                                                            {"@STYLE@", html_assets::kStyle},
                                                                            {"@DATA@", data},
                                                                            {"@LICENSE@", html_assets::kLicense},
                                                                            {"@D3@", html_assets::kD3},
                                                                            {"@SCRIPT@", html_assets::kScript}}};
  return filled(html_assets::kPage, parts);
}

std::string write_html(const Report& report, const View& view) { return write_page(std::span(&report, 1), view); }

}  // namespace ridgepoint
