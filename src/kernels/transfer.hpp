#pragma once
#include <tuple>

#include "kernels/work.hpp"

namespace ridgepoint {

/// A copy of `bytes` between the memories of host and device. Memory that is not `pinned` may be moved by the system at
/// any time: the host copies it through a buffer that is.
struct Transfer {
  double bytes = 0;
  bool to_host = false;
  bool pinned = false;

  [[nodiscard]] auto key() const { return std::tuple(bytes, to_host, pinned); }
  /// Read in the one memory, written in the other.
  [[nodiscard]] Work work() const { return {.read = Bytes{bytes}, .written = Bytes{bytes}, .l2 = Bytes{2 * bytes}}; }
  void explain(Derivation& derivation) const;
};

}  // namespace ridgepoint
