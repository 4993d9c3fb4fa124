#include "kernels/stream.hpp"

#include <fmt/format.h>

namespace ridgepoint {
namespace {

// The operands that have a symbol, and what is left without one.
std::string sum_of(const Traffic& traffic, std::string_view rest_symbol, Derivation& d) {
  std::string sum;
  Bytes rest = traffic;
  for (const Traffic::Part& part : traffic.parts()) {
    if (d.find(part.name) == nullptr) d.given(part.name, part.bytes.value(), "B", "bytes");
    sum += sum.empty() ? "" : " + ";
    if (part.times != 1) sum += fmt::format("{} ", part.times);
    sum += part.name;
    rest -= part.bytes * part.times;
  }
  if (rest.value() == 0) return sum.empty() ? "0" : sum;
  d.given(rest_symbol, rest.value(), "B", "operands that are no input or output of the layer");
  return sum + (sum.empty() ? "" : " + ") + std::string(rest_symbol);
}

}  // namespace

void Stream::explain(Derivation& d) const {
  const Work w = work();
  d.given("rows", rows);
  d.given("cols", cols);
  d.step("elements", "rows cols");
  d.given("per_element", flops_per_element, "FLOP", fmt::format("{}: docs/model.md", op));
  d.given("special_per_element", special_per_element, "op");
  d.result("vector", "elements per_element", w.vector.value(), "FLOP");
  d.result("special", "elements special_per_element", w.special.value(), "op");
  d.result("read", sum_of(read, "read_beside", d), w.read.value(), "B", "every operand once");
  d.result("written", sum_of(written, "written_beside", d), w.written.value(), "B");
  if (steps == 1) {
    d.result("l2", "read + written", w.l2.value(), "B", "each byte once");
  } else {
    d.given("steps", steps, "", "serial passes");
    d.result("l2", "read steps + written", w.l2.value(), "B", "what is read, once in each pass");
  }
}

}  // namespace ridgepoint
