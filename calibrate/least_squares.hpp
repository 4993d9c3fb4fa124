#pragma once
// What the fit asks of its module: the bounded parameters that describe robustly what was measured.

#include <cstddef>
#include <functional>
#include <vector>

namespace ridgepoint {

/// Minimises  sum_i weight_i rho(residual_i(x)) + sum_j ((x_j - prior_j) / spread_j)^2  within bounds, where rho is the
/// soft L1 loss: quadratic below `loss_scale`, linear above, so that gross outliers hardly pull.
struct LeastSquares {
  std::vector<double> start;
  std::vector<double> lower;
  std::vector<double> upper;
  std::vector<double> prior;
  std::vector<double> spread;
  std::vector<double> weights;  ///< one for each residual
  double loss_scale = 1;
  std::function<double(std::size_t i, const double* x)> residual;
};

/// The function that the module exports under the name kMinimizeEntry: sets x to that of the least sum, found in the
/// same steps whenever the problem is the same.
using Minimize = void (*)(const LeastSquares& problem, std::vector<double>& x);
inline constexpr const char* kMinimizeEntry = "ridgepoint_minimize";

}  // namespace ridgepoint
