// The module that the driver loads into a program that is profiled (CUDA_INJECTION64_PATH): it writes a line for every
// kernel that ran. Whatever goes wrong here must not hurt the program: it is said on standard error, once.

#include <cupti.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "calibrate/cuda/device/libraries.hpp"
#include "calibrate/profile.hpp"

namespace ridgepoint::cuda {
namespace {

#if CUPTI_API_VERSION >= 130000
using Record = CUpti_ActivityKernel10;
#else
using Record = CUpti_ActivityKernel9;
#endif
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::size_t kAlignment = 8;

/// The one recorder of the process. It is never destroyed, since the program's own end may still run kernels.
struct Recorder {
  SharedLibrary library;
  decltype(&cuptiGetVersion) version = nullptr;
  decltype(&cuptiActivityRegisterCallbacks) callbacks = nullptr;
  decltype(&cuptiActivityEnable) enable = nullptr;
  decltype(&cuptiActivityFlushAll) flush = nullptr;
  decltype(&cuptiActivityGetNextRecord) next = nullptr;
  std::mutex mutex;
  std::FILE* file = nullptr;
};
Recorder& recorder() {
  static Recorder* const one = new Recorder;  // NOLINT(cppcoreguidelines-owning-memory): see above
  return *one;
}

void say(const char* what, const char* more = "") {
  std::fprintf(stderr, "ridgepoint profile: no kernels are recorded: %s%s\n", what, more);
}

void CUPTIAPI give_buffer(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) {
  *buffer = static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, kBufferBytes));
  *size = *buffer == nullptr ? 0 : kBufferBytes;
  *most_records = 0;
}

void write(std::FILE* file, const Record& r) {
  std::fprintf(file, "%llu,%llu,%u,%u,%d,%d,%d,%d,%d,%d,%s\n", static_cast<unsigned long long>(r.start),
               static_cast<unsigned long long>(r.end), r.deviceId, r.streamId, r.gridX, r.gridY, r.gridZ, r.blockX,
               r.blockY, r.blockZ, r.name != nullptr ? r.name : "?");
}

void CUPTIAPI take_buffer(CUcontext, std::uint32_t, std::uint8_t* buffer, std::size_t, std::size_t valid) {
  Recorder& own = recorder();
  const std::lock_guard lock(own.mutex);
  CUpti_Activity* record = nullptr;
  while (valid > 0 && own.next(buffer, valid, &record) == CUPTI_SUCCESS) {
    const bool kernel =
        record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL || record->kind == CUPTI_ACTIVITY_KIND_KERNEL;
    if (kernel && own.file != nullptr) write(own.file, *reinterpret_cast<const Record*>(record));
  }
  std::free(buffer);
}

void finish() {
  Recorder& own = recorder();
  static_cast<void>(own.flush(1));
  const std::lock_guard lock(own.mutex);
  if (own.file != nullptr) std::fclose(own.file);
  own.file = nullptr;
}

bool start() {
  Recorder& own = recorder();
  const char* const path = std::getenv(kProfileRecords);
  if (path == nullptr) return false;
  own.library = toolkit_library("cupti", toolkit_major());
  if (!own.library.loaded()) return say(missing_library("CUPTI", own.library).c_str()), false;
  const auto& l = own.library;
  std::uint32_t version = 0;
  const bool whole = l.find("cuptiGetVersion", own.version) &&
                     l.find("cuptiActivityRegisterCallbacks", own.callbacks) &&
                     l.find("cuptiActivityEnable", own.enable) && l.find("cuptiActivityFlushAll", own.flush) &&
                     l.find("cuptiActivityGetNextRecord", own.next);
  if (!whole || own.version(&version) != CUPTI_SUCCESS) return say("this CUPTI lacks functions that are needed"), false;
  // Records have another layout in another version.
  if (version / 10000 != CUPTI_API_VERSION / 10000) return say("CUPTI is of another version than the module"), false;
  own.file = std::fopen(path, "we");
  if (own.file == nullptr) return say("cannot write ", path), false;
  std::fprintf(own.file, "%s\n", kProfileHeader);
  if (own.callbacks(give_buffer, take_buffer) != CUPTI_SUCCESS ||
      own.enable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) != CUPTI_SUCCESS) {
    return say("CUPTI refuses; another profiler may be at work in the program"), false;
  }
  std::atexit(finish);
  return true;
}

}  // namespace
}  // namespace ridgepoint::cuda

// Called by the driver when the program starts to use it; 1 for success.
extern "C" __attribute__((visibility("default"))) int InitializeInjection() {
  ridgepoint::cuda::start();
  return 1;
}
