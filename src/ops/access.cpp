#include "ops/access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/expected.hpp"
#include "ops/lookup.hpp"

namespace ridgepoint {

AccessLaw Access::law(double rows) const {
  switch (kind) {
    case Kind::kZipf: return AccessLaw::zipf(rows, exponent);
    case Kind::kMeasured: {
      std::vector<RowCount> counts = measured->counts;
      if (rows > measured->seen) counts.push_back({rows - measured->seen, 0});
      return AccessLaw::of_counts(std::move(counts));
    }
    case Kind::kUnstated:
    case Kind::kUniform: break;
  }
  return AccessLaw::uniform(rows);
}

const Access& Accesses::at(std::size_t table) const {
  static const Access kNothing{};
  if (each.empty()) return kNothing;
  return each[each.size() == 1 ? 0 : table];
}

double distinct_rows(std::span<const TableDraws> tables) {
  double sum = 0;
  for (const TableDraws& t : tables) {
    const bool plain = t.access.kind == Access::Kind::kUnstated || t.access.kind == Access::Kind::kUniform;
    sum += plain ? expected_distinct(t.rows, t.draws) : t.access.law(t.rows).distinct(t.draws);
  }
  return sum;
}

AccessLaw joint_law(std::span<const TableDraws> tables) {
  std::vector<AccessLaw> laws;
  laws.reserve(tables.size());
  for (const TableDraws& t : tables) laws.push_back(t.access.law(t.rows));
  std::vector<AccessLaw::Part> parts;
  parts.reserve(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) parts.push_back({&laws[i], tables[i].draws});
  return AccessLaw::mixture(parts);
}

std::shared_ptr<const ReuseCurve> reuse_of(std::span<const TableDraws> tables) {
  const auto says = [](const TableDraws& t) { return t.access.kind != Access::Kind::kUnstated; };
  if (std::none_of(tables.begin(), tables.end(), says)) return nullptr;
  return std::make_shared<const ReuseCurve>(joint_law(tables));
}

void expect_accesses(const Accesses& access, std::span<const std::int64_t> tables) {
  if (access.each.size() > 1 && access.each.size() != tables.size()) {
    throw OpError{
        "access",
        {fmt::format("has {} laws for {} tables", access.each.size(), tables.size()), "one law, or one per table"}};
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const Access& a = access.at(i);
    if (a.kind != Access::Kind::kMeasured || a.measured->largest_id < tables[i]) continue;
    throw OpError{"access",
                  {fmt::format("{} has id {}, but table {} has {} rows", a.measured->place, a.measured->largest_id,
                               i + 1, tables[i]),
                   fmt::format("ids below {}, or a table of {} rows", tables[i], a.measured->largest_id + 1)}};
  }
}

void follow(Gather& gather, std::span<const TableDraws> tables) {
  gather.reuse = reuse_of(tables);
  if (gather.reuse) gather.distinct = std::min(gather.lookups, distinct_rows(tables));
}

}  // namespace ridgepoint
