#pragma once
// What a kernel does, as far as its name tells: the common ground of predicted kernels and measured ones.

#include <cstdint>
#include <string>
#include <string_view>

#include "io/measured.hpp"
#include "roofline/listing.hpp"

namespace ridgepoint {

/// Kinds of kernels that names tell apart.
enum class KernelClass : std::uint8_t {
  kProduct,
  kConvolution,
  kAttention,
  kSparse,
  kRecurrent,
  kLookup,
  kNorm,
  kSoftmax,
  kPool,
  kElementwise,
  kCommunication,
  kCopy,
  kOther
};
inline constexpr std::size_t kKernelClasses = 13;

/// The class of a kernel that was measured: by the operator that issued it, else by its own name.
KernelClass class_of(const ProfiledKernel& kernel);

/// The class of one that was predicted.
KernelClass class_of(const ListedKernel& kernel);

/// Whether a name of the first class may be the other's kernel: a 1 x 1 convolution runs as a product, a norm as a few
/// element-wise kernels; and a name that tells nothing may be anything but communication.
bool may_be(KernelClass measured, KernelClass predicted);

}  // namespace ridgepoint
