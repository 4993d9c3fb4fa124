#include "calibrate/cpu/vector/loops.hpp"

#include <initializer_list>

namespace ridgepoint::cpu {
namespace {

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0; }
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}
bool has_avx512_bf16() {
#if defined(__clang__) && __clang_major__ < 17
  return false;  // it does not know the name
#else
  return __builtin_cpu_supports("avx512bf16") != 0;
#endif
}

VectorLoops what_runs(const VectorLoops& compiled) {
  VectorLoops loops = compiled;
  if (loops.bits < 512) return loops;
  if (!has_avx512_bf16()) loops.dot_bf16 = nullptr;
  if (__builtin_cpu_supports("avx512vnni") == 0) loops.dot_int8 = nullptr;
  return loops;
}
#endif

}  // namespace

const VectorLoops* loops_of_width(int bits) {
  if (bits == 128) return &kBaselineLoops;
#if defined(__x86_64__)
  if (bits == 256 && has_avx2()) return &kAvx2Loops;
  if (bits == 512 && has_avx512()) {
    static const VectorLoops kLoops = what_runs(kAvx512Loops);
    return &kLoops;
  }
#endif
  return nullptr;
}

const VectorLoops& best_loops() {
  for (const int bits : {512, 256}) {
    if (const VectorLoops* const loops = loops_of_width(bits)) return *loops;
  }
  return kBaselineLoops;
}

}  // namespace ridgepoint::cpu
