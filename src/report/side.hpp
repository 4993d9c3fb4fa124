#pragma once
// A finished analysis as comparisons see it: made in this run, or read back from the JSON of another one.

#include <memory>
#include <string>
#include <vector>

#include "io/document.hpp"
#include "roofline/estimate.hpp"

namespace ridgepoint {

/// One row of an analysis. Amounts cover its `repeat` repetitions; times are seconds.
struct SideLayer {
  std::string name;
  std::string op;
  double repeat = 1;
  std::vector<std::string> fused_from;  ///< the layers of this row, when more than one
  double flops = 0;
  double bytes = 0;
  double time = 0;
  double time_p10 = 0;
  double time_p90 = 0;
  Bound bound = Bound::kNone;
  std::array<double, kBoundCount> needs{};  ///< what each resource needs alone
};

/// A network on a device, as one run saw it.
struct Side {
  std::string source;  ///< the file that it was read from, or ""
  /// What the run was: model, device, phase, number formats, options, parameters; names as in the JSON.
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<SideLayer> layers;
  double flops = 0;
  double bytes = 0;
  double time = 0;
  double time_p10 = 0;
  double time_p90 = 0;
  double memory = 0;  ///< bytes

  /// The fact with this name, or "".
  [[nodiscard]] std::string fact(std::string_view name) const;
  /// Samples at a time; 1 where the network has no such size.
  [[nodiscard]] double batch() const;
};

Side side_from(const Estimate& estimate);

/// Whether the file holds the JSON of `analyze`, and no network.
bool is_analysis(const Document& document);

/// The analyses in the JSON of `analyze`: one, or those of several networks. Throws InputError at what is missing, of
/// the wrong type, or does not add up.
std::vector<Side> read_saved_sides(const std::shared_ptr<const Document>& document);

}  // namespace ridgepoint
