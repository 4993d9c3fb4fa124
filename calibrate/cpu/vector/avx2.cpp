// AVX2 and FMA.
#define RIDGEPOINT_VECTOR_BYTES 32
#define RIDGEPOINT_VECTOR_LOOPS kAvx2Loops
#include "calibrate/cpu/vector/compiled_loops.hpp"
