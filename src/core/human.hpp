#pragma once
// Numbers as people read them. Decimal prefixes for rates, counts and traffic; binary ones, labelled, for capacities.

#include <string>

namespace ridgepoint {

/// "1.23 M", "456", "7.89 G": three significant digits with a decimal prefix and the unit behind it.
std::string human_si(double value, const char* unit);
/// A count without a unit: "25.6 M".
std::string human_count(double value);
/// Traffic: "3.35 GB".
std::string human_bytes(double bytes);
/// A capacity: "80.0 GiB".
std::string human_capacity(double bytes);
/// A duration from seconds to nanoseconds: "12.3 us".
std::string human_seconds(double seconds);
/// "45.6 %".
std::string human_percent(double share);
/// Three significant digits: "0.0123", "1.23", "123", "12300".
std::string human_number(double value);

}  // namespace ridgepoint
