#pragma once
#include <random>
#include <string>
#include <vector>

namespace ridgepoint {

/// Changes a protobuf message at a random place: a number, some bytes, a field left out, doubled or moved. Lengths of
/// the messages around it are put right, or now and then left wrong.
std::string mutated(const std::string& message, std::mt19937& random);

}  // namespace ridgepoint
