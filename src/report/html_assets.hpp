#pragma once
// The files of src/report/html and d3, which the build puts into the program (src/report/html/embed.cmake).

#include <string_view>

namespace ridgepoint::html_assets {

extern const std::string_view kPage;
extern const std::string_view kStyle;
extern const std::string_view kScript;
extern const std::string_view kD3;
extern const std::string_view kLicense;

}  // namespace ridgepoint::html_assets
