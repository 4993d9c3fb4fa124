#include "kernels/conv.hpp"

namespace ridgepoint {
namespace {

void give_sizes(const Conv& conv, Derivation& d) {
  const auto axes = [&](const std::array<std::int64_t, 3>& extents, const std::array<std::string_view, 3>& symbols) {
    for (std::size_t i = 0; i < 3; ++i) d.given(symbols[i], static_cast<double>(extents[i]));
  };
  d.given("n", static_cast<double>(conv.n), "", "batch");
  d.given("c", static_cast<double>(conv.c), "", "input channels");
  axes(conv.in, {"d", "h", "w"});
  d.given("k", static_cast<double>(conv.k), "", "output channels");
  axes(conv.filter, {"t", "r", "s"});
  axes(conv.out, {"o", "p", "q"});
  d.given("groups", static_cast<double>(conv.groups));
}

void explain_l2(const Conv& conv, const Work& w, Derivation& d) {
  if (conv.depthwise()) {
    d.result("l2", "read + written", w.l2.value(), "B", "each byte once");
    return;
  }
  d.given("tile", kLargestTile, "", "edge of the largest tiles that libraries use");
  const bool wgrad = conv.pass == Pass::kWgrad;
  d.result("l2",
           wgrad ? "read + written + X (max(1, k / groups / tile) - 1)"
                 : "read + written + X (max(1, k / groups / tile) - 1) + W (max(1, n o p q / tile) - 1)",
           w.l2.value(), "B", "a tiled product reads its operands again for every tile");
}

}  // namespace

void Conv::explain(Derivation& d) const {
  const Work w = work();
  give_sizes(*this, d);
  d.result("macs", "n k o p q (c / groups) t r s", w.macs, "", "the same in the three passes; padding counts");
  const bool wide = !depthwise();
  d.result(wide ? "matrix" : "vector", "2 macs", (wide ? w.matrix : w.vector).value(), "FLOP",
           wide ? kMacSource : "one channel per group: no reduction over channels for a matrix unit");
  d.given("x_bits", bits(x), "bit", name(x));
  d.given("w_bits", bits(weight), "bit", name(weight));
  d.given("y_bits", bits(y), "bit", name(y));
  d.step("X", "n c d h w x_bits / 8", "B");
  d.step("W", "k (c / groups) t r s w_bits / 8", "B");
  d.step("Y", "n k o p q y_bits / 8", "B");
  d.given("bias", static_cast<double>(bias), "", "values");
  constexpr std::string_view kOnce = "every operand once";
  if (pass == Pass::kDgrad) {
    d.result("read", "Y + W + bias y_bits / 8", w.read.value(), "B", kOnce);
    d.result("written", "X", w.written.value(), "B");
  } else if (pass == Pass::kWgrad) {
    d.result("read", "X + Y", w.read.value(), "B", kOnce);
    d.result("written", "W + bias y_bits / 8", w.written.value(), "B");
  } else {
    d.result("read", "X + W + bias y_bits / 8", w.read.value(), "B", kOnce);
    d.result("written", "Y", w.written.value(), "B");
  }
  explain_l2(*this, w, d);
}

}  // namespace ridgepoint
