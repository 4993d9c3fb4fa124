// The module of the fit: Ceres behind one function.

#include <ceres/ceres.h>

#include <cmath>

#include "calibrate/least_squares.hpp"

namespace ridgepoint {
namespace {

// One residual with its central differences. Parameters are logarithms, so that one step suits all of them.
class SampleCost : public ceres::CostFunction {
 public:
  SampleCost(const LeastSquares& problem, std::size_t index) : problem_(problem), index_(index) {
    set_num_residuals(1);
    mutable_parameter_block_sizes()->push_back(static_cast<int>(problem.start.size()));
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    const std::size_t count = problem_.start.size();
    std::vector<double> x(parameters[0], parameters[0] + count);
    residuals[0] = problem_.residual(index_, x.data());
    if (jacobians == nullptr || jacobians[0] == nullptr) return std::isfinite(residuals[0]);
    for (std::size_t j = 0; j < count; ++j) {
      constexpr double kStep = 1e-3;  // wide enough to see over the kinks where a kernel changes its tile
      const double here = x[j];
      x[j] = here + kStep;
      const double above = problem_.residual(index_, x.data());
      x[j] = here - kStep;
      const double below = problem_.residual(index_, x.data());
      x[j] = here;
      jacobians[0][j] = (above - below) / (2 * kStep);
    }
    return std::isfinite(residuals[0]);
  }

 private:
  const LeastSquares& problem_;
  std::size_t index_;
};

class PriorCost : public ceres::CostFunction {
 public:
  explicit PriorCost(const LeastSquares& problem) : problem_(problem) {
    set_num_residuals(static_cast<int>(problem.start.size()));
    mutable_parameter_block_sizes()->push_back(static_cast<int>(problem.start.size()));
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    const std::size_t count = problem_.start.size();
    for (std::size_t j = 0; j < count; ++j) residuals[j] = (parameters[0][j] - problem_.prior[j]) / problem_.spread[j];
    if (jacobians == nullptr || jacobians[0] == nullptr) return true;
    for (std::size_t j = 0; j < count; ++j) {
      for (std::size_t k = 0; k < count; ++k) jacobians[0][j * count + k] = j == k ? 1 / problem_.spread[j] : 0;
    }
    return true;
  }

 private:
  const LeastSquares& problem_;
};

ceres::Solver::Options solver_options() {
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 60;
  options.function_tolerance = 1e-7;
  options.parameter_tolerance = 1e-8;
  options.gradient_tolerance = 1e-9;
  options.num_threads = 1;  // sums in one order give one answer
  options.logging_type = ceres::SILENT;
  options.max_solver_time_in_seconds = 1e9;  // a limit in time would make the answer depend on the machine's load
  return options;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void ridgepoint_minimize(const LeastSquares& problem,
                                                                           std::vector<double>& x) {
  x = problem.start;
  const int count = static_cast<int>(x.size());
  ceres::Problem ceres_problem;
  ceres_problem.AddParameterBlock(x.data(), count);
  for (std::size_t i = 0; i < problem.weights.size(); ++i) {
    auto* loss = new ceres::ScaledLoss(new ceres::SoftLOneLoss(problem.loss_scale), problem.weights[i],
                                       ceres::TAKE_OWNERSHIP);  // the problem owns it
    ceres_problem.AddResidualBlock(new SampleCost(problem, i), loss, x.data());
  }
  ceres_problem.AddResidualBlock(new PriorCost(problem), nullptr, x.data());
  for (int j = 0; j < count; ++j) {
    ceres_problem.SetParameterLowerBound(x.data(), j, problem.lower[static_cast<std::size_t>(j)]);
    ceres_problem.SetParameterUpperBound(x.data(), j, problem.upper[static_cast<std::size_t>(j)]);
  }
  ceres::Solver::Summary summary;
  ceres::Solve(solver_options(), &ceres_problem, &summary);
}

}  // namespace ridgepoint
