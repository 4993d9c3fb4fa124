#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace ridgepoint {
namespace {

constexpr std::chrono::milliseconds kTick{100};

// The chunks that are left, and who still works on one.
class Queue {
 public:
  Queue(std::size_t count, std::size_t chunk, std::size_t threads) : count_(count), chunk_(chunk), working_(threads) {}

  void work(const std::function<ChunkWork()>& make_worker) {
    try {
      const ChunkWork worker = make_worker();
      while (!stopped_) {
        const std::size_t first = next_.fetch_add(chunk_);
        if (first >= count_) break;
        const std::size_t last = std::min(first + chunk_, count_);
        worker(first, last);
        done_ += last - first;
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stopped_ = true;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    ended_.notify_one();
  }

  void watch(const std::function<bool(std::size_t done)>& tick) {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, kTick, [&] { return working_ == 0; })) {
      lock.unlock();
      if (!tick(done_)) stopped_ = true;
      lock.lock();
    }
    tick(done_);
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::size_t count_;
  const std::size_t chunk_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t working_;
  std::exception_ptr failure_;
};

}  // namespace

void run_in_chunks(std::size_t count, std::size_t chunk, std::size_t threads,
                   const std::function<ChunkWork()>& make_worker, const std::function<bool(std::size_t done)>& tick) {
  threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(1, (count + chunk - 1) / chunk));
  Queue queue(count, chunk, threads);
  std::vector<std::thread> pool;
  pool.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) pool.emplace_back([&] { queue.work(make_worker); });
  queue.watch(tick);
  for (std::thread& thread : pool) thread.join();
  queue.rethrow();
}

}  // namespace ridgepoint
