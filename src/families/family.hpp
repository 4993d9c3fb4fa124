#pragma once
// Compact descriptions: a family's name and its hyper-parameters, from which the explicit description follows.

#include <span>
#include <string>
#include <string_view>

#include "io/object_reader.hpp"
#include "network/description.hpp"

namespace ridgepoint {

/// A kind of network that a few hyper-parameters describe. `describe` reads them and writes the network down: integers
/// stay parameters of the description, so that a run can set them; what decides the structure (words, booleans, lists)
/// is read here.
struct Family {
  std::string_view name;
  std::string_view summary;
  void (*describe)(ObjectReader& reader, Description& description);
};

/// All families.
std::span<const Family> families();

/// Reads an explicit or a compact description. `overrides` are `key=value` texts of the command line: those that name a
/// hyper-parameter of the family replace it. Throws InputError.
Description load_model(const std::shared_ptr<const Document>& document, Attributes& overrides);

}  // namespace ridgepoint
