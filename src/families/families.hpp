#pragma once
// What each family's file offers to the list in family.cpp.

#include "families/family.hpp"

namespace ridgepoint {

extern const Family kCnnFamily;
extern const Family kGnnFamily;
extern const Family kPointCloudFamily;
extern const Family kRecommenderFamily;
extern const Family kRnnFamily;
extern const Family kSwinFamily;
extern const Family kTransformerFamily;
extern const Family kVisionTransformerFamily;

}  // namespace ridgepoint
