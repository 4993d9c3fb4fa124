// What the module exports.

#include "calibrate/cpu/backend.hpp"

extern "C" __attribute__((visibility("default"))) ridgepoint::Backend* ridgepoint_backend(int) {
  return ridgepoint::cpu::make_backend(ridgepoint::cpu::read_machine(), std::make_unique<ridgepoint::MachineTime>())
      .release();
}
