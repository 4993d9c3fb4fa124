#include "cost/transfer.hpp"

#include <algorithm>
#include <array>

namespace ridgepoint {
namespace {

enum : std::size_t { kCopy, kBusShare, kStagedRate, kWait };

// What bandwidth tests of the CUDA samples show: three quarters of a PCIe bus from pinned memory, about 6 GB/s from
// other memory whatever the bus, because one core of the host copies; 5 to 10 us to start or to wait.
constexpr std::array kParameters{
    ModelParameter{"copy_s", "time to start a copy", 5e-7, 1e-4, 8e-6, 0.4},
    ModelParameter{"bus_share", "share of the bandwidth of the bus that a copy reaches", 0.02, 1.2, 0.77, 0.2},
    ModelParameter{"staged_bytes_per_s", "rate at which the host copies memory that is not pinned", 1e8, 1e12, 6e9,
                   0.5},
    ModelParameter{"wait_s", "time until the host sees that a copy to it has ended", 1e-7, 1e-3, 1e-5, 0.5},
};
static_assert(kParameters.size() <= kMaxParameters);

/// All that the price is made of. Times in seconds.
struct Account {
  double bus = 0;
  double staged = 0;
  double wait = 0;
  double launch = 0;
  [[nodiscard]] double time() const { return launch + std::max(bus, staged) + wait; }
};

Account account_of(const Situation& s, const ParameterValues& p) {
  const auto& transfer = std::get<Transfer>(s.launch.kernel);
  Account account{.bus = transfer.bytes / (host_rate(s.device) * p[kBusShare])};
  if (!transfer.pinned && s.device.kind != "cpu") account.staged = transfer.bytes / p[kStagedRate];
  if (s.launch.part) return account;
  account.launch = p[kCopy];
  if (transfer.to_host) account.wait = p[kWait];
  return account;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Account account = account_of(s, p);
  Timing timing{.time = Seconds{account.time()}};
  at(timing.needs, Bound::kLink) = Seconds{std::max(account.bus, account.staged)};
  at(timing.needs, Bound::kLaunch) = Seconds{account.launch + account.wait};
  return timing;
}

Terms terms_of_transfer(const Situation& s, const ParameterValues& p) {
  const Account a = account_of(s, p);
  const char* const source = "docs/model.md, host transfers";
  return {{"t_bus", "bytes / (bus_share bandwidth of the bus)", a.bus, "s", source},
          {"t_staged", "bytes / staged_bytes_per_s, unless pinned", a.staged, "s", source},
          {"launch", "copy_s", a.launch, "s", "fitted"},
          {"wait", "wait_s, to the host", a.wait, "s", "fitted"},
          {"time", "launch + max(t_bus, t_staged) + wait", a.time(), "s", source}};
}

}  // namespace

const CostModel kTransfer{"transfer", kParameters, time_of, terms_of_transfer};

}  // namespace ridgepoint
