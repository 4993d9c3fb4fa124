#pragma once

namespace ridgepoint {

/// While one lives, Ctrl-C is noted and does not end the program; a second one does.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  /// Whether Ctrl-C was pressed since the guard was made.
  [[nodiscard]] static bool interrupted();
};

}  // namespace ridgepoint
