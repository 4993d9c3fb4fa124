#include "kernels/transfer.hpp"

namespace ridgepoint {

void Transfer::explain(Derivation& d) const {
  const Work w = work();
  d.given("bytes", bytes, "B", to_host ? "from the device to the host" : "from the host to the device");
  d.result("read", "bytes", w.read.value(), "B", "in the one memory");
  d.result("written", "bytes", w.written.value(), "B", "in the other");
  d.result("l2", "read + written", w.l2.value(), "B", "each byte once");
}

}  // namespace ridgepoint
