#pragma once
#include <tuple>

#include "kernels/work.hpp"

namespace ridgepoint {

/// Drawing neighbours in a graph that is stored in compressed rows of `nodes` offsets and `edges` neighbours: each of
/// `seeds` nodes takes up to `fan_out` of its edges without repetition, `drawn` in all; `choosing` seeds have more
/// edges than that and must choose. Or each goes a random `walk` of `fan_out` steps, where every step waits for the one
/// before. `probes` look nodes up in a table of `table_bytes` of the nodes met so far, which gives them new numbers.
struct Sampling {
  bool walk = false;
  double nodes = 1;
  double edges = 1;
  double seeds = 1;
  double fan_out = 1;
  double drawn = 1;
  double choosing = 0;
  double index_bytes = 4;
  double probes = 0;
  double table_bytes = 0;

  [[nodiscard]] auto key() const {
    return std::tuple(walk, nodes, edges, seeds, fan_out, drawn, choosing, index_bytes, probes, table_bytes);
  }
  /// Offsets are two 64-bit numbers for each node whose neighbours are drawn; an entry of the table has 16 bytes.
  [[nodiscard]] Work work() const {
    const double visited = walk ? drawn : seeds;
    Work work{.read = Bytes{16 * visited + index_bytes * drawn + 16 * probes}, .written = Bytes{index_bytes * drawn}};
    work.l2 = work.bytes();
    return work;
  }
  void explain(Derivation& derivation) const;
};

/// The bytes of the graph that a sampler reads from: offsets and neighbours.
inline double graph_bytes(const Sampling& sampling) {
  return 8 * sampling.nodes + sampling.index_bytes * sampling.edges;
}

}  // namespace ridgepoint
