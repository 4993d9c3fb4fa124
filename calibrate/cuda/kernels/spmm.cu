#include "calibrate/cuda/kernels/spmm.hpp"

namespace ridgepoint::cuda {
namespace {

__global__ void spmm_reference_kernel(SparseProduct p, std::int64_t probes, float* want) {
  const std::int64_t probe = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (probe >= probes) return;
  const std::int64_t size = p.rows * p.features;
  const std::int64_t place =
      probes < 2 ? 0
                 : static_cast<std::int64_t>(static_cast<double>(probe) * static_cast<double>(size - 1) /
                                             static_cast<double>(probes - 1));
  const std::int64_t row = place / p.features;
  double sum = 0;
  for (std::int32_t i = p.offsets[row]; i < p.offsets[row + 1]; ++i) {
    sum += static_cast<double>(p.values[i]) * p.b[p.columns[i] * p.features + place % p.features];
  }
  want[probe] = static_cast<float>(sum);
}

}  // namespace

void launch_spmm_reference(const SparseProduct& p, std::int64_t probes, float* want, cudaStream_t stream) {
  spmm_reference_kernel<<<static_cast<unsigned>((probes + 127) / 128), 128, 0, stream>>>(p, probes, want);
}

}  // namespace ridgepoint::cuda
