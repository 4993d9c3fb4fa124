#pragma once
#include "network/scope.hpp"
#include "ops/access.hpp"

namespace ridgepoint {

/// The law that a value of `access` names: "uniform", "zipf:1.05", "zipf:skew" with an expression in thousandths, or a
/// .csv file as io/access_file.hpp reads it, beside the description or where the program runs. Throws InputError at the
/// value, or in the file.
Access read_access(const Value& value, Scope& scope);

}  // namespace ridgepoint
