#pragma once
// Every model in many kinds of runs.

#include "cost/device_file.hpp"
#include "roofline/estimate.hpp"
#include "tests/families/counting.hpp"
#include "tests/places.hpp"
#include "tests/support.hpp"

namespace ridgepoint {

inline std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_root().string() + "/models")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline Device device_named(const std::string& name) {
  return read_device(Document::load(source_root().string() + "/hwspecs/" + name + ".json"));
}

/// A model's description with what --set gives; parameters that the description kept are in `set` afterwards.
inline Description model_named(const std::string& name, Attributes& set) {
  return load_model(model_document(name), set);
}

/// One run of a model: what is asked, and of which device.
struct Run {
  std::string model;
  Phase phase = Phase::kInference;
  Attributes set{};
  PrecisionItem precision{};
  EngineOptions options{};
};

inline Estimate estimate_of(const Run& run, const Device& device) {
  Attributes set = run.set;
  const Description description = model_named(run.model, set);
  return answer({description, device, {run.phase, set, run.precision}, run.options});
}

/// Calls `check(run)` for every model in each of its phases.
template <class Check>
void for_every_model(Check&& check) {
  const std::vector<std::string> names = model_names();
  REQUIRE(names.size() >= 9);
  for (const std::string& name : names) {
    Attributes none;
    for (const Phase phase : phases_of(model_named(name, none))) {
      INFO(name << " " << ridgepoint::name(phase));
      check(Run{.model = name, .phase = phase});
    }
  }
}

inline constexpr std::array kFusions{Fusion::kNone, Fusion::kEpilogue, Fusion::kFull};
inline constexpr std::array kExecutions{Execution::kGraph, Execution::kEager};

/// Devices of different kinds, with a format that each has for products.
struct DeviceCase {
  const char* name;
  DType dtype;
};
inline constexpr std::array kDeviceCases{DeviceCase{"h100-sxm5", DType::kBf16},
                                         DeviceCase{"v100-sxm2-16gb", DType::kFp16}, DeviceCase{"mi300x", DType::kFp16},
                                         DeviceCase{"epyc-9654", DType::kFp32}, DeviceCase{"tpu-v5e", DType::kBf16}};

}  // namespace ridgepoint
