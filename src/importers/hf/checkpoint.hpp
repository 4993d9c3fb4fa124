#pragma once
// What the files of a checkpoint hold besides the parameters of a network, or instead of them: why the number of their
// values is another one.

#include <optional>

#include "importers/hf/quantization.hpp"
#include "network/network.hpp"

namespace ridgepoint::hf {

/// Values of the layers of a network, as files hold them.
struct StoredValues {
  double parameters = 0;
  double scales = 0;  ///< of quantized weights
  double packed = 0;  ///< four-bit weights that have no value of their own: two are stored as one, or eight
};

/// Of the layers whose names begin with `prefix`.
StoredValues stored_values(const Network& network, const std::optional<Quantization>& q, std::string_view prefix = "");

/// The notes that follow from these, from a tied head that files may hold twice and from the layers that predict
/// further tokens, which `with_mtp` has and `plain` has not.
void note_checkpoint(Reading& reading, const std::optional<Quantization>& q, const Description& plain,
                     const std::optional<Description>& with_mtp);

}  // namespace ridgepoint::hf
