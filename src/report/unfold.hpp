#pragma once
// From rows that stand for several layers to the order in which these run.

#include <string>
#include <vector>

namespace ridgepoint {

/// A row of a report: its name, with the blocks around it, and how many layers it stands for.
struct RepeatedRow {
  std::string name;
  std::size_t repeat = 1;
};

/// Indices of rows in the order in which their layers run: the rows of one block one after another, then again as often
/// as the block repeats, and the same within it. A row stands in it as often as it repeats. With more than `limit` of
/// them in all every row stands once.
std::vector<std::size_t> unfold(const std::vector<RepeatedRow>& rows, std::size_t limit);

}  // namespace ridgepoint
