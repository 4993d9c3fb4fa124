#include "kernels/recurrent.hpp"

namespace ridgepoint {
namespace {

void explain_flops(const Recurrent& r, const Work& w, Derivation& d) {
  const RnnCellFacts& c = facts(r.cell);
  d.step("rows", "batch steps directions");
  d.result("weights", r.projection > 0 ? "gates hidden output + hidden projection" : "gates hidden output",
           r.weight_count(), "", "of one direction");
  d.result("macs", "rows weights", w.macs, "", "each step multiplies the state by the recurrent weights");
  d.result("matrix", "2 macs", w.matrix.value(), "FLOP", kMacSource);
  d.step("units", "rows hidden");
  if (r.pass == Pass::kFprop || r.pass == Pass::kOptimizer) {
    d.given("cell_flops", c.flops, "FLOP", "docs/model.md");
    d.given("cell_special", c.special, "op");
    d.result("vector", "units cell_flops", w.vector.value(), "FLOP");
    d.result("special", "units cell_special", w.special.value(), "op");
  } else if (r.pass == Pass::kDgrad) {
    d.given("cell_flops", c.backward_flops, "FLOP", "docs/model.md");
    d.result("vector", "units cell_flops", w.vector.value(), "FLOP");
  }
}

void explain_bytes(const Recurrent& r, const Work& w, Derivation& d) {
  d.given("bits", bits(r.activations), "bit", name(r.activations));
  d.given("weight_bits", bits(r.weights), "bit", name(r.weights));
  d.given("states", static_cast<double>(facts(r.cell).states), "", "values that a unit hands to the next step");
  d.step("G", "units gates bits / 8", "B", "gates");
  d.step("C", "units (states - 1) bits / 8", "B", "cell states");
  d.step("H", "rows output bits / 8", "B", "outputs");
  d.step("W", "weights directions weight_bits / 8", "B", "read once: kept on chip");
  if (r.pass == Pass::kDgrad) {
    d.result("read", "G + C + H + W", w.read.value(), "B");
    d.result("written", "G", w.written.value(), "B", "the gradients of the gates");
  } else if (r.pass == Pass::kWgrad) {
    d.result("read", "G + H", w.read.value(), "B");
    d.result("written", "W", w.written.value(), "B");
  } else {
    d.result("read", "G + W", w.read.value(), "B", "what the input adds to the gates, and the weights");
    d.result("written", r.keeps_gates ? "H + G + C" : "H", w.written.value(), "B",
             r.keeps_gates ? "gates and states are kept for the backward pass" : "");
  }
  d.result("l2", r.pass == Pass::kWgrad ? "read + written" : "read + written + W (steps - 1)", w.l2.value(), "B",
           r.pass == Pass::kWgrad ? "each byte once" : "the weights once a step");
}

}  // namespace

void Recurrent::explain(Derivation& d) const {
  d.given("batch", static_cast<double>(batch));
  d.given("steps", static_cast<double>(timesteps));
  d.given("directions", static_cast<double>(directions));
  d.given("hidden", static_cast<double>(hidden));
  if (projection > 0) d.given("projection", static_cast<double>(projection));
  d.given("output", static_cast<double>(output()));
  d.given("gates", static_cast<double>(facts(cell).gates), "", facts(cell).name);
  const Work w = work();
  explain_flops(*this, w, d);
  explain_bytes(*this, w, d);
}

}  // namespace ridgepoint
