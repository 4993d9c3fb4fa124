#pragma once
// Cost models of processors, whose operands live in caches. They rest on curves that were measured on the machine:
// bandwidth and latency over the footprint.

#include <cmath>

#include "cost/pooled.hpp"

namespace ridgepoint {

/// Streams, matrix products, convolutions and random access by row. docs/model.md has their formulas.
extern const CostModel kCpuStream;
extern const CostModel kCpuGemm;
extern const CostModel kCpuConv;
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
/// share of the cores, with their share of the caches: read / bandwidth_read(F) + written / bandwidth_write(F). Where
/// copies were measured, as much as is both read and written goes at their bandwidth: loads and stores overlap.
Seconds cpu_memory_time(Bytes read, Bytes written, Bytes footprint, double share, const Device& device);

/// The latency of a load somewhere in so many bytes, interpolated between measured footprints.
Seconds cpu_latency(double bytes, const Device& device);

/// Whether loads and stores take a bandwidth of their own when they go together.
bool has_copy_curve(const Device& device);

/// Cores of the processor, at least one.
double cpu_cores(const Device& device);

/// Bytes of the widest vector that was measured; those of AVX-512 where none was.
double cpu_vector_bytes(const Device& device);

/// FLOP/s of vector units in a format, on all cores: as measured, else from the data sheet's rate of fp32.
double cpu_vector_rate(DType format, const Device& device);

/// (a^s + b^s)^(1/s): between the sum of two needs and the larger.
double cpu_smooth(double a, double b, double s);

/// size / (size + half): what is left of the speed by loops that start and end.
inline double saturating(double size, double half) { return size / (size + half); }
inline double rounded_up(double size, double grain) { return std::ceil(size / grain) * grain; }

/// The rate of a function from the first cache, in elements per second on all cores, by its name in sample files; 0
/// when it was not measured.
double cpu_function_rate(std::string_view op, const Device& device);

}  // namespace ridgepoint
