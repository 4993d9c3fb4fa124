#pragma once
#include <cstddef>
#include <string_view>

#include "core/units.hpp"

namespace ridgepoint {

/// A progress bar on standard error, drawn only on a terminal.
class ProgressBar {
 public:
  ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  /// Shows that `done` of `all` are done, what is being done, and how long the rest should take.
  void show(std::size_t done, std::size_t all, std::string_view what, Seconds left);

 private:
  bool on_terminal_;
  bool drawn_ = false;
};

}  // namespace ridgepoint
