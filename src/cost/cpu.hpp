#pragma once
// Cost models of processors, whose operands live in caches. They rest on curves that were measured on the machine:
// bandwidth and latency over the footprint.

#include "cost/pooled.hpp"

namespace ridgepoint {

/// Streams, products (GEMM and convolution) and random access by row. docs/model.md has their formulas.
extern const CostModel kCpuStream;
extern const CostModel kCpuProduct;
extern const CostModel kCpuRows;

/// The model of a processor for a kind of kernel, or null when the common law prices it.
const CostModel* cpu_model_of(const CostKind& kind);

/// Whether a device is a processor with the measured curves that these models need.
bool has_cpu_curves(const Device& device);

/// Prior parameters for a kernel on this device: those of a processor's model, or the pooled ones.
const PooledParameters& prior_parameters(const Kernel& kernel, const Device& device, Clock clock);

/// What attention is on a processor without a fused kernel: scores, softmax, and the weighted sum of the values. Only
/// the forward pass over all pairs runs so.
bool runs_in_parts(const Attention& attention);
std::array<Launch, 3> attention_parts(const Attention& attention);

/// The time to read and write so many bytes once, of which `footprint` lie between two visits to the same one, on a
/// share of the cores, with their share of the caches: read / bandwidth_read(F) + written / bandwidth_write(F).
Seconds cpu_memory_time(Bytes read, Bytes written, Bytes footprint, double share, const Device& device);

/// The latency of a load somewhere in so many bytes, interpolated between measured footprints.
Seconds cpu_latency(double bytes, const Device& device);

/// The rate of a function from the first cache, in elements per second on all cores, by its name in sample files; 0
/// when it was not measured.
double cpu_function_rate(std::string_view op, const Device& device);

}  // namespace ridgepoint
