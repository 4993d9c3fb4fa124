#include "report/networks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "report/columns.hpp"
#include "report/records.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

using Network = Estimate;

double share_of(const Network& e, Category category) {
  const double time = e.by_category[static_cast<std::size_t>(category)].time;
  return e.total.time > 0 ? time / e.total.time : 0;
}

double share_of_rest(const Network& e) {
  return std::max(0.0, 1 - share_of(e, Category::kMatmul) - share_of(e, Category::kReduction) -
                           share_of(e, Category::kElementwise) - share_of(e, Category::kLookup));
}

/// One column: its key in files, its header and width in tables.
struct NetworkColumn {
  Column column;  ///< for its name and for how people read it; `cell` is unused
  std::size_t width = 0;
  Cell (*value)(const Network& e) = nullptr;
};

constexpr NetworkColumn make(std::string_view key, std::string_view header, ColumnKind kind, std::size_t width,
                             Cell (*value)(const Network& e)) {
  return {{key, header, kind, "", nullptr}, width, value};
}

constexpr std::array kColumns{
    make("model", "network", ColumnKind::kText, 24, [](const Network& e) -> Cell { return e.model; }),
    make("phase", "", ColumnKind::kText, 0, [](const Network& e) -> Cell { return std::string(name(e.phase)); }),
    make("parameters", "", ColumnKind::kCount, 0, [](const Network& e) -> Cell { return e.total.parameters; }),
    make("flops", "FLOPs", ColumnKind::kFlops, 7, [](const Network& e) -> Cell { return e.total.flops; }),
    make("bytes", "bytes", ColumnKind::kBytes, 7, [](const Network& e) -> Cell { return e.total.bytes(); }),
    make("arithmetic_intensity", "FLOP/B", ColumnKind::kNumber, 6,
         [](const Network& e) -> Cell { return e.total.intensity(); }),
    make("time_s", "time", ColumnKind::kSeconds, 7, [](const Network& e) -> Cell { return e.total.time; }),
    make("roofline_time_s", "roofline", ColumnKind::kSeconds, 8,
         [](const Network& e) -> Cell { return e.total.roofline_time; }),
    make("matmul_share", "matmul", ColumnKind::kShare, 6,
         [](const Network& e) -> Cell { return share_of(e, Category::kMatmul); }),
    make("reduction_share", "reduce", ColumnKind::kShare, 6,
         [](const Network& e) -> Cell { return share_of(e, Category::kReduction); }),
    make("elementwise_share", "elem.", ColumnKind::kShare, 6,
         [](const Network& e) -> Cell { return share_of(e, Category::kElementwise); }),
    make("lookup_share", "lookup", ColumnKind::kShare, 6,
         [](const Network& e) -> Cell { return share_of(e, Category::kLookup); }),
    make("other_share", "other", ColumnKind::kShare, 6, [](const Network& e) -> Cell { return share_of_rest(e); }),
};

// Shares are whole percents here: there are five of them in a row.
std::string shown(const NetworkColumn& c, const Network& e) {
  if (c.column.kind == ColumnKind::kShare) return fmt::format("{:.0f} %", std::get<double>(c.value(e)) * 100);
  return human(c.column, c.value(e));
}

bool in_table(const NetworkColumn& c) { return c.width > 0; }
bool is_text(const NetworkColumn& c) { return c.column.kind == ColumnKind::kText; }

std::string trimmed(std::string line) { return line.erase(line.find_last_not_of(' ') + 1) + "\n"; }

std::string as_table(std::span<const Network> estimates) {
  const Network& first = estimates.front();
  std::string header;
  for (const NetworkColumn& c : kColumns) {
    if (in_table(c)) header += (header.empty() ? "" : " ") + fit(c.column.header, c.width, !is_text(c));
  }
  std::string text = fmt::format("{} on {}; the last five columns are shares of the time\n\n{}{}\n", name(first.phase),
                                 printable(first.device), trimmed(header), std::string(header.size(), '-'));
  for (const Network& e : estimates) {
    std::string line;
    for (const NetworkColumn& c : kColumns) {
      if (!in_table(c)) continue;
      line += (line.empty() ? "" : " ") + fit(printable(shown(c, e)), c.width, !is_text(c));
    }
    text += trimmed(line);
  }
  return text;
}

Records records_of(std::span<const Network> estimates) {
  Records records;
  for (const NetworkColumn& c : kColumns) records.columns.push_back(c.column.key);
  for (const Network& e : estimates) {
    std::vector<Cell>& row = records.rows.emplace_back();
    for (const NetworkColumn& c : kColumns) row.push_back(c.value(e));
  }
  return records;
}

std::string as_markdown(std::span<const Network> estimates) {
  std::string names = "|";
  std::string rule = "|";
  for (const NetworkColumn& c : kColumns) {
    if (!in_table(c)) continue;
    names += fmt::format(" {} |", c.column.header);
    rule += is_text(c) ? " --- |" : " ---: |";
  }
  std::string text = names + "\n" + rule + "\n";
  for (const Network& e : estimates) {
    std::string line = "|";
    for (const NetworkColumn& c : kColumns) {
      if (in_table(c)) line += fmt::format(" {} |", markdown_text(shown(c, e)));
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string write_networks(std::span<const Estimate> estimates, std::string_view format) {
  if (format == "csv") return write_records(records_of(estimates), format);
  if (format == "markdown") return as_markdown(estimates);
  return as_table(estimates);
}

}  // namespace ridgepoint
