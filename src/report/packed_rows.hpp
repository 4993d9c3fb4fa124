#pragma once
// Rows as the page of `--format html` holds them: small, so that 20,000 layers are a file that opens at once.

#include <span>
#include <string>

#include "roofline/estimate.hpp"

namespace ridgepoint {

/// A JSON object: `keys`, the columns that rows of one kind share, with in training the time of each pass;
/// `kinds`, their values, each combination once; `kind` of every row; `names`, of every row how many characters are
/// those of the name before (`shared`) and what follows (`rest`); `blocks`, each once, and `block` of every row;
/// `fused`, the layers of rows that run several as one kernel, by the row's position.
std::string packed_rows(std::span<const LayerEstimate> rows, Phase phase);

/// A text as a JSON string in ASCII.
std::string json_string(const std::string& text);

}  // namespace ridgepoint
