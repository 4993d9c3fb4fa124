#include "calibrate/cpu/machine.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "core/human.hpp"

namespace ridgepoint::cpu {
namespace {

namespace fs = std::filesystem;

// The flags that decide which kernels run, as /proc/cpuinfo spells them on x86 and on ARM.
constexpr std::string_view kIsaFlags[] = {
    "sse2",     "sse4_1",   "avx",         "avx2",        "fma",         "f16c",     "avx512f",  "avx512bw",
    "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni", "amx_tile", "amx_int8",
    "amx_bf16", "asimd",    "asimddp",     "bf16",        "i8mm",        "sve",      "sve2"};

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return std::string(text);
}

// A small file of /proc or /sys; "" when it is not there.
std::string text_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  return trimmed(text.str());
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

// The value of the first line "key : value".
std::string value_of(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && trimmed(std::string_view(line).substr(0, colon)) == key) {
      return trimmed(std::string_view(line).substr(colon + 1));
    }
  }
  return "";
}

std::optional<Bytes> kib_of(const std::string& meminfo, std::string_view key) {
  const auto kib = number_of<double>(value_of(meminfo, key));
  return kib ? std::optional(Bytes{*kib * 1024}) : std::nullopt;
}

// The folders of a control group and those above it. A container may see its group at the top of the mount, or under
// the name that the host gives it.
class ControlGroups {
 public:
  explicit ControlGroups(const fs::path& root) : mount_(root / "sys/fs/cgroup") {
    std::istringstream lines(text_of(root / "proc/self/cgroup"));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t first = line.find(':');
      const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
      if (second == std::string::npos) continue;
      std::istringstream controllers(line.substr(first + 1, second - first - 1));
      const std::string path = line.substr(second + 1);
      if (second == first + 1) groups_[""] = path;
      for (std::string controller; std::getline(controllers, controller, ',');) groups_[controller] = path;
    }
  }

  // Calls `visit` with each folder that limits this process through a controller; "" is the unified hierarchy.
  template <class Visit>
  void each(const std::string& controller, Visit visit) const {
    const auto group = groups_.find(controller);
    const fs::path top = controller.empty() ? mount_ : mount_ / controller;
    fs::path below = group == groups_.end() ? "" : fs::path(group->second).relative_path();
    for (; !below.empty(); below = below.parent_path()) visit(top / below);
    visit(top);
    if (controller.empty()) visit(mount_ / "unified");
  }

 private:
  fs::path mount_;
  std::map<std::string, std::string> groups_;
};

void lower(std::optional<double>& limit, double value) { limit = limit ? std::min(*limit, value) : value; }

std::optional<double> cpu_quota(const ControlGroups& groups) {
  std::optional<double> quota;
  groups.each("", [&](const fs::path& folder) {
    std::istringstream text(text_of(folder / "cpu.max"));
    std::string most;
    double period = 0;
    if (text >> most >> period; most != "max" && period > 0) {
      if (const auto value = number_of<double>(most)) lower(quota, *value / period);
    }
  });
  groups.each("cpu", [&](const fs::path& folder) {
    const auto most = number_of<double>(text_of(folder / "cpu.cfs_quota_us"));
    const auto period = number_of<double>(text_of(folder / "cpu.cfs_period_us"));
    if (most && period && *most > 0 && *period > 0) lower(quota, *most / *period);
  });
  return quota;
}

struct MemoryLimit {
  std::optional<double> limit;
  std::optional<double> room;  ///< the limit less what is in use
};

MemoryLimit memory_limit(const ControlGroups& groups) {
  constexpr double kNoLimit = 1e18;  // version 1 says "no limit" with a number near 2^63
  MemoryLimit memory;
  const auto visit = [&](const fs::path& folder, const char* most, const char* used) {
    const auto limit = number_of<double>(text_of(folder / most));
    if (!limit || *limit >= kNoLimit) return;
    lower(memory.limit, *limit);
    lower(memory.room, std::max(0.0, *limit - number_of<double>(text_of(folder / used)).value_or(0)));
  };
  groups.each("", [&](const fs::path& folder) { visit(folder, "memory.max", "memory.current"); });
  groups.each("memory",
              [&](const fs::path& folder) { visit(folder, "memory.limit_in_bytes", "memory.usage_in_bytes"); });
  return memory;
}

fs::path cpu_folder(const fs::path& root, int cpu) {
  return root / "sys/devices/system/cpu" / fmt::format("cpu{}", cpu);
}

// One processor of each core, in order.
void choose_cores(const fs::path& root, Machine& machine) {
  std::set<int> taken;
  for (const int cpu : machine.allowed) {
    if (taken.contains(cpu)) continue;
    std::vector<int> siblings = parse_cpu_list(text_of(cpu_folder(root, cpu) / "topology/thread_siblings_list"));
    if (siblings.empty()) siblings = {cpu};
    machine.threads_per_core = std::max(machine.threads_per_core, static_cast<int>(siblings.size()));
    taken.insert(siblings.begin(), siblings.end());
    machine.cores.push_back(cpu);
  }
  if (!machine.quota) return;
  const auto most = static_cast<std::size_t>(std::max(1.0, std::floor(*machine.quota + 0.01)));
  if (machine.cores.size() > most) machine.cores.resize(most);
}

std::int64_t cache_size(const std::string& text) {
  const auto value = number_of<std::int64_t>(text).value_or(0);
  if (text.ends_with('K')) return value * 1024;
  if (text.ends_with('M')) return value * 1024 * 1024;
  return value;
}

std::vector<Cache> caches_of_system(const fs::path& root, const std::vector<int>& cores) {
  std::map<int, Cache> levels;
  std::map<int, std::set<std::string>> sharing;
  for (const int cpu : cores) {
    for (int index = 0; index < 16; ++index) {
      const fs::path folder = cpu_folder(root, cpu) / "cache" / fmt::format("index{}", index);
      const auto level = number_of<int>(text_of(folder / "level"));
      if (!level) break;
      const std::int64_t bytes = cache_size(text_of(folder / "size"));
      if (text_of(folder / "type") == "Instruction" || bytes <= 0) continue;
      const std::string shared = text_of(folder / "shared_cpu_list");
      const int shared_by = std::max(1, static_cast<int>(parse_cpu_list(shared).size()));
      sharing[*level].insert(shared.empty() ? fmt::format("{}", cpu) : shared);
      levels[*level] = {.level = *level, .bytes = bytes, .shared_by = shared_by};
    }
  }
  std::vector<Cache> caches;
  for (auto& [level, cache] : levels) {
    cache.instances = static_cast<int>(sharing[level].size());
    caches.push_back(cache);
  }
  return caches;
}

// Common sizes, for systems that hide their caches.
std::vector<Cache> assumed_caches(int cores) {
  return {{.level = 1, .bytes = 32 << 10, .instances = cores, .assumed = true},
          {.level = 2, .bytes = 1 << 20, .instances = cores, .assumed = true},
          {.level = 3, .bytes = 32 << 20, .shared_by = cores, .assumed = true}};
}

int numa_nodes(const fs::path& root) {
  const auto nodes = parse_cpu_list(text_of(root / "sys/devices/system/node/online"));
  return std::max(1, static_cast<int>(nodes.size()));
}

// "[always] madvise never" -> "always".
std::string chosen(const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']');
  return open < close && close != std::string::npos ? text.substr(open + 1, close - open - 1) : "";
}

void read_processor(const fs::path& root, Machine& machine) {
  const std::string cpuinfo = text_of(root / "proc/cpuinfo");
  machine.vendor = value_of(cpuinfo, "vendor_id");
  machine.model = value_of(cpuinfo, "model name");
  if (machine.vendor.empty()) machine.vendor = value_of(cpuinfo, "CPU implementer");
  if (machine.model.empty()) machine.model = "unknown processor";
  std::string flags = value_of(cpuinfo, "flags");
  if (flags.empty()) flags = value_of(cpuinfo, "Features");
  std::istringstream words(flags);
  for (std::string word; words >> word;) {
    machine.virtualized = machine.virtualized || word == "hypervisor";
    if (std::find(std::begin(kIsaFlags), std::end(kIsaFlags), word) != std::end(kIsaFlags))
      machine.flags.push_back(word);
  }
  const auto khz = number_of<double>(text_of(cpu_folder(root, machine.allowed.front()) / "cpufreq/scaling_cur_freq"));
  machine.mhz = khz ? std::optional(*khz / 1000) : number_of<double>(value_of(cpuinfo, "cpu MHz"));
  machine.governor = text_of(cpu_folder(root, machine.allowed.front()) / "cpufreq/scaling_governor");
}

void read_memory(const fs::path& root, const ControlGroups& groups, Machine& machine) {
  const std::string meminfo = text_of(root / "proc/meminfo");
  constexpr Bytes kUnknown{2e9};
  machine.memory = kib_of(meminfo, "MemTotal").value_or(kUnknown);
  machine.available = kib_of(meminfo, "MemAvailable").value_or(machine.memory);
  const MemoryLimit limit = memory_limit(groups);
  if (limit.limit && *limit.limit < machine.memory.value()) machine.memory_limit = Bytes{*limit.limit};
  if (limit.room) machine.available = std::min(machine.available, Bytes{*limit.room});
}

// "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz" -> "intel-xeon-gold-6248".
std::string short_name(const std::string& model) {
  std::string text = model.substr(0, model.find('@'));
  for (const char* const noise : {"(R)", "(TM)", "(tm)", " CPU", " Processor"}) {
    for (std::size_t at = text.find(noise); at != std::string::npos; at = text.find(noise)) {
      text.erase(at, std::string_view(noise).size());
    }
  }
  std::string name;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 && byte < 128) {
      name += static_cast<char>(std::tolower(byte));
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

}  // namespace

std::vector<int> read_affinity() {
  std::vector<int> allowed;
  // The kernel's mask may be longer than the fixed cpu_set_t.
  for (int capacity = CPU_SETSIZE; capacity <= (1 << 16); capacity *= 2) {
    cpu_set_t* const set = CPU_ALLOC(capacity);
    const std::size_t bytes = CPU_ALLOC_SIZE(capacity);
    const bool known = ::sched_getaffinity(0, bytes, set) == 0;
    for (int cpu = 0; known && cpu < capacity; ++cpu) {
      if (CPU_ISSET_S(cpu, bytes, set)) allowed.push_back(cpu);
    }
    CPU_FREE(set);
    if (known) break;
  }
  if (allowed.empty()) {
    for (int cpu = 0; cpu < static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); ++cpu) {
      allowed.push_back(cpu);
    }
  }
  return allowed;
}

std::vector<int> parse_cpu_list(std::string_view text) {
  constexpr int kMost = 1 << 16;
  std::vector<int> cpus;
  std::istringstream parts{std::string(text)};
  for (std::string part; std::getline(parts, part, ',');) {
    const auto first = number_of<int>(part);
    const std::size_t dash = part.find('-');
    const auto last = dash == std::string::npos ? first : number_of<int>(std::string_view(part).substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > kMost) return {};
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::int64_t Machine::cache_bytes(int level) const {
  for (const Cache& cache : caches) {
    if (cache.level >= level) return cache.bytes;
  }
  return caches.back().bytes;
}

std::int64_t Machine::cache_bytes(int level, int threads) const {
  for (const Cache& cache : caches) {
    if (cache.level >= level || cache.level == last_level()) return cache.bytes * std::min(cache.instances, threads);
  }
  return 0;
}

Machine read_machine(const MachineSources& sources) {
  Machine machine;
  machine.allowed = sources.allowed ? *sources.allowed : read_affinity();
  const ControlGroups groups(sources.root);
  machine.quota = cpu_quota(groups);
  choose_cores(sources.root, machine);
  read_processor(sources.root, machine);
  machine.caches = caches_of_system(sources.root, machine.cores);
  if (machine.caches.empty()) machine.caches = assumed_caches(static_cast<int>(machine.cores.size()));
  machine.numa_nodes = numa_nodes(sources.root);
  read_memory(sources.root, groups, machine);
  machine.huge_pages = chosen(text_of(sources.root / "sys/kernel/mm/transparent_hugepage/enabled"));
  return machine;
}

MachineFacts describe(const Machine& machine) {
  MachineFacts facts;
  const std::size_t threads = machine.cores.size();
  facts.name = fmt::format("{}-{}c", short_name(machine.model), threads);
  facts.summary = fmt::format("{}, {} {}{}", machine.model, threads, threads == 1 ? "core" : "cores",
                              machine.virtualized ? ", virtual machine" : "");
  const auto add = [&](std::string key, std::string value) {
    facts.facts.push_back({std::move(key), std::move(value)});
  };
  const auto told = [](const std::string& text) { return text.empty() ? std::string("not told") : text; };
  add("vendor", told(machine.vendor));
  add("model", machine.model);
  add("threads", fmt::format("{}", threads));
  add("cpus", fmt::format("{}", fmt::join(machine.cores, ",")));
  add("allowed_cpus", fmt::format("{}", machine.allowed.size()));
  add("threads_per_core", fmt::format("{}", machine.threads_per_core));
  add("cpu_quota", machine.quota ? fmt::format("{:.2f}", *machine.quota) : "none");
  add("isa", fmt::format("{}", fmt::join(machine.flags, " ")));
  for (const Cache& cache : machine.caches) {
    add(fmt::format("cache_l{}", cache.level),
        fmt::format("{} x {}, shared by {}{}", cache.instances, human_capacity(static_cast<double>(cache.bytes)),
                    cache.shared_by, cache.assumed ? " (assumed)" : ""));
  }
  add("numa_nodes", fmt::format("{}", machine.numa_nodes));
  add("memory", human_capacity(machine.memory.value()));
  add("memory_limit", machine.memory_limit ? human_capacity(machine.memory_limit->value()) : "none");
  add("memory_available", human_capacity(machine.available.value()));
  add("virtual_machine", machine.virtualized ? "yes" : "no");
  add("transparent_huge_pages", told(machine.huge_pages));
  add("governor", told(machine.governor));
  add("mhz", machine.mhz ? fmt::format("{:.0f}", *machine.mhz) : "not told");
  add("compiler", __VERSION__);
  return facts;
}

}  // namespace ridgepoint::cpu
