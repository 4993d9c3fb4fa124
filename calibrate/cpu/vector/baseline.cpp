// SSE2 on x86, NEON on ARM: what every compiler may assume.
#define RIDGEPOINT_VECTOR_BYTES 16
#define RIDGEPOINT_VECTOR_LOOPS kBaselineLoops
#include "calibrate/cpu/vector/compiled_loops.hpp"
