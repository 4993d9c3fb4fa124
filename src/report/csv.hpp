#pragma once
#include <string>

namespace ridgepoint {

/// A text as a CSV field: quoted where RFC 4180 asks for it, and with a leading quote where a spreadsheet would take it
/// for a formula.
std::string csv_text(const std::string& text);

}  // namespace ridgepoint
