#include "cli/compare_measured.hpp"

#include <fmt/format.h>

#include "cli/command.hpp"
#include "report/measured_report.hpp"

namespace ridgepoint {

std::string compare_with_profile(const SideArguments& arguments, const std::string& profile, std::int64_t runs,
                                 std::string_view format, std::size_t top, std::size_t width) {
  if (runs < 1) throw InputError({fmt::format("--runs is {}", runs), "1 or more"});
  const std::vector<RunArguments> asked = runs_of(arguments);
  if (arguments.run.models.size() != 1 || arguments.devices.size() != 1 || asked.size() != 1) {
    throw InputError(
        {"--measured is compared with one prediction", "one MODEL, one --hw, and one value of each option"});
  }
  const MeasuredProfile measured = read_measured(profile);
  const Device device = device_of(arguments.run, arguments.devices.front());
  const ParsedRun parsed = parse_run(asked.front(), arguments.run.models.front());
  const Network network = instantiate(parsed.description, parsed.run);
  const Estimate predicted = estimate(network, device, parsed.options);
  const KernelListing kernels = list_kernels(network, device, parsed.options);
  const auto count = static_cast<std::size_t>(runs);
  const MeasuredComparison comparison = match_measured(predicted, kernels, measured, count);
  return write_measured({predicted, measured, comparison, count, command_line()}, format, top, width);
}

}  // namespace ridgepoint
