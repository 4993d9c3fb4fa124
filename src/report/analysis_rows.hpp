#pragma once
// Rows and amounts of the JSON document, and their schemas; both follow from the table of columns.

#include "report/members.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// The amounts that add up, under the keys of their columns.
Json amounts_json(const Amounts& amounts);
Json amounts_schema();

/// A row with every column as a member, and in training the amounts of each pass.
Json layer_json(const LayerEstimate& row, Phase phase);
Json layer_schema();

}  // namespace ridgepoint
