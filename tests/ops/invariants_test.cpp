// What must hold for every op, over random valid shapes.

#include <cmath>

#include "tests/catch.hpp"
#include "tests/ops/sites.hpp"

namespace ridgepoint {
namespace {

constexpr unsigned kSeeds = 20;

// Calls `check(entry, seed)` for every op and several random shapes.
template <class Check>
void for_every_op(Check&& check) {
  REQUIRE(op_entries().size() >= 35);
  for (const OpEntry& entry : op_entries()) {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      INFO(entry.name << " with seed " << seed);
      check(entry, seed);
    }
  }
}

OpPlace place_of(const OpEntry& entry, unsigned seed, DType dtype = DType::kFp16, Phase phase = Phase::kTraining) {
  return OpPlace(CaseMaker(seed, dtype).make(entry.prototype), precision_of(dtype), phase);
}

bool is_sound(double amount) { return std::isfinite(amount) && amount >= 0; }

double total_bytes(Inputs tensors) {
  double total = 0;
  for (const TensorType& tensor : tensors) total += tensor.bytes().value();
  return total;
}

double parameter_bytes(const OpPlace& place, bool buffers) {
  double total = 0;
  for (const Parameter& parameter : place.parameters()) {
    if (!buffers && parameter.role == ParameterRole::kBuffer) continue;
    total += bytes_of(static_cast<double>(parameter.count), storage(parameter.role, place.site().precision)).value();
  }
  return total;
}

template <class... Types>
bool is_one_of(const Op& op) {
  return (std::holds_alternative<Types>(op) || ...);
}

bool is_table(const Op& op) { return is_one_of<Embedding, EmbeddingBag>(op); }

// Reads rows by index, as many as it is asked for.
bool reads_rows(const Op& op) {
  return is_table(op) || is_one_of<Aggregate, SparseMatmul, SampledMatmul, EdgeCombine, GatherRows, IndexSelect,
                                   InterpolatePoints, SparseConvolution>(op);
}

// Has bytes of ids or of a graph's structure, besides tensors of the run's format.
bool has_structure(const Op& op) {
  return reads_rows(op) || category_of(op) == Category::kDataPreparation ||
         is_one_of<EdgeSoftmax, SegmentReduce, ScatterReduce, OneHot>(op);
}

std::vector<TensorType> with_gradients(Inputs tensors) {
  std::vector<TensorType> list;
  for (const TensorType& tensor : tensors) {
    if (facts(tensor.dtype).arithmetic) list.push_back(tensor);
  }
  return list;
}

// What must be read: every input and every parameter. A lookup reads its ids, and rows instead of the table; a triangle
// reads the part that it takes; a matrix product of attention reads each tensor once.
double compulsory_read(const OpPlace& place) {
  const Site site = place.site();
  if (is_one_of<Triangle>(place.op())) return total_bytes(site.outputs);
  if (reads_rows(place.op())) return total_bytes(site.inputs) - total_bytes(with_gradients(site.inputs));
  return total_bytes(site.inputs) + parameter_bytes(place, !site.training());
}

// The cache of earlier tokens stays where it is.
double compulsory_write(const OpPlace& place) {
  return total_bytes(is_one_of<KvCache>(place.op()) ? place.site().inputs : place.site().outputs);
}

// Bytes whose width does not follow the tensors' format: ids, graph structure, angles, statistics, indices of maxima.
double fixed_bytes(const OpPlace& place, Pass pass) {
  const Site site = place.site();
  const bool backward = pass == Pass::kDgrad;
  if (const auto* rope = std::get_if<Rope>(&place.op())) {
    return 4.0 * static_cast<double>(site.in()[-2] * rope->head_dim) * rope->share;
  }
  if (const auto* attention = std::get_if<FusedAttention>(&place.op()); attention != nullptr && backward) {
    return 4.0 * static_cast<double>(site.in().rows() * attention->heads);
  }
  if (const auto* pool = std::get_if<Pooling>(&place.op()); pool != nullptr && backward) {
    return pool->reduce == Reduction::kMax ? 8.0 * static_cast<double>(site.out().elements()) : 0;
  }
  return 0;
}

TEST_CASE("every op gives tensors that exist", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const OpPlace place = place_of(entry, seed);
    REQUIRE(!place.site().outputs.empty());
    for (const TensorType& output : place.site().outputs) {
      CHECK(output.shape.elements() >= 1);
      CHECK(output.dtype == (category_of(place.op()) == Category::kDataPreparation ? DType::kInt64 : DType::kFp16));
    }
    for (const Parameter& parameter : place.parameters()) CHECK(parameter.count >= 1);
  });
}

TEST_CASE("every amount of every op is finite and not negative", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const OpPlace place = place_of(entry, seed);
    for (const Pass pass : {Pass::kFprop, Pass::kDgrad, Pass::kWgrad}) {
      for (const Kernel& kernel : place.kernels(pass)) {
        const Work work = work_of(kernel);
        for (const double amount : {work.macs, work.matrix.value(), work.vector.value(), work.special.value(),
                                    work.read.value(), work.written.value()}) {
          CHECK(is_sound(amount));
        }
        CHECK(work.special <= work.vector);
        CHECK(2 * work.macs <= work.flops().value());
        CHECK(work.l2 >= work.bytes());
        CHECK(!work.empty());
      }
    }
  });
}

TEST_CASE("every op moves at least what it must", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const Phase phase = seed % 2 == 0 ? Phase::kTraining : Phase::kDecode;
    const OpPlace place = place_of(entry, seed, DType::kFp16, phase);
    const Work work = place.work(Pass::kFprop);
    if (fusion_role(place.op(), phase) == FusionRole::kView) {
      CHECK(work.empty());
      return;
    }
    CHECK(work.read.value() >= compulsory_read(place));
    CHECK(work.written.value() >= compulsory_write(place));
  });
}

// fp8, fp16 and fp32 are one law: bytes = fixed + width * elements. FLOPs do not depend on the width.
TEST_CASE("twice the width is twice the bytes and half the intensity", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    for (const Pass pass : {Pass::kFprop, Pass::kDgrad, Pass::kWgrad}) {
      const OpPlace place = place_of(entry, seed, DType::kFp32);
      const Work narrow = place_of(entry, seed, DType::kFp16).work(pass);
      const Work wide = place.work(pass);
      if (wide.empty()) continue;
      double fixed = fixed_bytes(place, pass);
      if (has_structure(place.op())) {
        const Work least = place_of(entry, seed, DType::kFp8E4m3).work(pass);
        fixed = 2 * least.bytes().value() - narrow.bytes().value();
        CHECK(fixed >= 0);
      }
      CHECK(wide.bytes().value() - fixed == Approx(2 * (narrow.bytes().value() - fixed)).epsilon(1e-12));
      CHECK(wide.flops().value() == narrow.flops().value());
    }
  });
}

TEST_CASE("only what has parameters has a gradient of them", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const OpPlace place = place_of(entry, seed);
    const Work work = place.work(Pass::kWgrad);
    // A table's gradient is of the rows that were read, at least of one.
    const bool learns = parameter_bytes(place, false) > 0;
    const auto row = static_cast<double>(place.site().out().back()) * 2;
    CHECK(work.written.value() >= (is_table(place.op()) ? row : parameter_bytes(place, false)));
    if (!learns) CHECK(work.empty());
  });
}

// Views, a sum and a bias hand their output's gradient on; ids have none.
bool hands_gradient_on(const Op& op, const Site& site) {
  if (const auto* sum = std::get_if<Binary>(&op)) {
    return sum->f().name == "add" && site.in(0).elements() == site.in(1).elements();
  }
  if (with_gradients(site.inputs).empty() || category_of(op) == Category::kDataPreparation) return true;
  return is_one_of<Bias, KvCache>(op) || fusion_role(op, site.phase) == FusionRole::kView;
}

TEST_CASE("every gradient that is wanted is written", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const OpPlace place = place_of(entry, seed);
    const Site site = place.site();
    const Work work = place.work(Pass::kDgrad);
    if (hands_gradient_on(place.op(), site)) {
      CHECK(work.empty());
    } else if (const auto* sum = std::get_if<Binary>(&place.op()); sum != nullptr && sum->f().name == "add") {
      CHECK(work.written == site.inputs[1].bytes());  // only what was stretched needs a sum
    } else {
      CHECK(work.written.value() >= total_bytes(with_gradients(site.inputs)));
    }
  });
}

TEST_CASE("a product computes only the gradients that are wanted", "[ops]") {
  for (const std::string_view name : {"matmul", "mul", "div", "sub"}) {
    OpPlace place = place_of(*find_op(name), 3);
    const Work both = place.work(Pass::kDgrad);
    place.want_gradient(1, false);
    const Work first = place.work(Pass::kDgrad);
    CHECK(first.written == place.site().inputs[0].bytes());
    CHECK(first.flops() < both.flops());
    place.want_gradient(0, false);
    CHECK(place.kernels(Pass::kDgrad).empty());
  }
}

TEST_CASE("an op is found by its name, and equals itself alone", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    CHECK(find_op(entry.name) == &entry);
    CHECK(name_of(entry.prototype) == entry.name);
    CHECK(!entry.summary.empty());
    const Op op = place_of(entry, seed).op();
    CHECK((op == Op(op)));
    CHECK((find_op("relu")->prototype == op) == (entry.name == "relu"));
  });
  CHECK(find_op("rleu") == nullptr);
}

}  // namespace
}  // namespace ridgepoint
