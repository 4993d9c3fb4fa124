#include "cli/interrupt.hpp"

#include <csignal>

namespace ridgepoint {
namespace {

volatile std::sig_atomic_t pressed = 0;

void note(int signal) {
  pressed = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  pressed = 0;
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::interrupted() { return pressed != 0; }

}  // namespace ridgepoint
