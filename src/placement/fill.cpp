#include "placement/fill.hpp"

#include <algorithm>

namespace ridgepoint {
namespace {

// Groups that move together: one each, or all of a piece.
struct Parcel {
  std::vector<RowGroup> groups;
  double bytes = 0;
  double gain = 0;  // seconds for each byte
};

std::vector<Parcel> parcels_of(std::vector<RowGroup> groups, bool whole) {
  std::vector<Parcel> parcels;
  for (RowGroup& group : groups) {
    const bool joins = whole && !parcels.empty() && parcels.back().groups.front().piece == group.piece;
    if (!joins) parcels.emplace_back();
    parcels.back().bytes += group.rows * group.stored_bytes;
    parcels.back().groups.push_back(group);
  }
  return parcels;
}

double gain_of(const Parcel& parcel, const Level& near, const Level& far) {
  double gain = 0;
  for (const RowGroup& g : parcel.groups)
    gain += g.rows * g.rate * (far.row_time(g.row_bytes) - near.row_time(g.row_bytes));
  return parcel.bytes > 0 ? gain / parcel.bytes : 0;
}

void place(std::vector<RowGroup>& at, const Parcel& parcel, double share) {
  for (RowGroup group : parcel.groups) {
    group.rows *= share;
    at.push_back(group);
  }
}

void shrink(Parcel& parcel, double share) {
  for (RowGroup& group : parcel.groups) group.rows *= share;
  parcel.bytes *= share;
}

}  // namespace

double Filling::bytes(Place place) const {
  double sum = 0;
  for (const RowGroup& group : at[static_cast<std::size_t>(place)]) sum += group.rows * group.stored_bytes;
  return sum;
}

double Filling::bytes() const {
  double sum = 0;
  for (std::size_t place = 0; place < kPlaces; ++place) sum += bytes(static_cast<Place>(place));
  return sum;
}

std::vector<RowGroup> groups_of(std::span<const Piece> pieces, std::span<const Table> tables,
                                std::span<const AccessLaw> laws) {
  std::vector<RowGroup> groups;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    const Table& table = tables[piece.table];
    for (const RowClass& c : laws[piece.table].classes()) {
      groups.push_back({.piece = i,
                        .rows = c.rows * piece.rows_share,
                        .row_bytes = table.row_bytes * piece.columns_share,
                        .stored_bytes = (table.row_bytes + table.state_bytes) * piece.columns_share,
                        .rate = piece.draws * c.probability / piece.rows_share});
    }
  }
  return groups;
}

Filling fill(std::vector<RowGroup> groups, const Hierarchy& levels, bool whole) {
  std::vector<Parcel> left = parcels_of(std::move(groups), whole);
  Filling filling;
  for (std::size_t level = 0; level < kPlaces; ++level) {
    // Who lies in the last level has no further one: the order no longer matters.
    const Level& far = levels[std::min(level + 1, kPlaces - 1)];
    for (Parcel& parcel : left) parcel.gain = gain_of(parcel, levels[level], far);
    std::stable_sort(left.begin(), left.end(), [](const Parcel& a, const Parcel& b) { return a.gain > b.gain; });
    double room = levels[level].capacity;
    std::vector<Parcel> next;
    for (Parcel& parcel : left) {
      if (parcel.bytes <= room) {
        place(filling.at[level], parcel, 1);
        room -= parcel.bytes;
      } else if (!whole && room > 0) {
        const double share = room / parcel.bytes;
        place(filling.at[level], parcel, share);
        shrink(parcel, 1 - share);
        room = 0;
        next.push_back(std::move(parcel));
      } else {
        next.push_back(std::move(parcel));
      }
    }
    left = std::move(next);
  }
  for (const Parcel& parcel : left) filling.unplaced += parcel.bytes;
  return filling;
}

}  // namespace ridgepoint
