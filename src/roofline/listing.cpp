#include "roofline/listing.hpp"

#include "roofline/lowering.hpp"
#include "roofline/memory.hpp"
#include "roofline/pricer.hpp"

namespace ridgepoint {

KernelListing list_kernels(const Network& network, const Device& device, const EngineOptions& options) {
  const std::vector<Group> groups = plan_fusion(network, options.fusion);
  const Footprint memory = footprint(network, groups, options.optimizer);
  KernelListing listing{.footprint = memory.total() - memory.tables};
  const Lowering lowering(network, options.optimizer);
  Pricer pricer(device, resolve(options.mode, device), options.execution,
                device.kind == "cpu" ? listing.footprint : Bytes{});
  for (std::size_t row = 0; row < groups.size(); ++row) {
    const Group& group = groups[row];
    const Layer& anchor = network.layers[static_cast<std::size_t>(group.members.front())];
    const GroupLaunches launches = lowering.lower(group);
    for (const Pass pass : kPasses) {
      for (const Launch& launch : launches.passes[static_cast<std::size_t>(pass)]) {
        if (launch.work.matrix.value() > 0) expect_format(device, launch.work.math);
        listing.kernels.push_back({row, anchor.name, std::string(name_of(anchor.op)), pass,
                                   static_cast<double>(anchor.repeat), launch, pricer.price_of(launch)});
      }
    }
  }
  return listing;
}

}  // namespace ridgepoint
