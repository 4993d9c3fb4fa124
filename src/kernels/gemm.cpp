#include "kernels/gemm.hpp"

namespace ridgepoint {

namespace {

// C[m, n] = A[m, k] B[k, n], or a batch of them; a matrix that the whole batch shares counts once.
std::string elements(std::string_view batch, std::string_view rows_cols, std::int64_t copies) {
  return (copies > 1 ? std::string(batch) + " " : "") + std::string(rows_cols);
}

}  // namespace

void Gemm::explain(Derivation& d) const {
  const Work w = work();
  if (batch > 1) d.given("batch", static_cast<double>(batch));
  d.given("m", static_cast<double>(m), "", "rows of C");
  d.given("n", static_cast<double>(n), "", "columns of C");
  d.given("k", static_cast<double>(k), "", "the reduction");
  if (a_batch > 1) d.given("a_batch", static_cast<double>(a_batch), "", "distinct A");
  if (b_batch > 1) d.given("b_batch", static_cast<double>(b_batch), "", "distinct B");
  d.result("macs", elements("batch", "m n k", batch), w.macs);
  d.result("matrix", "2 macs", w.matrix.value(), "FLOP", kMacSource);
  d.given("a_bits", bits(a), "bit", name(a));
  d.given("b_bits", bits(b), "bit", name(b));
  d.given("c_bits", bits(c), "bit", name(c));
  d.step("A", elements("a_batch", "m k a_bits / 8", a_batch), "B");
  std::string b_text = elements("b_batch", "k n b_bits / 8", b_batch);
  if (b_scale_group > 0) {
    d.given("group", static_cast<double>(b_scale_group), "", "values per 16-bit scale");
    b_text += " + " + elements("b_batch", "k n / group 16 / 8", b_batch);
  }
  d.step("B", b_text, "B");
  d.step("C", elements("batch", "m n c_bits / 8", batch), "B");
  std::string start;
  if (bias > 0) {
    d.given("bias", static_cast<double>(bias), "", "values that start the accumulators");
    start = " + bias c_bits / 8";
  }
  d.result("read", "A + B" + start, w.read.value(), "B", "every operand once");
  d.result("written", "C", w.written.value(), "B");
  d.given("tile", kLargestTile, "", "edge of the largest tiles that libraries use");
  d.result("l2", "A max(1, n / tile) + B max(1, m / tile)" + start + " + C", w.l2.value(), "B",
           "a tiled product reads A for every tile of columns and B for every tile of rows");
}

}  // namespace ridgepoint
