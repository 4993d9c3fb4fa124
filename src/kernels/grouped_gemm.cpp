#include "kernels/grouped_gemm.hpp"

namespace ridgepoint {

void GroupedGemm::explain(Derivation& d) const {
  const Work w = work();
  d.given("groups", static_cast<double>(groups), "", "matrices B");
  d.given("active", active, "", "of them that get a row, expected");
  d.given("rows", rows, "", "in all");
  d.given("n", static_cast<double>(n), "", "columns of C");
  d.given("k", static_cast<double>(k), "", "columns of A");
  d.result("macs", "rows k n", w.macs);
  d.result("matrix", "2 macs", w.matrix.value(), "FLOP", kMacSource);
  d.given("a_bits", bits(a), "bit", name(a));
  d.given("b_bits", bits(b), "bit", name(b));
  d.given("c_bits", bits(c), "bit", name(c));
  d.given("tile", kLargestTile, "", "edge of the largest tiles that libraries use");
  d.step("A", "rows k a_bits / 8", "B");
  d.step("C", "rows n c_bits / 8", "B");
  if (pass == Pass::kWgrad) {
    d.step("B", "groups k n b_bits / 8", "B", "the gradients of all");
    d.result("read", "A + C", w.read.value(), "B", "every operand once");
    d.result("written", "B", w.written.value(), "B");
    d.result("l2", "read + written + A (max(1, n / tile) - 1) + C (max(1, k / tile) - 1)", w.l2.value(), "B",
             "a tiled product reads its operands again for every tile");
    return;
  }
  std::string b_text = "active k n b_bits / 8";
  if (b_scale_group > 0) {
    d.given("group", static_cast<double>(b_scale_group), "", "values per 16-bit scale");
    b_text += " + active k n / group 16 / 8";
  }
  d.step("B", b_text, "B", "only matrices that get a row are read");
  d.result("read", bias ? "A + B + active n c_bits / 8" : "A + B", w.read.value(), "B", "every operand once");
  d.result("written", "C", w.written.value(), "B");
  d.given("rows_per_group", rows_per_group(), "", "rows / active");
  d.result("l2", "read + written + A (max(1, n / tile) - 1) + B (max(1, rows_per_group / tile) - 1)", w.l2.value(), "B",
           "a tiled product reads its operands again for every tile");
}

}  // namespace ridgepoint
