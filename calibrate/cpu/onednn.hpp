#pragma once
// oneDNN as 2.x and 3.x both offer it.

#include <fmt/format.h>

#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "calibrate/cpu/machine.hpp"
#include "calibrate/cpu/onednn_version.hpp"

namespace ridgepoint::cpu {

inline constexpr bool kOneDnn3 = DNNL_VERSION_MAJOR >= 3;

using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;
/// A primitive's operands by their number.
using Arguments = std::unordered_map<int, dnnl::memory>;

const dnnl::engine& engine();
dnnl::stream& stream();

dnnl::matmul::primitive_desc matmul_of(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                                       const dnnl::memory::desc& c);

/// What the three passes of a convolution have in common.
struct ConvProblem {
  dnnl::memory::desc x;
  dnnl::memory::desc weight;
  dnnl::memory::desc y;
  Dims strides;
  Dims padding;
  Dims padding_end;
};
dnnl::convolution_forward::primitive_desc conv_forward(const ConvProblem& p, bool training);
dnnl::convolution_backward_data::primitive_desc conv_backward_data(const ConvProblem& p);
dnnl::convolution_backward_weights::primitive_desc conv_backward_weights(const ConvProblem& p);

/// Small random whole numbers as fp32 in a plain layout: their products and sums are exact in every format, so results
/// can be compared with a reference to the last bit of the output's format.
std::vector<float> whole_numbers(const Dims& dims, std::uint64_t seed, bool negative);

/// The values of a plain fp32 tensor in the format and layout of `desc`, and back.
dnnl::memory to_memory(const std::vector<float>& values, const Dims& dims, Tag tag, const dnnl::memory::desc& desc);
std::vector<float> to_floats(const dnnl::memory& memory, const Dims& dims, Tag tag);

/// The element type for a format of the sample files, if this processor multiplies in it at speed.
struct ProductTypes {
  Type a;
  Type b;
  Type c;
};
std::optional<ProductTypes> product_types(std::string_view dtype, const Machine& machine);

}  // namespace ridgepoint::cpu
