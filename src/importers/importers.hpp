#pragma once
// What each importer's file offers to the list in importer.cpp.

#include "importers/importer.hpp"

namespace ridgepoint {

extern const Importer kHuggingFaceImporter;
extern const Importer kOnnxImporter;

}  // namespace ridgepoint
