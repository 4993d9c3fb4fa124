#include "kernels/gather.hpp"

namespace ridgepoint {

void Gather::explain(Derivation& d) const {
  const Work w = work();
  d.given("lookups", lookups);
  d.given("row", row_bytes, "B", "bytes of a row");
  d.given("table_rows", table_rows);
  if (reuse) d.given("distinct", distinct, "", "rows that are expected to differ, by the law of the accesses");
  d.given("indices", index_bytes, "B");
  d.given("values", other_bytes, "B", scatter ? "what is added" : "results");
  d.given("adds", flops, "FLOP", "of a pooling or an accumulation");
  d.result("vector", "adds", w.vector.value(), "FLOP");
  if (reuse) {
    d.result("read", scatter ? "distinct row + indices + values" : "distinct row + indices", w.read.value(), "B",
             "a row that comes again is in a cache");
    d.result("written", scatter ? "distinct row" : "values", w.written.value(), "B");
    d.result("l2",
             scatter ? "read + written + 2 (lookups - distinct) row" : "read + written + (lookups - distinct) row",
             w.l2.value(), "B", "every access counts");
    return;
  }
  d.result("read", scatter ? "lookups row + indices + values" : "lookups row + indices", w.read.value(), "B",
           "every access counts, also to a row that was read before");
  d.result("written", scatter ? "lookups row" : "values", w.written.value(), "B");
  d.result("l2", "read + written", w.l2.value(), "B", "each byte once");
}

}  // namespace ridgepoint
