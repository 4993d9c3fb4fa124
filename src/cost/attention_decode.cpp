#include <algorithm>
#include <array>
#include <cmath>

#include "cost/attention.hpp"
#include "cost/machine.hpp"
#include "cost/stream_memory.hpp"

namespace ridgepoint {
namespace {

enum : std::size_t {
  kLaunch,
  kDramEfficiency,
  kL2Ratio,
  kL2Share,
  kUnitCost,
  kHeadCost,
  kAlone,
  kPlainParts,
  kSmoothness,
  kSplitCost,
  kResident,
  kSecondLaunch,
};

constexpr std::array kParameters{
    ModelParameter{"launch_s", "time to start and drain a kernel", 3e-7, 6e-5, 6e-6, 0.5},
    ModelParameter{"dram_efficiency", "share of the bandwidth of dram", 0.2, 1.1, 0.85, 0.25},
    ModelParameter{"l2_ratio", "how many times faster than dram the last cache is", 1, 12, 2.5, 0.5},
    ModelParameter{"l2_share", "share of the last cache that keeps keys and values", 0.05, 4, 0.7, 0.6},
    ModelParameter{"unit_s", "time of a compute unit for one KV head of one sequence", 1e-8, 4e-5, 2.5e-6, 0.7},
    ModelParameter{"head_s", "the same for one query head", 1e-9, 5e-6, 1e-7, 0.8},
    ModelParameter{"alone", "bandwidth of one walk over the keys, over a compute unit's share of dram", 0.1, 50, 1.5,
                   0.6},
    ModelParameter{"plain_parts", "most parts of a KV length where every query head has its own keys", 1, 64, 2, 1},
    ModelParameter{"smoothness", "of the maximum over walks, units and dram", 1, 8, 1.6, 0.4},
    ModelParameter{"split_s", "time to combine the parts of a KV length", 1e-8, 3e-5, 4e-6, 0.7},
    ModelParameter{"resident", "walks that a compute unit keeps going", 0.25, 8, 3, 0.5},
    ModelParameter{"second_s", "of a second kernel, for several sequences with several KV heads", 1e-8, 2e-5, 2e-6, 1},
};
static_assert(kParameters.size() <= kMaxParameters);

constexpr double kLeastPart = 128;  // keys of a part of a KV length
constexpr double kLeastWalk = 64;   // keys that a walk reads ahead
constexpr double kMostParts = 64;

/// All that the price is made of. Times in seconds.
struct Account {
  double parts = 1;
  double walk = 0;   // of one part over its keys, alone
  double units = 0;  // fixed costs of the units of work
  double dram = 0;
  double split = 0;
  double second = 0;
  double launch = 0;
  double overlapped = INFINITY;
};

Account account_of(const Situation& s, const ParameterValues& p) {
  const auto& a = std::get<Attention>(s.launch.kernel);
  const Machine machine = machine_of(s.device, a.math);
  const double groups = static_cast<double>(a.batch) * static_cast<double>(a.kv_heads);
  const double packed = static_cast<double>(a.heads) / static_cast<double>(a.kv_heads);
  const double keys = std::max(a.keys_read(), 1.0);
  const double bytes = s.launch.work.bytes().value();
  const double copies = s.circumstances.copies;
  const double kept = copies > 0 ? kept_share(bytes * copies, machine.cache * p[kL2Share]) : 0;
  const double key_bytes = bytes_of(static_cast<double>(a.head_dim + a.v_head_dim), a.kv).value();
  const double key_time = key_bytes / (machine.dram / machine.units * p[kAlone]);
  const double most = std::max(1.0, std::min(keys / kLeastPart, packed > 1 ? kMostParts : p[kPlainParts]));
  Account account;
  account.dram = bytes * (1 - kept + kept / p[kL2Ratio]) / (machine.dram * p[kDramEfficiency]);
  account.launch = start_time(s, p[kLaunch]);
  if (a.batch > 1 && a.kv_heads > 1 && packed > 1) account.second = p[kSecondLaunch];
  const double ceiling = (s.demand.vector + (s.demand.on_matrix ? Seconds{} : s.demand.product)).value();
  const double filled = std::clamp(machine.units * p[kResident] / groups, 1.0, most);
  for (const double parts : {1.0, filled}) {
    const double walk = (std::max(keys, kLeastWalk) / parts + kLeastWalk) * key_time;
    const double units = groups * parts / machine.units * (p[kUnitCost] + packed * p[kHeadCost]);
    const double split = parts > 1 ? p[kSplitCost] : 0;
    const double smooth =
        smooth_maximum(std::array{walk, account.dram, units, s.demand.product.value()}, p[kSmoothness]);
    const double time = std::max(smooth, ceiling);
    if (time + split >= account.overlapped + account.split) continue;
    account.parts = parts, account.walk = walk, account.units = units, account.split = split, account.overlapped = time;
  }
  return account;
}

Timing time_of(const Situation& s, const ParameterValues& p) {
  const Account account = account_of(s, p);
  const double serial = account.launch + account.second + account.split;
  Timing timing{.time = Seconds{serial + account.overlapped}};
  at(timing.needs, s.demand.on_matrix ? Bound::kMatrix : Bound::kVector) = s.demand.product;
  at(timing.needs, Bound::kVector) += s.demand.vector;
  at(timing.needs, Bound::kDram) = Seconds{account.dram};
  at(timing.needs, Bound::kOccupancy) =
      Seconds{smooth_maximum(std::array{account.walk, account.units}, p[kSmoothness])};
  at(timing.needs, Bound::kLaunch) = Seconds{serial};
  return timing;
}

Terms terms_of_decode(const Situation& s, const ParameterValues& p) {
  const Account a = account_of(s, p);
  const char* const flash = "split KV length: Dao et al., Flash-Decoding, PyTorch blog, 2023";
  return {
      {"parts", "parts of the KV length: units resident / (batch kv_heads), at least 128 keys each", a.parts, "",
       flash},
      {"t_walk", "(max(kv_len, 64) / parts + 64) bytes of a key / (alone bandwidth / units)", a.walk, "s", flash},
      {"t_units", "batch kv_heads parts / units (unit_s + heads / kv_heads head_s)", a.units, "s",
       "query heads of a KV head in one unit: Ainslie et al., arXiv 2305.13245"},
      {"t_dram", "bytes (1 - kept + kept / l2_ratio) / (dram_efficiency bandwidth)", a.dram, "s", "fitted"},
      {"t_product", "product FLOPs / peak", s.demand.product.value(), "s", "data sheet"},
      {"t_split", "split_s, if parts > 1", a.split, "s", "fitted"},
      {"t_second", "second_s, with several sequences and KV heads of several heads", a.second, "s", "fitted"},
      {"launch", "launch_s", a.launch, "s", "fitted"},
      {"time", "launch + t_second + t_split + (t_walk^s + t_units^s + t_dram^s + t_product^s)^(1/s), s = smoothness",
       a.launch + a.second + a.split + a.overlapped, "s", "docs/model.md"}};
}

}  // namespace

const CostModel kAttentionDecode{"attention_decode", kParameters, time_of, terms_of_decode};

}  // namespace ridgepoint
