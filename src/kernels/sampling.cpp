#include "kernels/sampling.hpp"

namespace ridgepoint {

void Sampling::explain(Derivation& d) const {
  const Work w = work();
  d.given("visited", walk ? drawn : seeds, "", "nodes whose neighbours are drawn");
  d.given("drawn", drawn, "", "edges");
  d.given("index", index_bytes, "B", "bytes of a neighbour's number");
  d.given("probes", probes, "", "of the table of nodes met");
  d.result("read", "16 visited + index drawn + 16 probes", w.read.value(), "B", "two offsets for each node");
  d.result("written", "index drawn", w.written.value(), "B");
  d.result("l2", "read + written", w.l2.value(), "B", "each byte once");
}

}  // namespace ridgepoint
