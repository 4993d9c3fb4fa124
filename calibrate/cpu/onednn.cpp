#include "calibrate/cpu/onednn.hpp"

#include "calibrate/cpu/buffer.hpp"
#include "calibrate/cpu/points.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr auto kDirect = dnnl::algorithm::convolution_direct;

void reorder(const dnnl::memory& from, const dnnl::memory& to) {
  dnnl::memory source = from;
  dnnl::memory target = to;
  dnnl::reorder(source, target).execute(stream(), source, target);
  stream().wait();
}

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine kEngine(dnnl::engine::kind::cpu, 0);
  return kEngine;
}

dnnl::stream& stream() {
  static dnnl::stream stream(engine());
  return stream;
}

// The two versions differ in how a primitive is described: 2.x has an operation descriptor between.
#if DNNL_VERSION_MAJOR >= 3

dnnl::matmul::primitive_desc matmul_of(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                                       const dnnl::memory::desc& c) {
  return {engine(), a, b, c};
}

dnnl::convolution_forward::primitive_desc conv_forward(const ConvProblem& p, bool training) {
  const auto kind = training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  return {engine(), kind, kDirect, p.x, p.weight, p.y, p.strides, p.padding, p.padding_end};
}

dnnl::convolution_backward_data::primitive_desc conv_backward_data(const ConvProblem& p) {
  return {engine(), kDirect, p.x, p.weight, p.y, p.strides, p.padding, p.padding_end, conv_forward(p, true)};
}

dnnl::convolution_backward_weights::primitive_desc conv_backward_weights(const ConvProblem& p) {
  return {engine(), kDirect, p.x, p.weight, p.y, p.strides, p.padding, p.padding_end, conv_forward(p, true)};
}

#else

dnnl::matmul::primitive_desc matmul_of(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                                       const dnnl::memory::desc& c) {
  return {dnnl::matmul::desc(a, b, c), engine()};
}

dnnl::convolution_forward::primitive_desc conv_forward(const ConvProblem& p, bool training) {
  const auto kind = training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  return {dnnl::convolution_forward::desc(kind, kDirect, p.x, p.weight, p.y, p.strides, p.padding, p.padding_end),
          engine()};
}

dnnl::convolution_backward_data::primitive_desc conv_backward_data(const ConvProblem& p) {
  return {dnnl::convolution_backward_data::desc(kDirect, p.x, p.weight, p.y, p.strides, p.padding, p.padding_end),
          engine(), conv_forward(p, true)};
}

dnnl::convolution_backward_weights::primitive_desc conv_backward_weights(const ConvProblem& p) {
  return {dnnl::convolution_backward_weights::desc(kDirect, p.x, p.weight, p.y, p.strides, p.padding, p.padding_end),
          engine(), conv_forward(p, true)};
}

#endif

std::vector<float> whole_numbers(const Dims& dims, std::uint64_t seed, bool negative) {
  std::int64_t count = 1;
  for (const auto extent : dims) count *= extent;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto whole = static_cast<std::int32_t>(random_bits((seed << 40) + i) % 8);
    values[i] = static_cast<float>(negative ? whole - 4 : whole);
  }
  return values;
}

dnnl::memory to_memory(const std::vector<float>& values, const Dims& dims, Tag tag, const dnnl::memory::desc& desc) {
  const dnnl::memory plain({dims, Type::f32, tag}, engine(), const_cast<float*>(values.data()));
  dnnl::memory memory(desc, engine());
  reorder(plain, memory);
  return memory;
}

std::vector<float> to_floats(const dnnl::memory& memory, const Dims& dims, Tag tag) {
  std::int64_t count = 1;
  for (const auto extent : dims) count *= extent;
  std::vector<float> values(static_cast<std::size_t>(count));
  const dnnl::memory plain({dims, Type::f32, tag}, engine(), values.data());
  reorder(memory, plain);
  return values;
}

std::optional<ProductTypes> product_types(std::string_view dtype, const Machine& machine) {
  if (dtype == "fp32") return ProductTypes{Type::f32, Type::f32, Type::f32};
  if (dtype == "bf16" && (has_flag(machine, "avx512_bf16") || has_flag(machine, "amx_bf16"))) {
    return ProductTypes{Type::bf16, Type::bf16, Type::bf16};
  }
  const bool dots = has_flag(machine, "avx512_vnni") || has_flag(machine, "avx_vnni") || has_flag(machine, "amx_int8");
  if (dtype == "int8" && dots) return ProductTypes{Type::u8, Type::s8, Type::bf16};
  return std::nullopt;
}

std::string onednn_version() {
  const dnnl_version_t* const version = dnnl::version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace ridgepoint::cpu
