#pragma once
// What the measurements need to know of a GPU.

#include <cstdint>
#include <string>

#include "calibrate/backend.hpp"
#include "calibrate/nvml.hpp"

namespace ridgepoint::cuda {

/// A GPU as the CUDA runtime describes it. Sizes in bytes, clocks in MHz (0 if not told).
struct DeviceFacts {
  int index = 0;
  std::string name;
  std::string bus_id;
  int compute_major = 0;
  int compute_minor = 0;
  int sms = 0;
  int sm_mhz = 0;
  int memory_mhz = 0;
  int memory_bus_bits = 0;
  std::int64_t memory = 0;
  std::int64_t free_memory = 0;
  std::int64_t l2 = 0;
  std::int64_t shared_per_sm = 0;
  std::int64_t shared_per_block = 0;  ///< the most that a block may ask for
  bool ecc = false;
  int devices = 1;  ///< GPUs that this process sees
  int driver_cuda = 0;
  int runtime_cuda = 0;

  [[nodiscard]] int compute() const { return compute_major * 10 + compute_minor; }
};

/// How the session measures, and what libraries it has.
struct SessionFacts {
  std::string clock;  ///< "CUPTI activity records" or "graph replay between events", and why
  std::vector<Fact> libraries;
};

/// For the provenance.
MachineFacts describe(const DeviceFacts& device, const GpuCard& card, const SessionFacts& session);

/// Through how many sets of operands of `bytes` to rotate so that none is in the L2 when it is used again; 1 if there
/// would be too many.
std::int64_t cold_copies(const DeviceFacts& device, double bytes);

}  // namespace ridgepoint::cuda
