#include <limits>

#include "core/text.hpp"
#include "report/sweep_rows.hpp"

namespace ridgepoint {

std::string write_sweep_table(const SweepReport& report) {
  constexpr std::size_t kUncut = std::numeric_limits<int>::max();  // rows of a sweep are read whole
  std::string text = sweep_title(report) + "\n\n" + grid_text(sweep_rows(report), kUncut);
  for (const std::string& sentence : sentences_of(report)) text += "\n" + wrap(printable(sentence), 100, 2);
  return text + (report.curves.empty() ? "" : "\n");
}

std::string write_sweep_markdown(const SweepReport& report) {
  std::string text = markdown_text(sweep_title(report)) + "\n\n" + grid_markdown(sweep_rows(report));
  if (!report.curves.empty()) text += "\n";
  for (const std::string& sentence : sentences_of(report)) text += "* " + markdown_text(sentence) + "\n";
  return text;
}

}  // namespace ridgepoint
