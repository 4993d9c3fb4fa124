#pragma once
// How the ids of a table are distributed, as a description says it.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/access_law.hpp"
#include "core/reuse_curve.hpp"

namespace ridgepoint {

/// What somebody counted: rows by how often they were taken, and the largest id with its place, for messages.
struct MeasuredAccess {
  std::vector<RowCount> counts;
  double seen = 0;              ///< rows that were taken at least once
  std::int64_t largest_id = 0;  ///< from 0
  std::string place;            ///< "ids.csv, line 7"
};

/// The law of one table's ids: nothing said (every access is then to memory, and distinct rows are those of a uniform
/// law), uniform, Zipf, or as counted. `text` is how the description writes it.
struct Access {
  enum class Kind : std::uint8_t { kUnstated, kUniform, kZipf, kMeasured };
  Kind kind = Kind::kUnstated;
  double exponent = 0;
  std::shared_ptr<const MeasuredAccess> measured{};
  std::string text{};

  [[nodiscard]] AccessLaw law(double rows) const;
  friend bool operator==(const Access& a, const Access& b) {
    return a.kind == b.kind && a.exponent == b.exponent && a.text == b.text;
  }
};

/// One law for all tables of an op, or one for each; empty when nothing is said.
struct Accesses {
  std::vector<Access> each{};
  [[nodiscard]] const Access& at(std::size_t table) const;
  friend bool operator==(const Accesses&, const Accesses&) = default;
};

/// A table, how often a run draws from it, and by which law.
struct TableDraws {
  double rows = 1;
  double draws = 1;
  Access access{};
};

/// Expected distinct rows of all tables.
double distinct_rows(std::span<const TableDraws> tables);
/// The law of all draws together; null when no table says how its ids are distributed.
std::shared_ptr<const ReuseCurve> reuse_of(std::span<const TableDraws> tables);
/// The law of all draws together. Tables that say nothing are uniform.
AccessLaw joint_law(std::span<const TableDraws> tables);

}  // namespace ridgepoint
