#pragma once
// Compact descriptions: a family's name and its hyper-parameters, from which the explicit description follows.

#include <memory>
#include <span>
#include <string_view>

#include "families/compact_reader.hpp"

namespace ridgepoint {

/// A kind of network that a few hyper-parameters describe. `describe` reads them and writes the network down: sizes
/// stay parameters of the description, so that a run can set them; what decides the structure (words, booleans, lists)
/// is read once, here.
struct Family {
  std::string_view name;
  std::string_view summary;
  void (*describe)(CompactReader& reader, Description& description);
};

/// All families.
std::span<const Family> families();

/// Reads an explicit or a compact description. `overrides` are the `key=value` pairs of the command line: those that
/// name an option of the family (attention=unfused) replace what the file says and are taken out; the rest are
/// parameters, for instantiate(). Throws InputError.
Description load_model(const std::shared_ptr<const Document>& document, Attributes& overrides);

}  // namespace ridgepoint
