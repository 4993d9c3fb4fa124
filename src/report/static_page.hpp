#pragma once
// A page of figures and tables for a browser: one file, without scripts, in dark and light and on paper.

#include <span>
#include <string>
#include <string_view>

#include "report/text_table.hpp"

namespace ridgepoint {

/// Puts a page together from top to bottom. Texts are shown, not interpreted.
class StaticPage {
 public:
  StaticPage(std::string_view title, std::string_view command);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  /// A list of sentences; nothing where there are none.
  void sentences(std::span<const std::string> list);
  /// A document that draw_chart() or comparison_chart() wrote.
  void figure(std::string_view svg);
  void table(const Grid& grid);

  [[nodiscard]] std::string text() const { return text_ + "</body></html>\n"; }

 private:
  std::string text_;
};

}  // namespace ridgepoint
