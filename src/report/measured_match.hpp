#pragma once
// Kernels that a profiler saw, matched to the layers that were predicted.

#include <optional>
#include <string>
#include <vector>

#include "io/measured.hpp"
#include "roofline/listing.hpp"

namespace ridgepoint {

/// Measured kernels of one name that were matched together, or that none was matched to. Of one run of the network.
struct KernelSum {
  std::string name;
  double count = 0;
  double seconds = 0;
};

/// Rows of the estimate and the kernels that were measured for them: mostly one row; several where the file does not
/// say which kernel is whose.
struct MeasuredMatch {
  std::vector<std::size_t> rows;
  std::vector<KernelSum> kernels;
  double predicted = 0;
  double predicted_p10 = 0;
  double predicted_p90 = 0;
  double measured = 0;
  /// 0.1: predicted 10 % too long. Nothing where no time was measured.
  [[nodiscard]] std::optional<double> error() const {
    return measured > 0 ? std::optional(predicted / measured - 1) : std::nullopt;
  }
  [[nodiscard]] bool inside() const { return predicted_p10 <= measured && measured <= predicted_p90; }
};

/// A prediction against a profile.
struct MeasuredComparison {
  std::vector<MeasuredMatch> matches;       ///< in the order of the rows
  std::vector<std::size_t> unmatched_rows;  ///< that take time
  std::vector<KernelSum> unmatched_kernels;
  double measured = 0;  ///< seconds of all kernels, in one run
  std::string how;      ///< in words: what was matched by what
};

/// Matches a profile of `runs` runs of the network. Kernels inside a range that is named like a layer are that layer's.
/// The others match by their order where the file has it, a kernel of each layer after another, kernels of the same
/// class (KernelClass) to each other so that as few as possible are left over (the edit distance of the two sequences,
/// Needleman and Wunsch, J. Mol. Biol. 48, 1970); else by class and how often they run. Throws InputError when the file
/// cannot hold so many runs, or is too long.
MeasuredComparison match_measured(const Estimate& estimate, const KernelListing& kernels,
                                  const MeasuredProfile& profile, std::size_t runs);

}  // namespace ridgepoint
