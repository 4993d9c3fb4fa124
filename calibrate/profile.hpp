#pragma once
// What ran on a GPU while a program did, from the records that the module `profile` writes inside that program.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ridgepoint {

/// One kernel that ran. Times in ns of the driver's clock.
struct KernelRecord {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t device = 0;
  std::int64_t stream = 0;
  std::array<std::int64_t, 3> grid{};
  std::array<std::int64_t, 3> block{};
  std::string name;  ///< as a programmer wrote it
};

/// All launches of one kernel: `grid` and `block` of the one that took longest.
struct KernelTotal {
  std::string name;
  std::int64_t count = 0;
  double seconds = 0;
  double share = 0;  ///< of the time of all kernels
  double mean = 0;
  double shortest = 0;
  double longest = 0;
  std::array<std::int64_t, 3> grid{};
  std::array<std::int64_t, 3> block{};
};

/// The variables by which the module in the program learns where to write, and the driver where the module is.
inline constexpr const char* kProfileRecords = "RIDGEPOINT_PROFILE_RECORDS";
inline constexpr const char* kInjection = "CUDA_INJECTION64_PATH";
/// The header of the file of records.
inline constexpr const char* kProfileHeader =
    "start_ns,end_ns,device,stream,grid_x,grid_y,grid_z,block_x,block_y,block_z,name";

/// Reads the file of records; a last line that the program's end cut short is left out. Throws InputError on others.
std::vector<KernelRecord> read_profile(const std::string& path);

/// By kernel, longest first. The shares sum to 1.
std::vector<KernelTotal> total(const std::vector<KernelRecord>& records);

/// Chrome's trace format: one row per device and stream.
std::string trace_text(const std::vector<KernelRecord>& records);

}  // namespace ridgepoint
