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
  kLowShare,
  kBulk,
  kBulkStep,
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
    ModelParameter{"step_s", "latency of a step in the protocol of low latency", 5e-8, 5e-5, 1e-6, 0.5},
    ModelParameter{"low_share", "share of the bandwidth that this protocol reaches", 0.01, 1, 0.3, 0.5},
    ModelParameter{"bulk_s", "time that the protocol of full bandwidth takes to start", 5e-8, 5e-4, 1e-5, 0.7},
    ModelParameter{"bulk_step_s", "latency of a step in it", 5e-8, 1e-4, 2e-6, 0.7},
    ModelParameter{"fill", "0: its chunks overlap perfectly; 1: as the best size of chunks does", 0.02, 3, 0.3, 0.8},
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
  double wire = 0;
  double low = 0;   // in the protocol of low latency
  double fill = 0;  // of the pipeline of chunks in that of full bandwidth
  double bulk = 0;  // in that of full bandwidth
  double launch = 0;
  double time = 0;
};

// The lesser of two times, rounded off where they are close: libraries do not change over at the same size everywhere.
double smooth_minimum(double a, double b) {
  constexpr double kEdge = 6;
  const double small = std::min(a, b);
  return small / std::pow(1 + std::pow(small / std::max(a, b), kEdge), 1 / kEdge);
}

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
  account.wire = c.sent() / account.rate;
  const double step = in_node ? 0 : p[kNetworkStep];
  account.low = account.steps * (step + p[kStep]) + account.wire / p[kLowShare];
  const double latency = p[kBulk] + account.steps * (step + p[kBulkStep]);
  account.fill = 2 * p[kFill] * std::sqrt(latency * account.wire);
  account.bulk = latency + account.wire + account.fill;
  if (!s.launch.part) account.launch = p[kLaunch];
  account.time = account.launch + smooth_minimum(account.low, account.bulk);
  return account;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Account account = account_of(s, p);
  Timing timing{.time = Seconds{account.time}};
  const double link = std::min(account.wire, account.time - account.launch);
  at(timing.needs, Bound::kLink) = Seconds{link};
  at(timing.needs, Bound::kLaunch) = Seconds{account.time - link};
  return timing;
}

Terms terms_of_collective(const Situation& s, const ParameterValues& p) {
  const Account a = account_of(s, p);
  const char* const ring = "ring: Thakur et al., IJHPCA 19(1), 2005";
  return {{"steps", "rounds (ranks - 1)", a.steps, "", ring},
          {"rate", "efficiency bandwidth (2 / ranks)^sharing; between nodes at most network_bytes_per_s", a.rate, "B/s",
           "fitted"},
          {"t_wire", "rounds (ranks - 1) / ranks bytes / rate", a.wire, "s", ring},
          {"t_low", "steps step_s + t_wire / low_share", a.low, "s", ring},
          {"t_fill", "2 fill sqrt(t_latency t_wire), t_latency = bulk_s + steps bulk_step_s", a.fill, "s",
           "pipelines with chunks of the best size: (sqrt(t_latency) + sqrt(t_wire))^2"},
          {"t_bulk", "t_latency + t_wire + t_fill", a.bulk, "s", ring},
          {"launch", "launch_s", a.launch, "s", "fitted"},
          {"time", "launch + the smooth minimum of t_low and t_bulk", a.time, "s", "docs/model.md"}};
}

}  // namespace

const CostModel kCollective{"collective", kParameters, time_of, terms_of_collective};

}  // namespace ridgepoint
