#include "calibrate/cpu/machine.hpp"

#include <map>

#include "io/files.hpp"
#include "tests/support.hpp"

namespace ridgepoint::cpu {
namespace {

// A system's files, in a folder that stands for "/".
class System {
 public:
  System& with(const std::string& path, const std::string& text) {
    const auto file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    write_file(file.string(), text);
    return *this;
  }
  System& with_cache(int cpu, int index, int level, const std::string& type, const std::string& size,
                     const std::string& shared) {
    const std::string folder =
        "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index" + std::to_string(index) + "/";
    with(folder + "level", std::to_string(level) + "\n")
        .with(folder + "type", type + "\n")
        .with(folder + "size", size + "\n");
    return with(folder + "shared_cpu_list", shared + "\n");
  }
  System& with_siblings(int cpu, const std::string& list) {
    return with("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list", list + "\n");
  }
  [[nodiscard]] Machine read(std::vector<int> allowed) const {
    return read_machine({folder_.path(), std::move(allowed)});
  }

 private:
  TemporaryFolder folder_;
};

constexpr const char* kCpuinfo =
    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz\n"
    "cpu MHz\t\t: 2500.123\nflags\t\t: fpu sse2 avx2 fma avx512f hypervisor avx512_vnni\n\nprocessor\t: 1\n";
constexpr const char* kMeminfo = "MemTotal:       16000000 kB\nMemFree:  100 kB\nMemAvailable:   12000000 kB\n";

std::map<std::string, std::string> facts_of(const Machine& machine) {
  std::map<std::string, std::string> facts;
  for (const Fact& fact : describe(machine).facts) facts[fact.key] = fact.value;
  return facts;
}

TEST_CASE("lists of processors", "[calibrate]") {
  CHECK(parse_cpu_list("0-3,8,10-11") == std::vector<int>{0, 1, 2, 3, 8, 10, 11});
  CHECK(parse_cpu_list("5") == std::vector<int>{5});
  CHECK(parse_cpu_list("").empty());
  CHECK(parse_cpu_list("zero").empty());
  CHECK(parse_cpu_list("3-1").empty());
  CHECK(parse_cpu_list("0-99999999").empty());
}

TEST_CASE("two cores with two threads each, one unified control group", "[calibrate]") {
  System system;
  system.with("proc/cpuinfo", kCpuinfo).with("proc/meminfo", kMeminfo);
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string core = cpu % 2 == 0 ? "0,2" : "1,3";
    system.with_siblings(cpu, core)
        .with_cache(cpu, 0, 1, "Data", "32K", core)
        .with_cache(cpu, 1, 1, "Instruction", "32K", core);
    system.with_cache(cpu, 2, 2, "Unified", "1024K", core).with_cache(cpu, 3, 3, "Unified", "28160K", "0-3");
  }
  system.with("sys/devices/system/node/online", "0-1\n");
  system.with("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  system.with("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  system.with("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3100000\n");
  const Machine machine = system.read({0, 1, 2, 3});
  CHECK(machine.cores == std::vector<int>{0, 1});
  CHECK(machine.threads_per_core == 2);
  CHECK_FALSE(machine.quota);
  REQUIRE(machine.caches.size() == 3);
  CHECK(machine.caches[0].bytes == 32 * 1024);
  CHECK(machine.caches[0].instances == 2);
  CHECK(machine.caches[2].instances == 1);
  CHECK(machine.cache_bytes(2) == 1024 * 1024);
  CHECK(machine.cache_bytes(1, 2) == 64 * 1024);
  CHECK(machine.cache_bytes(3, 2) == 28160 * 1024);
  CHECK(machine.cache_bytes(4, 2) == 28160 * 1024);
  CHECK(machine.numa_nodes == 2);
  CHECK(machine.available == Bytes{12000000.0 * 1024});
  CHECK(machine.virtualized);
  CHECK(machine.flags == std::vector<std::string>{"sse2", "avx2", "fma", "avx512f", "avx512_vnni"});
  const MachineFacts facts = describe(machine);
  CHECK(facts.name == "intel-xeon-gold-6248-2c");
  CHECK(facts.summary == "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz, 2 cores, virtual machine");
  const auto by_key = facts_of(machine);
  CHECK(by_key.at("transparent_huge_pages") == "madvise");
  CHECK(by_key.at("governor") == "powersave");
  CHECK(by_key.at("mhz") == "3100");
  CHECK(by_key.at("cache_l2") == "2 x 1.00 MiB, shared by 2");
  CHECK(by_key.at("cpu_quota") == "none");
}

TEST_CASE("the limits of a unified control group and those above it", "[calibrate]") {
  System system;
  system.with("proc/cpuinfo", kCpuinfo).with("proc/meminfo", kMeminfo);
  system.with("proc/self/cgroup", "0::/box/inner\n");
  system.with("sys/fs/cgroup/box/cpu.max", "250000 100000\n").with("sys/fs/cgroup/box/inner/cpu.max", "max 100000\n");
  system.with("sys/fs/cgroup/box/memory.max", "4000000000\n").with("sys/fs/cgroup/box/memory.current", "1000000000\n");
  system.with("sys/fs/cgroup/box/inner/memory.max", "max\n");
  const Machine machine = system.read({0, 1, 2, 3});
  REQUIRE(machine.quota);
  CHECK(*machine.quota == 2.5);
  CHECK(machine.cores == std::vector<int>{0, 1});
  REQUIRE(machine.memory_limit);
  CHECK(*machine.memory_limit == Bytes{4e9});
  CHECK(machine.available == Bytes{3e9});
}

TEST_CASE("the limits of control groups of version 1, seen from inside a container", "[calibrate]") {
  System system;
  system.with("proc/cpuinfo", kCpuinfo).with("proc/meminfo", kMeminfo);
  // The path is the host's; inside, the group is at the top of the mount.
  system.with("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n");
  system.with("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n").with("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  system.with("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000000\n");
  system.with("sys/fs/cgroup/memory/memory.usage_in_bytes", "500000000\n");
  const Machine machine = system.read({4, 5});
  CHECK(machine.cores == std::vector<int>{4});
  CHECK(machine.available == Bytes{1.5e9});
}

TEST_CASE("no limit is no limit", "[calibrate]") {
  System system;
  system.with("proc/cpuinfo", kCpuinfo).with("proc/meminfo", kMeminfo);
  system.with("proc/self/cgroup", "4:memory:/\n1:cpu:/\n0::/\n");
  system.with("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n").with("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  system.with("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const Machine machine = system.read({0, 1});
  CHECK_FALSE(machine.quota);
  CHECK_FALSE(machine.memory_limit);
  CHECK(machine.available == Bytes{12000000.0 * 1024});
}

TEST_CASE("a quota below one core leaves one", "[calibrate]") {
  System system;
  system.with("proc/self/cgroup", "0::/\n").with("sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK(system.read({2, 3}).cores == std::vector<int>{2});
}

TEST_CASE("a system that tells nothing", "[calibrate]") {
  const Machine machine = System().read({0});
  CHECK(machine.cores == std::vector<int>{0});
  CHECK(machine.model == "unknown processor");
  REQUIRE(machine.caches.size() == 3);
  CHECK(machine.caches[0].assumed);
  CHECK(machine.numa_nodes == 1);
  CHECK(machine.available.value() > 0);
  CHECK(facts_of(machine).at("governor") == "not told");
  CHECK(describe(machine).name == "unknown-processor-1c");
}

TEST_CASE("this machine has cores, caches and memory", "[calibrate]") {
  const Machine machine = read_machine();
  CHECK(machine.cores.size() >= 1);
  CHECK(machine.cores.size() <= machine.allowed.size());
  CHECK(machine.cache_bytes(1) >= 4096);
  CHECK(machine.available.value() > 1e6);
}

}  // namespace
}  // namespace ridgepoint::cpu
