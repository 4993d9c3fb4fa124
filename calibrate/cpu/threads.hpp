#pragma once
// A pinned team of threads. The only place with OpenMP in it; oneDNN runs on the same threads.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace ridgepoint::cpu {

/// A reference to something callable with a thread's number; it must outlive the call.
class Task {
 public:
  // As std::function converts; what is told apart is a copy.
  // NOLINTBEGIN(google-explicit-constructor, bugprone-forwarding-reference-overload)
  template <class Body, class = std::enable_if_t<!std::is_same_v<std::remove_cvref_t<Body>, Task>>>
  Task(Body&& body)
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(body)))),
        call_([](void* object, int thread) { (*static_cast<std::remove_reference_t<Body>*>(object))(thread); }) {}
  // NOLINTEND(google-explicit-constructor, bugprone-forwarding-reference-overload)
  void operator()(int thread) const { call_(object_, thread); }

 private:
  void* object_;
  void (*call_)(void*, int);
};

/// One thread per core, pinned to it while the team exists. The calling thread is the first of them and gets its own
/// mask back at the end.
class Team {
 public:
  explicit Team(std::vector<int> cpus);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  [[nodiscard]] int size() const { return static_cast<int>(cpus_.size()); }

  /// Runs the task on `threads` threads, numbered from 0, and waits. With one it is a plain call.
  void each(int threads, Task task) const;
  void each(Task task) const { each(size(), task); }

  /// Calls body(begin, end) with one contiguous share of `count` per thread, in multiples of `align`; all of it in a
  /// plain call when there are fewer than `grain`.
  template <class Body>
  void split(std::int64_t count, std::int64_t align, std::int64_t grain, Body body) const {
    if (count < grain || size() == 1) {
      body(std::int64_t{0}, count);
      return;
    }
    const std::int64_t share = ((count + size() - 1) / size() + align - 1) / align * align;
    each([&](int thread) {
      const std::int64_t begin = std::min(count, thread * share);
      const std::int64_t end = std::min(count, begin + share);
      if (begin < end) body(begin, end);
    });
  }

 private:
  std::vector<int> cpus_;
  std::vector<int> before_;  ///< the calling thread's mask
};

}  // namespace ridgepoint::cpu
