#include "calibrate/cuda/device/convert.cuh"
#include "calibrate/cuda/kernels/lookup.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr int kThreads = 256;

template <class T, int kWide>
__global__ void __launch_bounds__(kThreads) bags_kernel(Bags x, int group) {
  struct alignas(sizeof(T) * kWide) Wide {
    T v[kWide];
  };
  constexpr int kRows = 4;
  const int packs = static_cast<int>(x.dim / kWide);
  const std::int64_t bags = x.table_count * x.batch;
  const std::int64_t per_block = kThreads / group;
  const int lane = static_cast<int>(threadIdx.x) % group;
  for (std::int64_t bag = blockIdx.x * per_block + threadIdx.x / group; bag < bags; bag += gridDim.x * per_block) {
    const auto* const table = static_cast<const Wide*>(x.tables) + bag / x.batch * x.rows * packs;
    const std::int64_t* const own = x.indices + bag * x.lookups;
    for (int pack = lane; pack < packs; pack += group) {
      float sums[kWide] = {};
      for (std::int64_t first = 0; first < x.lookups; first += kRows) {
        Wide rows[kRows];
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
          if (first + r < x.lookups) rows[r] = table[own[first + r] * packs + pack];
        }
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
          if (first + r >= x.lookups) continue;
#pragma unroll
          for (int e = 0; e < kWide; ++e) sums[e] += Convert<T>::up(rows[r].v[e]);
        }
      }
      Wide out;
#pragma unroll
      for (int e = 0; e < kWide; ++e) out.v[e] = Convert<T>::down(sums[e]);
      static_cast<Wide*>(x.out)[bag * packs + pack] = out;
    }
  }
}

template <class T>
__global__ void bags_reference_kernel(Bags x, std::int64_t probes, float* want) {
  const std::int64_t probe = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (probe >= probes) return;
  const std::int64_t size = x.table_count * x.batch * x.dim;
  const std::int64_t place =
      probes < 2 ? 0
                 : static_cast<std::int64_t>(static_cast<double>(probe) * static_cast<double>(size - 1) /
                                             static_cast<double>(probes - 1));
  const std::int64_t bag = place / x.dim;
  double sum = 0;
  for (std::int64_t i = 0; i < x.lookups; ++i) {
    const std::int64_t row = bag / x.batch * x.rows + x.indices[bag * x.lookups + i];
    sum += Convert<T>::up(static_cast<const T*>(x.tables)[row * x.dim + place % x.dim]);
  }
  want[probe] = static_cast<float>(sum);
}

template <class T>
void launch(const Bags& bags, cudaStream_t stream) {
  constexpr int kWide = 16 / static_cast<int>(sizeof(T));
  const bool wide = bags.dim % kWide == 0;
  const std::int64_t packs = bags.dim / (wide ? kWide : 1);
  int group = 1;
  while (group < packs && group < 64) group *= 2;
  const std::int64_t blocks = (bags.table_count * bags.batch * group + kThreads - 1) / kThreads;
  const auto grid = static_cast<unsigned>(blocks < 1 << 20 ? blocks : 1 << 20);
  if (wide) {
    bags_kernel<T, kWide><<<grid, kThreads, 0, stream>>>(bags, group);
  } else {
    bags_kernel<T, 1><<<grid, kThreads, 0, stream>>>(bags, group);
  }
}

template <class Body>
void with_real(Format format, Body body) {
  if (format == Format::kFp16) return body(__half{});
  if (format == Format::kBf16) return body(__nv_bfloat16{});
  body(float{});
}

}  // namespace

void launch_bags(Format format, const Bags& bags, cudaStream_t stream) {
  with_real(format, [&](auto type) { launch<decltype(type)>(bags, stream); });
}

void launch_bags_reference(Format format, const Bags& bags, std::int64_t probes, float* want, cudaStream_t stream) {
  with_real(format, [&](auto type) {
    bags_reference_kernel<decltype(type)>
        <<<static_cast<unsigned>((probes + 127) / 128), 128, 0, stream>>>(bags, probes, want);
  });
}

}  // namespace ridgepoint::cuda
