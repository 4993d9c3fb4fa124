#include "calibrate/cuda/base_device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "io/json_text.hpp"

namespace ridgepoint::cuda {
namespace {

/// Multiply-adds of a clock and SM from this compute capability on. Vector units and special functions: CUDA C++
/// Programming Guide, throughput of native arithmetic instructions. Tensor cores, dense, sums in fp32: the white papers
/// of the architectures; they also follow from hwspecs/ (rate / SMs / clock / 2 of t4, a100, a40, l40s, h100, b200).
/// 0: there is no such unit.
struct Rates {
  int compute;
  std::string_view architecture;
  int fp32, fp64, fp16, bf16, special;
  int matrix_fp16, matrix_bf16, matrix_tf32, matrix_fp8, matrix_int8, matrix_fp64;
};
constexpr std::array kRates{
    Rates{75, "Turing", 64, 2, 128, 0, 16, 512, 0, 0, 0, 1024, 0},
    Rates{80, "Ampere", 64, 32, 256, 128, 16, 1024, 1024, 512, 0, 2048, 64},
    Rates{86, "Ampere", 128, 2, 128, 128, 16, 512, 512, 256, 0, 1024, 0},
    Rates{89, "Ada Lovelace", 128, 2, 128, 128, 16, 512, 512, 256, 1024, 1024, 0},
    Rates{90, "Hopper", 128, 64, 256, 256, 16, 2048, 2048, 1024, 4096, 4096, 128},
    Rates{100, "Blackwell", 128, 64, 256, 256, 16, 4096, 4096, 2048, 8192, 8192, 64},
};

const Rates& rates_of(const DeviceFacts& device) {
  const Rates* found = nullptr;
  for (const Rates& rates : kRates) {
    if (rates.compute <= device.compute()) found = &rates;
  }
  if (found != nullptr) return *found;
  throw InputError({fmt::format("compute capability {}.{} is not known", device.compute_major, device.compute_minor),
                    "7.5 or later, or a base device (--base)"});
}

Node with_source(std::string key, std::vector<Node> members, std::string_view source) {
  members.push_back(json_string("source", std::string(source)));
  return json_object(std::move(key), std::move(members));
}

/// A format and the multiply-adds that a clock and SM makes in it.
struct Lanes {
  const char* format;
  int lanes;
};

class Writer {
 public:
  Writer(const DeviceFacts& device, const GpuCard& card, const MachineFacts& facts)
      : device_(device), card_(card), facts_(facts), rates_(rates_of(device)) {
    clock_ =
        1e6 * static_cast<double>(device.sm_mhz > 0 ? device.sm_mhz : static_cast<int>(card.most_sm_mhz.value_or(0)));
    if (clock_ <= 0) throw InputError({"the driver does not tell the GPU's clock", "a base device (--base)"});
  }

  std::string text() {
    const Rates& r = rates_;
    std::vector<Node> sheet{
        with_source("compute_units", {json_integer("count", device_.sms)}, "driver"),
        with_source("clock_hz", {json_real("value", clock_)}, "driver"),
        json_object("matrix", peaks({{"fp64", r.matrix_fp64},
                                     {"tf32", r.matrix_tf32},
                                     {"bf16", r.matrix_bf16},
                                     {"fp16", r.matrix_fp16},
                                     {"fp8_e4m3", r.matrix_fp8},
                                     {"fp8_e5m2", r.matrix_fp8},
                                     {"int8", r.matrix_int8}})),
        json_object("vector", peaks({{"fp32", r.fp32}, {"fp64", r.fp64}, {"fp16", r.fp16}, {"bf16", r.bf16}})),
        with_source("special_function",
                    {json_real("ops_per_s", per_clock(r.special)), json_integer("per_unit_per_clock", r.special)},
                    "derived"),
        json_object("memory", memory()),
        with_source("shared_memory_per_unit_bytes", {json_integer("value", device_.shared_per_sm)}, "driver")};
    if (card_.watt_limit) sheet.push_back(with_source("tdp_w", {json_real("value", *card_.watt_limit)}, "nvml"));
    return json_text(json_object(
        "",
        {json_integer("schema_version", 1), json_string("name", facts_.name), json_string("summary", facts_.summary),
         json_string("vendor", "NVIDIA"), json_string("architecture", std::string(r.architecture)),
         json_string("kind", "gpu"), sources(), json_object("datasheet", std::move(sheet)), notes()}));
  }

 private:
  [[nodiscard]] double per_clock(int count) const { return static_cast<double>(device_.sms) * count * clock_; }

  [[nodiscard]] std::vector<Node> peaks(std::initializer_list<Lanes> formats) const {
    std::vector<Node> nodes;
    for (const Lanes& one : formats) {
      if (one.lanes == 0) continue;
      nodes.push_back(with_source(
          one.format, {json_real("flops_per_s", 2 * per_clock(one.lanes)), json_integer("lanes_per_unit", one.lanes)},
          "derived"));
    }
    return nodes;
  }

  // Two transfers a clock, whatever the kind of memory: that is how the driver counts its clock.
  [[nodiscard]] std::vector<Node> memory() const {
    const double bandwidth = 2e6 * device_.memory_mhz * device_.memory_bus_bits / 8;
    if (bandwidth <= 0)
      throw InputError({"the driver does not tell the memory's clock and width", "a base device (--base)"});
    return {with_source("dram",
                        {json_integer("capacity_bytes", device_.memory), json_real("bandwidth_bytes_per_s", bandwidth)},
                        "driver"),
            with_source("l2", {json_integer("capacity_bytes", device_.l2)}, "driver")};
  }

  [[nodiscard]] Node sources() const {
    std::vector<Node> nodes{
        json_string("driver", "what the driver tells: SMs, clocks, sizes; bandwidth: memory clock x bus width / 8 x 2"),
        json_string("derived",
                    fmt::format("derived: SMs x clock x operations of a clock and SM of compute capability {}.{} (CUDA "
                                "C++ Programming Guide, throughput of native arithmetic instructions; NVIDIA's white "
                                "papers for tensor cores), dense",
                                rates_.compute / 10, rates_.compute % 10))};
    if (card_.watt_limit) nodes.push_back(json_string("nvml", "the power limit that the management library tells"));
    return json_object("sources", std::move(nodes));
  }

  [[nodiscard]] Node notes() const {
    std::vector<Node> notes{json_string(
        "",
        "Written by `ridgepoint calibrate`: peaks follow from the highest clock that the driver tells, which a GPU "
        "does not hold under heavy load.")};
    if (device_.compute() >= 86 && device_.compute() < 90) {
      notes.push_back(
          json_string("", "GeForce cards of this architecture have half of these tensor rates when sums are in fp32."));
    }
    return json_array("notes", std::move(notes));
  }

  const DeviceFacts& device_;
  const GpuCard& card_;
  const MachineFacts& facts_;
  const Rates& rates_;
  double clock_ = 0;
};

}  // namespace

std::string base_device(const DeviceFacts& device, const GpuCard& card, const MachineFacts& facts) {
  return Writer(device, card, facts).text();
}

}  // namespace ridgepoint::cuda
