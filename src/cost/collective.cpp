#include "cost/collective.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cost/demand.hpp"

namespace ridgepoint {
namespace {

enum : std::size_t {
  kLaunch,
  kStep,
  kFill,
  kLinkEfficiency,
  kLinkSharing,
  kBusEfficiency,
  kBusSharing,
  kNetworkRate,
  kNetworkStep,
};

constexpr std::array kParameters{
    ModelParameter{"launch_s", "time to start and drain a kernel", 5e-7, 1e-4, 8e-6, 0.5},
    ModelParameter{"step_s", "latency of a step", 5e-8, 5e-5, 1e-6, 0.5},
    ModelParameter{"fill", "0: chunks overlap perfectly; 1: as the best size of chunks does", 0.02, 3, 0.8, 0.7},
    ModelParameter{"link_efficiency", "share of the bandwidth of links between devices", 0.02, 1.2, 0.7, 0.4},
    ModelParameter{"link_sharing", "power with which it falls with the ranks", 0.005, 3, 0.05, 1},
    ModelParameter{"bus_efficiency", "share of the bandwidth of the bus to the host, without such links", 0.02, 1.2,
                   0.6, 0.5},
    ModelParameter{"bus_sharing", "power with which it falls with the ranks", 0.005, 3, 1.5, 0.6},
    ModelParameter{"network_bytes_per_s", "bandwidth between nodes", 1e8, 1e12, 8e9, 0.8},
    ModelParameter{"network_step_s", "latency of a step between nodes", 1e-7, 1e-3, 1e-5, 0.7},
};
static_assert(kParameters.size() <= kMaxParameters);

/// All that the price is made of. Times in seconds.
struct Account {
  double steps = 0;
  double rate = 0;
  double latency = 0;
  double wire = 0;
  double fill = 0;
  double launch = 0;
  double time = 0;
};

Account account_of(const Situation& s, const ParameterValues& p) {
  const auto& c = std::get<Collective>(s.launch.kernel);
  const LinkRoute route = route_of(s.device);
  const auto ranks = static_cast<double>(c.ranks);
  Account account{.steps = c.steps()};
  const bool in_node = c.ranks <= c.ranks_per_node;
  const double share = route.is_bus ? p[kBusEfficiency] : p[kLinkEfficiency];
  const double sharing = route.is_bus ? p[kBusSharing] : p[kLinkSharing];
  const double inside = route.rate * share * std::pow(2 / std::max(2.0, ranks), sharing);
  account.rate = in_node ? inside : std::min(inside, p[kNetworkRate]);
  account.latency = account.steps * (in_node ? p[kStep] : p[kNetworkStep]);
  account.wire = c.sent() / account.rate;
  account.fill = 2 * p[kFill] * std::sqrt(account.latency * account.wire);
  if (!s.launch.part) account.launch = p[kLaunch];
  account.time = account.launch + account.latency + account.wire + account.fill;
  return account;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Account account = account_of(s, p);
  Timing timing{.time = Seconds{account.time}};
  at(timing.needs, Bound::kLink) = Seconds{account.wire + account.fill};
  at(timing.needs, Bound::kLaunch) = Seconds{account.launch + account.latency};
  return timing;
}

Terms terms_of_collective(const Situation& s, const ParameterValues& p) {
  const Account a = account_of(s, p);
  const char* const ring = "ring: Thakur et al., IJHPCA 19(1), 2005";
  return {{"steps", "rounds (ranks - 1)", a.steps, "", ring},
          {"rate", "efficiency bandwidth (2 / ranks)^sharing; between nodes at most network_bytes_per_s", a.rate, "B/s",
           "fitted"},
          {"t_latency", "steps step_s", a.latency, "s", ring},
          {"t_wire", "rounds (ranks - 1) / ranks bytes / rate", a.wire, "s", ring},
          {"t_fill", "2 fill sqrt(t_latency t_wire)", a.fill, "s",
           "pipelines with chunks of the best size: (sqrt(t_latency) + sqrt(t_wire))^2"},
          {"launch", "launch_s", a.launch, "s", "fitted"},
          {"time", "launch + t_latency + t_wire + t_fill", a.time, "s", "docs/model.md"}};
}

}  // namespace

const CostModel kCollective{"collective", kParameters, time_of, terms_of_collective};

}  // namespace ridgepoint
