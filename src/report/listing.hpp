#pragma once
#include <string>
#include <vector>

namespace ridgepoint {

/// One thing that `list` names.
struct Listed {
  std::string name;
  std::string summary;
};

/// A listing as a table, or as a JSON array of objects with name and summary, as CSV or Markdown. `format` is one of
/// the names of formats().
std::string write_listing(const std::vector<Listed>& items, std::string_view format);

}  // namespace ridgepoint
