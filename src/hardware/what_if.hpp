#pragma once
// A device that is otherwise than its file says: what a run asks with --what-if.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hardware/device.hpp"

namespace ridgepoint {

/// One property as a run asks for it: a factor on what the device has, or another value in base units.
struct DeviceChange {
  std::string key;
  bool is_factor = false;
  double amount = 1;
};

/// A property that can be changed. Those without a unit take a factor alone.
struct DeviceProperty {
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
};

/// All properties; `matrix` and `vector` may be followed by a format: "matrix.bf16".
std::span<const DeviceProperty> device_properties();

/// "KEY=xFACTOR" or "KEY=VALUE", where a value may have a decimal or binary prefix and its unit: 80GB, 4.8 TB/s, 50MiB.
/// Throws InputError, with the near miss of the key.
DeviceChange parse_change(std::string_view text);
/// The part behind the "=": throws InputError naming the key.
DeviceChange parse_amount(std::string_view key, std::string_view text);

/// A value with a decimal or binary prefix and its unit, in base units: 80GB, 4.8 TB/s, 50MiB. Nothing where it is
/// none.
std::optional<double> parse_quantity(std::string_view text, std::string_view unit);

/// "dram.bandwidth x2", "dram.capacity 141 GB".
std::string text_of(const DeviceChange& change);

/// The device with the changes, in their order, and its name with them in brackets. What follows from a value follows:
/// peaks from clock and units, measured rates and curves from the rate or the capacity of their unit or memory. What a
/// calibration fitted (shares of the data sheet's rates, and times) is kept. Throws InputError when the device lacks
/// the property.
Device changed(Device device, std::span<const DeviceChange> changes);

}  // namespace ridgepoint
