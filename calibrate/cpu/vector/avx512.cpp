// AVX-512 F, BW, DQ, VL; the dot products also VNNI and BF16.
#define RIDGEPOINT_VECTOR_BYTES 64
#define RIDGEPOINT_VECTOR_LOOPS kAvx512Loops
#include "calibrate/cpu/vector/compiled_loops.hpp"
