// What must hold for every op, over random valid shapes.

#include <cmath>
#include <optional>

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
  if (is_one_of<RoiAlign, RelativeBias>(place.op())) return 0;
  if (reads_rows(place.op())) return total_bytes(site.inputs) - total_bytes(with_gradients(site.inputs));
  return total_bytes(site.inputs) + parameter_bytes(place, !site.training());
}

// The cache of earlier tokens stays where it is.
double compulsory_write(const OpPlace& place) {
  return total_bytes(is_one_of<KvCache>(place.op()) ? place.site().inputs : place.site().outputs);
}

bool is_comparison(const Op& op) {
  const auto* binary = std::get_if<Binary>(&op);
  return binary != nullptr && binary->f().comparison;
}

// What has a format of its own: indices, bytes of a comparison, what a cast makes.
bool has_own_format(const Op& op) { return is_one_of<ArgMax, Cast, Quantize>(op) || is_comparison(op); }

double scale_bytes(const Site& site, std::int64_t group) {
  return 2.0 * (group == 0 ? 1.0 : static_cast<double>(site.in().elements()) / static_cast<double>(group));
}

double max_index_bytes(const Op& op, const Site& site) {
  const auto reduces = [&](Reduction reduce) {
    return reduce == Reduction::kMax ? 8.0 * static_cast<double>(site.out().elements()) : 0;
  };
  if (const auto* pool = std::get_if<Pooling>(&op)) return reduces(pool->reduce);
  if (const auto* pool = std::get_if<AdaptivePool>(&op)) return reduces(pool->reduce);
  if (const auto* pool = std::get_if<GlobalPool>(&op)) return reduces(pool->reduce);
  return 0;
}

// Statistics of attention, scores of an indexer, indices of experts.
std::optional<double> fixed_sequence_bytes(const OpPlace& place, Pass pass) {
  const Site site = place.site();
  const Op& op = place.op();
  const auto queries = static_cast<double>(site.in().rows());
  if (const auto* attention = std::get_if<FusedAttention>(&op)) {
    const bool statistics = pass == Pass::kDgrad || (pass == Pass::kWgrad && attention->sinks);
    return statistics ? 4.0 * queries * static_cast<double>(attention->heads) : 0;
  }
  if (const auto* latent = std::get_if<LatentAttention>(&op)) {
    return pass == Pass::kDgrad ? 4.0 * queries * static_cast<double>(latent->heads) : 0;
  }
  if (const auto* indexer = std::get_if<Indexer>(&op)) {
    if (pass == Pass::kDgrad) return 4.0 * queries * static_cast<double>(indexer->heads);
    const double pairs = std::get<Attention>(place.kernels(Pass::kFprop).front()).pairs();
    return 8.0 * pairs * static_cast<double>(site.in()[0]) + total_bytes(site.outputs);
  }
  if (is_one_of<Route>(op)) return site.outputs[1].bytes().value();
  if (is_one_of<Dispatch>(op)) return site.inputs[1].bytes().value();
  return std::nullopt;
}

// Bytes whose width does not follow the tensors' format: ids, graph structure, angles, statistics, boxes, masks, and
// indices of maxima.
double fixed_bytes(const OpPlace& place, Pass pass) {
  const Site site = place.site();
  const Op& op = place.op();
  const bool backward = pass == Pass::kDgrad;
  const auto elements = static_cast<double>(site.in().elements());
  if (has_own_format(op)) {
    const auto* quantize = std::get_if<Quantize>(&op);
    return site.outputs[0].bytes().value() + (quantize == nullptr ? 0 : scale_bytes(site, quantize->group));
  }
  if (const auto* rope = std::get_if<Rope>(&op)) {
    return 4.0 * static_cast<double>(site.in()[-2] * rope->head_dim) * rope->part();
  }
  if (const std::optional<double> fixed = fixed_sequence_bytes(place, pass)) return *fixed;
  if (const auto* back = std::get_if<Dequantize>(&op)) return elements + scale_bytes(site, back->group);
  if (is_one_of<TopK>(op)) return site.outputs[1].bytes().value();
  if (is_one_of<RoiAlign>(op)) return 20.0 * static_cast<double>(site.out()[0]);
  if (is_one_of<CrossEntropy>(op)) return static_cast<double>(site.in(1).elements()) * (backward ? 12 : 8);
  if (is_one_of<Select>(op)) return elements * (backward ? 2 : 1);
  if (is_one_of<Dropout>(op)) return elements;
  return backward ? max_index_bytes(op, site) : 0;
}

TEST_CASE("every op gives tensors that exist", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const OpPlace place = place_of(entry, seed);
    REQUIRE(!place.site().outputs.empty());
    for (const TensorType& output : place.site().outputs) {
      CHECK(output.shape.elements() >= 1);
      const bool second = &output != &place.site().outputs[0];
      const bool indices = (is_one_of<TopK, Route>(place.op()) && second) || is_one_of<Indexer>(place.op()) ||
                           category_of(place.op()) == Category::kDataPreparation;
      CHECK((output.dtype == DType::kFp16) != (indices || has_own_format(place.op())));
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
    if (fusion_role(place.op(), phase) == FusionRole::kView || is_one_of<Expand>(place.op())) {
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
    if (is_one_of<Constant>(place.op())) {  // those who read it write its gradient
      CHECK(work.empty());
      return;
    }
    const double least =
        is_table(place.op()) ? 2.0 * static_cast<double>(place.site().out().back()) : parameter_bytes(place, false);
    CHECK(work.written.value() >= least * (1 - 1e-12));
    if (!learns) CHECK(work.empty());
  });
}

// Views, a sum and a bias hand their output's gradient on, rounding too; ids, comparisons and choices have none.
bool hands_gradient_on(const Op& op, const Site& site) {
  if (is_comparison(op)) return true;
  if (const auto* sum = std::get_if<Binary>(&op)) {
    return sum->f().name == "add" && site.in(0).elements() == site.in(1).elements();
  }
  if (is_one_of<Split>(op)) return false;  // the gradients of its parts are joined
  if (const auto* bias = std::get_if<RelativeBias>(&op)) return bias->entries > 0;
  if (with_gradients(site.inputs).empty() || category_of(op) == Category::kDataPreparation) return true;
  return is_one_of<Bias, LearnedAdd, KvCache, ArgMax, Nms, Quantize, Dequantize>(op) ||
         fusion_role(op, site.phase) == FusionRole::kView;
}

// Of the inputs that can have one: no condition, no class indices.
double gradient_bytes(Inputs inputs) {
  double total = 0;
  for (const TensorType& input : inputs) total += input.dtype == DType::kFp16 ? input.bytes().value() : 0;
  return total;
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
      // Of a table of biases only what was read has one.
      CHECK(work.written.value() >= (is_one_of<RelativeBias>(place.op()) ? 0 : gradient_bytes(site.inputs)));
    }
  });
}

TEST_CASE("a product computes only the gradients that are wanted", "[ops]") {
  for (const std::string_view name : {"matmul", "mul", "div", "sub", "maximum", "mse"}) {
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

// What multiplies by learned matrices does as many multiply-adds on the way back, once for the input and once for the
// weights. Not so where both factors are inputs (bilinear), or where products of inputs stand beside those with
// weights.
TEST_CASE("the three passes of a product with weights do the same multiply-adds", "[ops]") {
  for_every_op([](const OpEntry& entry, unsigned seed) {
    const OpPlace place = place_of(entry, seed);
    const Parameters parameters = place.parameters();
    const bool weights = std::any_of(parameters.begin(), parameters.end(),
                                     [](const Parameter& p) { return p.role == ParameterRole::kWeight; });
    const double forward = place.work(Pass::kFprop).macs;
    if (!weights || forward == 0 || entry.name == "bilinear" || entry.name == "latent_attention") return;
    CHECK(place.work(Pass::kDgrad).macs == forward);
    CHECK(place.work(Pass::kWgrad).macs == forward);
  });
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
