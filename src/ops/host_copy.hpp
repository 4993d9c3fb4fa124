#pragma once
#include "ops/op_base.hpp"

namespace ridgepoint {

/// Where a copy between host and device ends.
enum class CopyEnd : std::uint8_t { kDevice, kHost };

template <>
struct Words<CopyEnd> {
  static constexpr std::array<std::string_view, 2> kWords{"device", "host"};
};

/// A copy of an input from the host's memory, or of a result to it, which the host waits for. Its gradient goes the
/// other way.
struct HostCopy : OpBase {
  static constexpr std::string_view kName = "host_copy";
  static constexpr std::string_view kEquation = "y = x in the memory of the other side";
  static constexpr std::string_view kSource = "every byte crosses the link once";
  static constexpr std::string_view kSummary = "a copy from the host's memory, or to it";
  static constexpr Category kCategory = Category::kCommunication;

  CopyEnd to = CopyEnd::kDevice;
  bool pinned = false;

  static auto fields() {
    return std::tuple{Field{"to", &HostCopy::to, "where it goes: the device or the host"},
                      Field{"pinned", &HostCopy::pinned, "whether the host's memory is pinned"}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision&) const {
    expect_inputs(inputs, 1, 1);
    return {{inputs[0].shape, inputs[0].dtype}};
  }

  void fprop(const Site& site, Kernels& kernels) const { copy(site, to == CopyEnd::kHost, kernels); }
  void dgrad(const Site& site, Kernels& kernels) const { copy(site, to == CopyEnd::kDevice, kernels); }
  friend bool operator==(const HostCopy&, const HostCopy&) = default;

 private:
  void copy(const Site& site, bool to_host, Kernels& kernels) const {
    kernels.emplace_back(Transfer{.bytes = site.inputs[0].bytes().value(), .to_host = to_host, .pinned = pinned});
  }
};

}  // namespace ridgepoint
