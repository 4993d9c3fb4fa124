#include "kernels/spmm.hpp"

namespace ridgepoint {

void Spmm::explain(Derivation& d) const {
  const Work w = work();
  d.given("rows", static_cast<double>(rows), "", "of the sparse matrix");
  d.given("nonzeros", static_cast<double>(nonzeros));
  d.given("features", static_cast<double>(features));
  const bool weighted = value_bits > 0 || sampled;
  d.result("macs", weighted ? "nonzeros features" : "0", w.macs, "", weighted ? "" : "an unweighted sum only adds");
  d.result("vector", weighted ? "2 macs" : "nonzeros features", w.vector.value(), "FLOP",
           weighted ? kMacSource : "one add an entry and feature");
  d.given("x_bits", bits(dtype), "bit", name(dtype));
  d.given("value_bits", value_bits, "bit", "of a value");
  d.given("index_bits", index_bits, "bit");
  d.given("values", static_cast<double>(values), "", "of an entry");
  d.step("structure", "(nonzeros + rows + 1) index_bits / 8", "B", "compressed sparse rows (CSR)");
  d.step("entries", "nonzeros values value_bits / 8", "B");
  if (sampled) {
    d.result("read", "2 nonzeros features x_bits / 8 + structure", w.read.value(), "B", "two rows for every entry");
    d.result("written", "entries", w.written.value(), "B");
  } else {
    d.result("read", "nonzeros features x_bits / 8 + structure + entries", w.read.value(), "B",
             "a row of X for every entry");
    d.result("written", "rows features x_bits / 8", w.written.value(), "B");
  }
  d.result("l2", "read + written", w.l2.value(), "B", "each byte once");
}

}  // namespace ridgepoint
