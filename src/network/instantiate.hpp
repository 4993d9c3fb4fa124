#pragma once
#include <optional>

#include "network/description.hpp"
#include "network/network.hpp"

namespace ridgepoint {

/// What one run sets over the description: its phase, parameters by name, formats.
struct RunOptions {
  Phase phase = Phase::kInference;
  Attributes parameters{};
  PrecisionItem precision{};
};

/// Expands blocks, evaluates sizes, infers shapes and checks everything. Throws InputError at the place of what does
/// not fit: the run asks for a phase or parameter that the description does not have, an attribute is wrong, shapes
/// disagree.
Network instantiate(const Description& description, const RunOptions& options);

/// The phases that a description can run in.
std::vector<Phase> phases_of(const Description& description);

/// The formats of a run: the run's, then the description's, then what follows from the activations (fp32 if nothing
/// says).
Precision resolve_precision(const PrecisionItem& described, const PrecisionItem& asked);

}  // namespace ridgepoint
