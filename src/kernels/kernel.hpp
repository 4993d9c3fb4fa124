#pragma once
// The closed vocabulary that ops lower to, microkernels measure and cost models price.

#include <functional>
#include <variant>
#include <vector>

#include "kernels/attention.hpp"
#include "kernels/collective.hpp"
#include "kernels/conv.hpp"
#include "kernels/gather.hpp"
#include "kernels/gemm.hpp"
#include "kernels/grouped_gemm.hpp"
#include "kernels/recurrent.hpp"
#include "kernels/spmm.hpp"
#include "kernels/stream.hpp"

namespace ridgepoint {

using Kernel = std::variant<Gemm, Conv, Attention, Stream, Gather, Spmm, Recurrent, GroupedGemm, Collective>;

inline Work work_of(const Kernel& kernel) {
  return std::visit([](const auto& k) { return k.work(); }, kernel);
}

/// The formulas of a kernel's demand with its numbers. The results are those of work(): macs, matrix, vector, special,
/// read, written and l2; what is 0 may be absent.
inline Derivation derivation_of(const Kernel& kernel) {
  Derivation derivation;
  const auto explain = [&](const auto& k) {
    if constexpr (requires { k.explain(derivation); }) k.explain(derivation);
  };
  std::visit(explain, kernel);
  return derivation;
}

/// Two kernels with the same numbers cost the same.
template <class K>
requires requires(const K& k) { k.key(); }
bool operator==(const K& a, const K& b) { return a.key() == b.key(); }

/// The kind of a kernel, as sample files and reports call it.
std::string_view kind_name(const Kernel& kernel);

/// A hash over all numbers of a kernel, so that equal kernels are priced once.
std::size_t hash_of(const Kernel& kernel);

/// What one pass of an op runs, in order.
using Kernels = std::vector<Kernel>;

}  // namespace ridgepoint
