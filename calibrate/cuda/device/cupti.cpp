#include "calibrate/cuda/device/cupti.hpp"

#include <cupti.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "calibrate/cuda/device/libraries.hpp"

namespace ridgepoint::cuda {
namespace {

#if CUPTI_API_VERSION >= 130000
using KernelRecord = CUpti_ActivityKernel10;
using CopyRecord = CUpti_ActivityMemcpy6;
#else
using KernelRecord = CUpti_ActivityKernel9;
using CopyRecord = CUpti_ActivityMemcpy5;
#endif
using FillRecord = CUpti_ActivityMemset4;

constexpr std::size_t kBufferBytes = std::size_t{4} << 20;
constexpr std::size_t kAlignment = 8;
constexpr CUpti_ActivityKind kKinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
                                         CUPTI_ACTIVITY_KIND_MEMSET};

/// CUPTI's functions that are needed here.
struct Functions {
  decltype(&cuptiGetVersion) get_version = nullptr;
  decltype(&cuptiActivityRegisterCallbacks) callbacks = nullptr;
  decltype(&cuptiActivityEnable) enable = nullptr;
  decltype(&cuptiActivityDisable) disable = nullptr;
  decltype(&cuptiActivityFlushAll) flush = nullptr;
  decltype(&cuptiActivityGetNextRecord) next = nullptr;
  decltype(&cuptiActivityGetNumDroppedRecords) dropped = nullptr;
  decltype(&cuptiGetResultString) text = nullptr;

  bool find_in(const SharedLibrary& library) {
    return library.find("cuptiGetVersion", get_version) && library.find("cuptiActivityRegisterCallbacks", callbacks) &&
           library.find("cuptiActivityEnable", enable) && library.find("cuptiActivityDisable", disable) &&
           library.find("cuptiActivityFlushAll", flush) && library.find("cuptiActivityGetNextRecord", next) &&
           library.find("cuptiActivityGetNumDroppedRecords", dropped) && library.find("cuptiGetResultString", text);
  }
};

// What the callbacks, which take no argument of ours, write to.
struct Records {
  std::mutex mutex;
  Functions functions;
  std::vector<Activity> activities;
  bool lost = false;
};
Records& records() {
  static Records all;
  return all;
}

void CUPTIAPI give_buffer(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) {
  *buffer = static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, kBufferBytes));
  *size = *buffer == nullptr ? 0 : kBufferBytes;
  *most_records = 0;
}

template <class Record>
Activity activity_of(const CUpti_Activity* record) {
  const auto* const known = reinterpret_cast<const Record*>(record);
  return {known->start, known->end};
}

void CUPTIAPI take_buffer(CUcontext context, std::uint32_t stream, std::uint8_t* buffer, std::size_t,
                          std::size_t valid) {
  Records& all = records();
  const std::lock_guard lock(all.mutex);
  CUpti_Activity* record = nullptr;
  while (valid > 0 && all.functions.next(buffer, valid, &record) == CUPTI_SUCCESS) {
    switch (record->kind) {
      case CUPTI_ACTIVITY_KIND_KERNEL:
      case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL: all.activities.push_back(activity_of<KernelRecord>(record)); break;
      case CUPTI_ACTIVITY_KIND_MEMCPY: all.activities.push_back(activity_of<CopyRecord>(record)); break;
      case CUPTI_ACTIVITY_KIND_MEMSET: all.activities.push_back(activity_of<FillRecord>(record)); break;
      default: break;
    }
  }
  std::size_t dropped = 0;
  if (all.functions.dropped(context, stream, &dropped) == CUPTI_SUCCESS && dropped > 0) all.lost = true;
  std::free(buffer);
}

class Recorder final : public ActivityRecorder {
 public:
  explicit Recorder(SharedLibrary library) : library_(std::move(library)) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() override {
    for (const CUpti_ActivityKind kind : kKinds) static_cast<void>(functions_.disable(kind));
  }

  std::string prepare() {
    if (!functions_.find_in(library_)) return "this CUPTI lacks functions that are needed";
    if (functions_.get_version(&version_) != CUPTI_SUCCESS) return "CUPTI does not tell its version";
    // Records have another layout in another version.
    if (version_ / 10000 != CUPTI_API_VERSION / 10000)
      return fmt::format("CUPTI is of version {}, and the module was built with {}", version_, CUPTI_API_VERSION);
    records().functions = functions_;
    if (const auto code = functions_.callbacks(give_buffer, take_buffer); code != CUPTI_SUCCESS) return text_of(code);
    for (const CUpti_ActivityKind kind : kKinds) {
      if (const auto code = functions_.enable(kind); code != CUPTI_SUCCESS) return text_of(code);
    }
    return "";
  }

  std::vector<Activity> record(const std::function<void()>& work) override {
    Records& all = records();
    take();
    work();
    if (functions_.flush(0) != CUPTI_SUCCESS) return {};
    const std::lock_guard lock(all.mutex);
    std::vector<Activity> done = std::move(all.activities);
    all.activities.clear();
    const bool whole = !all.lost && std::all_of(done.begin(), done.end(),
                                                [](const Activity& a) { return a.start > 0 && a.end >= a.start; });
    std::sort(done.begin(), done.end(), [](const Activity& a, const Activity& b) { return a.start < b.start; });
    return whole ? done : std::vector<Activity>{};
  }

  [[nodiscard]] std::string version() const override { return fmt::format("{}", version_); }

 private:
  [[nodiscard]] std::string text_of(CUptiResult code) const {
    const char* text = nullptr;
    static_cast<void>(functions_.text(code, &text));
    return fmt::format("CUPTI refuses: {}", text != nullptr ? text : "unknown");
  }

  // What was recorded before does not count.
  void take() {
    static_cast<void>(functions_.flush(0));
    Records& all = records();
    const std::lock_guard lock(all.mutex);
    all.activities.clear();
    all.lost = false;
  }

  SharedLibrary library_;
  Functions functions_;
  std::uint32_t version_ = 0;
};

}  // namespace

std::unique_ptr<ActivityRecorder> ActivityRecorder::start(const std::function<void()>& probe, std::string& why) {
  SharedLibrary library = toolkit_library("cupti", toolkit_major());
  if (!library.loaded()) {
    why = missing_library("CUPTI", library);
    return nullptr;
  }
  auto recorder = std::make_unique<Recorder>(std::move(library));
  why = recorder->prepare();
  if (!why.empty()) return nullptr;
  if (recorder->record(probe).empty()) {
    why = "CUPTI records nothing here";
    return nullptr;
  }
  return recorder;
}

}  // namespace ridgepoint::cuda
