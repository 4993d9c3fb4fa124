#pragma once
// The machine that runs this program, as the system tells it to an unprivileged process in a container.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/backend.hpp"
#include "core/units.hpp"

namespace ridgepoint::cpu {

/// One level of data cache: the size of one instance, the processors that share it, and how many instances the usable
/// cores have.
struct Cache {
  int level = 1;
  std::int64_t bytes = 0;
  int shared_by = 1;
  int instances = 1;
  bool assumed = false;  ///< the system does not tell; a common size
};

/// What the measurements need to know of a machine.
struct Machine {
  std::string vendor;
  std::string model;
  std::vector<std::string> flags;  ///< of the first processor, those of kIsaFlags
  bool virtualized = false;
  std::vector<int> allowed;  ///< processors of the affinity mask
  std::vector<int> cores;    ///< one processor of each usable core; not more than the quota
  int threads_per_core = 1;
  std::optional<double> quota;  ///< of processors, by a control group
  std::vector<Cache> caches;    ///< by level
  int numa_nodes = 1;
  Bytes memory{};     ///< of the machine
  Bytes available{};  ///< to this process: what is free, under the limit of the control groups
  std::optional<Bytes> memory_limit;
  std::string huge_pages;  ///< mode of transparent huge pages; "" if not told
  std::string governor;    ///< "" if not told
  std::optional<double> mhz;

  /// The size of one instance of a cache of this level; that of the last level for one beyond it.
  [[nodiscard]] std::int64_t cache_bytes(int level) const;
  /// The capacity of a level that `threads` cores reach together.
  [[nodiscard]] std::int64_t cache_bytes(int level, int threads) const;
  [[nodiscard]] int last_level() const { return caches.back().level; }
};

/// Where the facts come from: tests put a folder in place of "/", and their own affinity mask.
struct MachineSources {
  std::filesystem::path root = "/";
  std::optional<std::vector<int>> allowed{};  ///< nothing: ask the system
};

Machine read_machine(const MachineSources& sources = {});

/// The processors that the calling thread may run on.
std::vector<int> read_affinity();

/// The processors of a list such as "0-3,8,10-11"; empty for text that is none.
std::vector<int> parse_cpu_list(std::string_view text);

/// For the provenance.
MachineFacts describe(const Machine& machine);

}  // namespace ridgepoint::cpu
