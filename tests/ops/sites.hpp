#pragma once
// Valid places for every op, of random sizes, and the place of an op by itself.

#include <memory>
#include <utility>
#include <vector>

#include "ops/op.hpp"

namespace ridgepoint {

/// An op with inputs that it accepts.
struct OpCase {
  Op op;
  std::vector<TensorType> inputs;
};

/// An op in its place: infers the outputs and owns what a Site refers to. By default every input wants a gradient.
class OpPlace {
 public:
  explicit OpPlace(OpCase c, Precision precision = {}, Phase phase = Phase::kTraining);

  /// Gives the tensors the symbols x (x0, x1 ...) and y, as an explanation does.
  void name_tensors();
  void want_gradient(std::size_t input, bool wanted) { wanted_[input] = wanted; }
  [[nodiscard]] const Op& op() const { return case_.op; }
  [[nodiscard]] Site site() const {
    return {case_.inputs, outputs_, precision_, phase_, {wanted_.get(), case_.inputs.size()}};
  }
  [[nodiscard]] Parameters parameters() const;
  [[nodiscard]] Kernels kernels(Pass pass) const;
  /// All that a pass asks of a machine.
  [[nodiscard]] Work work(Pass pass) const;

 private:
  OpCase case_;
  Precision precision_;
  Phase phase_;
  std::vector<TensorType> outputs_;
  std::unique_ptr<bool[]> wanted_;
};

class RandomCases;

/// Makes random valid cases. `sparse` cases of attention leave keys out, by a window, blocks or a choice, and keep them
/// in pages.
class CaseMaker {
 public:
  CaseMaker(unsigned seed, DType dtype, bool sparse = false);
  CaseMaker(CaseMaker&&) noexcept;
  CaseMaker& operator=(CaseMaker&&) noexcept;
  CaseMaker(const CaseMaker&) = delete;
  CaseMaker& operator=(const CaseMaker&) = delete;
  ~CaseMaker();

  OpCase make(const Op& prototype);

 private:
  std::unique_ptr<RandomCases> cases_;
};

/// All formats of a run in one.
inline Precision precision_of(DType dtype) {
  return {.activations = dtype, .weights = dtype, .kv_cache = dtype, .math = dtype};
}

}  // namespace ridgepoint
