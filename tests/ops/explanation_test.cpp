// The numbers that `explain` prints are the engine's, and each is the value of the formula beside it.

#include "roofline/explanation.hpp"
#include "core/formula.hpp"
#include "ops/attributes.hpp"
#include "tests/catch.hpp"
#include "tests/ops/sites.hpp"

namespace ridgepoint {
namespace {

constexpr unsigned kSeeds = 8;
constexpr std::array kFormats{DType::kFp32, DType::kBf16, DType::kFp8E4m3};
constexpr std::array kPhases{Phase::kInference, Phase::kPrefill, Phase::kDecode, Phase::kTraining};

// Every formula gives the number that stands beside it.
void expect_consistent(const Derivation& d) {
  for (const Term& term : d.terms()) {
    INFO(term.symbol << " = " << term.formula << " = " << term.value);
    if (term.formula.empty()) continue;
    CHECK(d.evaluate(term) == Approx(term.value).epsilon(1e-9));
    CHECK(!d.numbers(term).empty());
  }
}

// A result that a kernel does not explain must be nothing.
void expect_engine(const Derivation& d, const Work& work) {
  const std::pair<std::string_view, double> results[]{{"macs", work.macs},
                                                      {"matrix", work.matrix.value()},
                                                      {"vector", work.vector.value()},
                                                      {"special", work.special.value()},
                                                      {"read", work.read.value()},
                                                      {"written", work.written.value()},
                                                      {"l2", work.l2.value()}};
  for (const auto& [symbol, value] : results) {
    INFO(symbol);
    const Term* term = d.find(symbol);
    CHECK((term == nullptr ? 0 : term->value) == value);
    CHECK((term == nullptr || !term->formula.empty()));
  }
}

void expect_explained(OpPlace& place) {
  place.name_tensors();
  for (const Pass pass : kPasses) {
    for (const Kernel& kernel : place.kernels(pass)) {
      INFO(name(pass) << " " << kind_name(kernel));
      const Derivation d = derivation_of(kernel);
      expect_consistent(d);
      expect_engine(d, work_of(kernel));
    }
  }
}

TEST_CASE("what is explained of an op's kernels is what the engine counts", "[ops]") {
  for (const OpEntry& entry : op_entries()) {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      for (const Phase phase : kPhases) {
        const DType format = kFormats[seed % kFormats.size()];
        INFO(entry.name << " with seed " << seed << ", " << name(phase));
        Precision precision = precision_of(format);
        precision.weight_group = seed % 2 == 0 ? 0 : 32;
        OpPlace place(CaseMaker(seed, format, seed % 2 == 1).make(entry.prototype), precision, phase);
        expect_explained(place);
      }
    }
  }
}

TEST_CASE("every op says what it computes and whose count it is", "[ops]") {
  for (const OpEntry& entry : op_entries()) {
    INFO(entry.name);
    const OpFacts facts = facts_of(entry.prototype);
    CHECK(!facts.summary.empty());
    CHECK(!facts.equation.empty());
    CHECK(facts.source.size() > 3);
  }
}

// Matrices and tables are products of axes, so that their count can be explained; a tensor train is a sum of them.
TEST_CASE("the parameters that are explained are the engine's, by their axes", "[ops]") {
  for (const OpEntry& entry : op_entries()) {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      INFO(entry.name << " with seed " << seed);
      const OpPlace place(CaseMaker(seed, DType::kFp32).make(entry.prototype));
      double learned = 0;
      for (const Parameter& parameter : place.parameters()) {
        const bool matrix = parameter.role != ParameterRole::kVector && parameter.role != ParameterRole::kBuffer;
        CHECK((!matrix || entry.name == "tensor_train" || !parameter.axes.empty()));
        if (parameter.role != ParameterRole::kBuffer) learned += static_cast<double>(parameter.count);
      }
      const Derivation d = explain_parameters(place.parameters());
      expect_consistent(d);
      CHECK(d.find("parameters")->value == learned);
    }
  }
}

TEST_CASE("operands have the symbols of their tensors", "[ops]") {
  OpPlace place({find_op("mul")->prototype, {{{2, 3}, DType::kFp32}, {{3}, DType::kFp32}}});
  place.name_tensors();
  const Derivation d = derivation_of(place.kernels(Pass::kFprop).front());
  CHECK(d.find("read")->formula == "x0 + x1");
  CHECK(d.numbers(*d.find("read")) == "24 + 12");
  CHECK(d.find("written")->formula == "y");
  CHECK(d.find("read_beside") == nullptr);
}

}  // namespace
}  // namespace ridgepoint
