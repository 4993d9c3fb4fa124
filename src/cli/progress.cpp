#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "report/text_table.hpp"

namespace ridgepoint {

constexpr std::size_t kBarWidth = 30;

ProgressBar::ProgressBar() : on_terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(std::size_t done, std::size_t all, std::string_view what, Seconds left) {
  if (!on_terminal_ || all == 0) return;
  const std::size_t filled = kBarWidth * done / all;
  fmt::print(stderr, "\r[{}{}] {}/{} {} {:.0f} s left\x1b[K", std::string(filled, '='),
             std::string(kBarWidth - filled, ' '), done, all, fit(what, 14, false), left.value());
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace ridgepoint
