#include "report/analysis.hpp"
#include "report/schema.hpp"
#include "report/schema_building.hpp"

namespace ridgepoint {

std::string analysis_schema() { return json_text(titled("ridgepoint analysis", schema_of(analysis_members()))); }

}  // namespace ridgepoint
