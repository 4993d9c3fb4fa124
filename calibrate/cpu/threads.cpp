#include "calibrate/cpu/threads.hpp"

#include <omp.h>
#include <sched.h>

#include "calibrate/cpu/machine.hpp"

namespace ridgepoint::cpu {
namespace {

// Threads that leave a team when it shrinks are ended, and new ones inherit the mask of the thread that starts them; so
// every thread looks at the start of every region. (The leak sanitizer of GCC 12 crashes on other storage of a module.)
[[gnu::tls_model("initial-exec")]] thread_local int pinned_to = -1;

void set_mask(const std::vector<int>& cpus) {
  const int capacity = *std::max_element(cpus.begin(), cpus.end()) + 1;
  cpu_set_t* const set = CPU_ALLOC(capacity);
  const std::size_t bytes = CPU_ALLOC_SIZE(capacity);
  CPU_ZERO_S(bytes, set);
  for (const int cpu : cpus) CPU_SET_S(cpu, bytes, set);
  // Where it is forbidden the threads wander; the spread of the samples shows that.
  static_cast<void>(::sched_setaffinity(0, bytes, set));
  CPU_FREE(set);
}

void pin(int cpu) {
  if (pinned_to == cpu) return;
  set_mask({cpu});
  pinned_to = cpu;
}

}  // namespace

Team::Team(std::vector<int> cpus) : cpus_(std::move(cpus)), before_(read_affinity()) {
  omp_set_dynamic(0);
  omp_set_num_threads(size());
  each([](int) {});
  pin(cpus_.front());
}

Team::~Team() {
  set_mask(before_);
  pinned_to = -1;
}

void Team::each(int threads, Task task) const {
  if (threads <= 1) {
    task(0);
    return;
  }
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    pin(cpus_[static_cast<std::size_t>(thread)]);
    task(thread);
  }
}

}  // namespace ridgepoint::cpu
