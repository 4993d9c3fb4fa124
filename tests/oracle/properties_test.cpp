// What must hold of every op over the shapes that PyTorch was asked for, whatever it answered: in a format and a phase
// that a seed chooses.

#include <array>
#include <cmath>
#include <random>

#include "tests/oracle/golden.hpp"

namespace ridgepoint {
namespace {

constexpr std::array kFormats{DType::kFp32, DType::kBf16, DType::kFp8E4m3};
constexpr std::array kPhases{Phase::kInference, Phase::kPrefill, Phase::kDecode, Phase::kTraining};

OpCase in_format(OpCase c, DType format) {
  for (TensorType& input : c.inputs) {
    if (facts(input.dtype).arithmetic) input.dtype = format;
  }
  return c;
}

// Runs `check` on every case of the golden files, with numbers of its own.
template <class Check>
void for_every_golden(Check check) {
  std::mt19937 random(20240607);
  for (const auto& [op, lines] : golden_lines()) {
    for (const std::string& line : lines) {
      INFO(line);
      check(op, case_of(line).op, random);
    }
  }
}

template <class List>
auto pick(const List& list, std::mt19937& random) {
  return list[std::uniform_int_distribution<std::size_t>(0, list.size() - 1)(random)];
}

void expect_sound(const Work& work) {
  for (const double amount : {work.macs, work.vector.value(), work.special.value(), work.read.value(),
                              work.written.value(), work.l2.value()}) {
    CHECK((std::isfinite(amount) && amount >= 0));
  }
  CHECK(work.special <= work.vector);
  CHECK(work.l2 >= work.bytes());
}

TEST_CASE("amounts are sound, explained, and write what comes out", "[oracle][properties]") {
  for_every_golden([](const std::string&, const OpCase& c, std::mt19937& random) {
    const DType format = pick(kFormats, random);
    const Phase phase = pick(kPhases, random);
    OpPlace place(in_format(c, format), precision_of(format), phase);
    place.name_tensors();
    for (const Pass pass : {Pass::kFprop, Pass::kDgrad, Pass::kWgrad}) {
      for (const Kernel& kernel : place.kernels(pass)) {
        const Work work = work_of(kernel);
        expect_sound(work);
        const Derivation d = derivation_of(kernel);
        const Term* read = d.find("read");
        CHECK((read == nullptr ? 0 : d.evaluate(*read)) == Approx(work.read.value()));
        const Term* written = d.find("written");
        CHECK((written == nullptr ? 0 : d.evaluate(*written)) == Approx(work.written.value()));
      }
    }
    if (!place.kernels(Pass::kFprop).empty()) {
      double out = 0;
      for (const TensorType& output : place.site().outputs) out += output.bytes().value();
      CHECK(place.work(Pass::kFprop).written.value() >= out * (1 - 1e-12));
    }
  });
}

TEST_CASE("formats change bytes and no FLOPs", "[oracle][properties]") {
  for_every_golden([](const std::string&, const OpCase& c, std::mt19937&) {
    for (const Pass pass : {Pass::kFprop, Pass::kDgrad, Pass::kWgrad}) {
      const Work wide = OpPlace(in_format(c, DType::kFp32), precision_of(DType::kFp32)).work(pass);
      const Work narrow = OpPlace(in_format(c, DType::kFp16), precision_of(DType::kFp16)).work(pass);
      CHECK(wide.flops().value() == narrow.flops().value());
      CHECK(narrow.bytes().value() <= wide.bytes().value());
      CHECK(2 * narrow.bytes().value() >= wide.bytes().value() * (1 - 1e-12));
    }
  });
}

// Ops whose first axis is nothing but a batch: rows of samples that do not meet.
bool is_batched(const std::string& op) {
  static constexpr std::array<std::string_view, 21> kBatched{
      "linear",     "conv",     "conv_transpose", "attention",     "pool",      "adaptive_pool", "global_pool",
      "layer_norm", "rms_norm", "group_norm",     "instance_norm", "embedding", "gelu",          "silu",
      "gated",      "prelu",    "lstm",           "gru",           "rnn",       "resize",        "pixel_shuffle"};
  return std::find(kBatched.begin(), kBatched.end(), op) != kBatched.end();
}

TEST_CASE("so many times the batch is so many times the work, with the same parameters", "[oracle][properties]") {
  std::size_t batched = 0;
  for_every_golden([&](const std::string& op, const OpCase& c, std::mt19937& random) {
    const auto times = std::uniform_int_distribution<std::int64_t>(2, 5)(random);
    if (!is_batched(op) || c.inputs.front().shape.rank() < 2) return;  // one axis is the row of a norm
    ++batched;
    OpCase larger = c;
    for (TensorType& input : larger.inputs) input.shape[0] = input.shape[0] * times;
    const OpPlace one(c);
    const OpPlace many(larger);
    CHECK(many.site().out().elements() == times * one.site().out().elements());
    for (std::size_t i = 0; i < one.parameters().size(); ++i) {
      CHECK(many.parameters()[i].count == one.parameters()[i].count);
    }
    for (const Pass pass : {Pass::kFprop, Pass::kDgrad}) {
      CHECK(many.work(pass).macs == Approx(static_cast<double>(times) * one.work(pass).macs));
      CHECK(many.work(pass).vector.value() == Approx(static_cast<double>(times) * one.work(pass).vector.value()));
      CHECK(many.work(pass).bytes().value() <=
            static_cast<double>(times) * one.work(pass).bytes().value() * (1 + 1e-12));
    }
  });
  CHECK(batched >= 900);
}

}  // namespace
}  // namespace ridgepoint
