// Every op once with numbers counted by hand. All tensors are fp32: 4 bytes a value; ids take 8.

#include <set>

#include "tests/catch.hpp"
#include "tests/ops/sites.hpp"

namespace ridgepoint {
namespace {

struct Amount {
  double flops = 0;
  double read = 0;
  double written = 0;
};

struct Expected {
  Op op;
  std::vector<Shape> inputs;
  Shape output;
  double parameters = 0;
  Amount fprop;
  Amount dgrad{};
  Amount wgrad{};
};

// The element-wise functions over 2 x 4 values: FLOPs a value there and back, and whether the gradient reads a tensor
// besides dY.
Expected unary(std::string_view name, double flops, double backward, bool reads_more = true) {
  return {
      find_op(name)->prototype, {{2, 4}}, {2, 4}, 0, {8 * flops, 32, 32}, {8 * backward, reads_more ? 64.0 : 32.0, 32}};
}

std::vector<Expected> elementwise() {
  return {
      unary("relu", 1, 1),
      unary("leaky_relu", 2, 2),
      unary("relu6", 2, 2),
      unary("elu", 4, 3),
      unary("selu", 5, 4),
      unary("gelu", 5, 9),
      unary("gelu_tanh", 8, 13),
      unary("silu", 4, 7),
      unary("mish", 5, 12),
      unary("sigmoid", 3, 3),
      unary("tanh", 1, 3),
      unary("hard_sigmoid", 4, 3),
      unary("hard_swish", 5, 5),
      unary("hard_tanh", 2, 2),
      unary("softplus", 3, 4),
      unary("sin", 1, 2),
      unary("cos", 1, 2),
      unary("rsqrt", 1, 4),
      unary("reciprocal", 1, 3),
      unary("pow", 3, 5),
      unary("square", 1, 2),
      unary("abs", 1, 1),
      unary("clip", 2, 2),
      unary("neg", 1, 1, false),
      unary("exp", 1, 1),
      unary("log", 1, 1),
      unary("sqrt", 1, 2),
      unary("scale", 1, 1, false),
      // b is stretched: its gradient is a sum over the rows; a's is dY itself.
      {find_op("add")->prototype, {{2, 4}, {4}}, {2, 4}, 0, {8, 48, 32}, {8, 32, 16}},
      {find_op("sub")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 32}, {16, 64, 64}},
      // Each gradient reads dY and the other input.
      {find_op("mul")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 32}, {16, 128, 64}},
      {find_op("div")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 32}, {48, 128, 64}},
      // Each gradient reads dY and both inputs, to know which one won.
      {find_op("maximum")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 32}, {32, 192, 64}},
      {find_op("minimum")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 32}, {32, 192, 64}},
      // One byte a value.
      {find_op("greater")->prototype, {{2, 4}, {4}}, {2, 4}, 0, {8, 48, 8}},
      {find_op("less")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 8}},
      {find_op("equal")->prototype, {{2, 4}, {2, 4}}, {2, 4}, 0, {8, 64, 8}},
      // Back: dY and the condition for each side; b's is summed over the rows.
      {Select{}, {{2, 4}, {2, 4}, {4}}, {2, 4}, 0, {8, 32 + 32 + 16, 32}, {8 + 16, 64 + 64, 32 + 16}},
      {Prelu{}, {{2, 4}}, {2, 4}, 1, {16, 36, 32}, {16, 68, 32}, {24, 64, 4}},
      {LayerScale{.axis = 0}, {{2, 4}}, {2, 4}, 2, {8, 40, 32}, {8, 40, 32}, {16, 64, 8}},
      // A mask of one byte a value.
      {Dropout{}, {{2, 4}}, {2, 4}, 0, {16, 32, 32 + 8}, {16, 32 + 8, 32}},
      {DropPath{}, {{2, 4}}, {2, 4}, 0, {8, 32, 32}, {8, 32, 32}},
      // One scale of two bytes.
      {Quantize{}, {{2, 4}}, {2, 4}, 0, {32, 34, 8}},
      {Dequantize{.group = 4}, {{2, 4}}, {2, 4}, 0, {16, 32 + 4, 32}},
      // silu is 4, times up is 1; back: silu again 4, its derivative 7, two products.
      {Gated{}, {{2, 4}, {2, 4}}, {2, 4}, 0, {40, 64, 32}, {104, 96, 64}},
      {Bias{}, {{2, 4}}, {2, 4}, 4, {8, 48, 32}, {}, {8, 32, 16}},
      // 6 FLOPs a pair; 2 positions x 4 angles.
      {Rope{.head_dim = 4}, {{1, 2, 8}}, {1, 2, 8}, 0, {48, 64 + 32, 64}, {48, 64 + 32, 64}},
  };
}

std::vector<Expected> products() {
  return {
      // 2 x 3 by 3 x 5; the bias gradient is a sum over 2 x 5.
      {Linear{.out_features = 5},
       {{2, 3}},
       {2, 5},
       20,
       {60, 4 * (6 + 15 + 5), 40},
       {60, 4 * (10 + 15), 24},
       {60 + 10, 4 * (10 + 6) + 40, 4 * (15 + 5)}},
      // dA = dC B^T and dB = A^T dC, each as large as the product.
      {Matmul{},
       {{2, 3, 4}, {2, 4, 5}},
       {2, 3, 5},
       0,
       {240, 4 * (24 + 40), 120},
       {480, 4 * (30 + 40) + 4 * (24 + 30), 4 * (24 + 40)}},
      // 6 x 3 x 3 outputs, each of 2 channels x 9 taps.
      {Convolution{.out_channels = 6, .kernel = {{3}}, .stride = {{2}}, .padding = {.extents = {{1}}}, .groups = 2},
       {{1, 4, 5, 5}},
       {1, 6, 3, 3},
       6 * 2 * 9 + 6,
       {2 * 54 * 18, 4 * (100 + 108 + 6), 4 * 54},
       {2 * 54 * 18, 4 * (54 + 108), 4 * 100},
       {2 * 54 * 18, 4 * (100 + 54), 4 * (108 + 6)}},
      // 4 inputs of 2 channels, each times 3 filters of 4 taps; the bias is added in the pass forward.
      {ConvTranspose{.out_channels = 3, .kernel = {{2}}, .stride = {{2}}},
       {{1, 2, 2, 2}},
       {1, 3, 4, 4},
       2 * 3 * 4 + 3,
       {2 * 4 * 2 * 3 * 4, 4 * (8 + 24 + 3), 4 * 48},
       {2 * 4 * 2 * 3 * 4, 4 * (48 + 24), 4 * 8},
       {2 * 4 * 2 * 3 * 4, 4 * (8 + 48), 4 * (24 + 3)}},
      // 4 pixels x 1 tap x 2 channels: 4 corners of 2 values each, 8 offsets, 4 values of a mask; then 4 x 2 by 2 x 3.
      // Back: dY W; zeros for x, then a product more and the corners' sums; the corners again for offsets and mask.
      {DeformConv{.out_channels = 3, .kernel = {{1}}, .bias = false},
       {{1, 2, 2, 2}, {1, 2, 2, 2}, {1, 1, 2, 2}},
       {1, 3, 2, 2},
       6,
       {8 * 8 + 48, 4 * (32 + 12) + 4 * (8 + 6), 4 * 8 + 4 * 12},
       {48 + 2 * 8 * 8, 4 * (12 + 6) + 4 * (32 + 8) + 4 * (32 + 24 + 8), 4 * 8 + 4 * 8 + 4 * 32 + 4 * 12},
       {8 * 8 + 48, 4 * (32 + 12) + 4 * (12 + 8), 4 * 8 + 4 * 6}},
      // 2 heads x 6 pairs of width 4, twice; softmax takes 5 a pair. Back: five products, 2 x 3 statistics.
      {FusedAttention{.heads = 2, .kv_heads = 1, .causal = true},
       {{1, 3, 8}, {1, 3, 4}, {1, 3, 4}},
       {1, 3, 8},
       0,
       {2 * 12 * 8 + 5 * 12, 4 * (24 + 12 + 12), 4 * 24},
       {2 * 12 * 20 + 5 * 12, 4 * (24 + 24 + 24 + 24) + 4 * 6, 4 * (24 + 24)}},
      // 7 edges of 3 features; an index and a weight an edge, 5 row starts.
      {Aggregate{.edges = 7, .weighted = true},
       {{4, 3}},
       {4, 3},
       0,
       {42, 4 * 21 + 7 * 8 + 5 * 4, 48},
       {42, 4 * 21 + 7 * 8 + 5 * 4, 48}},
  };
}

std::vector<Expected> reductions() {
  return {
      // 8 windows of 4; back: which of 4 won, as 8 indices of 8 bytes.
      {Pooling{.kernel = {{2}}, .stride = {{2}}}, {{1, 2, 4, 4}}, {1, 2, 2, 2}, 0, {32, 128, 32}, {32, 32 + 64, 128}},
      // Windows of 2 and 3 rows of 5 (which overlap) by the whole of 4 columns.
      {AdaptivePool{.output = {{2, 1}}}, {{1, 1, 5, 4}}, {1, 1, 2, 1}, 0, {24, 80, 8}, {20, 8, 80}},
      {GlobalPool{.reduce = Reduction::kMax}, {{1, 2, 3}}, {1, 2}, 0, {6, 24, 8}, {6, 8 + 16, 24}},
      {TopK{.k = 2}, {{2, 4}}, {2, 2}, 0, {8, 32, 16 + 32}, {0, 16 + 32, 32}},
      {ArgMax{}, {{2, 4}}, {2}, 0, {8, 32, 16}},
      // 3 pairs.
      {Nms{.keep = 2}, {{3, 4}}, {2, 4}, 0, {39, 48, 32}},
      {Reduce{}, {{2, 3, 4}}, {2, 3}, 0, {24, 96, 24}, {24, 24, 96}},
      {GroupNorm{.groups = 2}, {{2, 4, 2}}, {2, 4, 2}, 8, {128, 64 + 32, 64}, {160, 128 + 32, 64}, {64, 128, 32}},
      {InstanceNorm{}, {{2, 4, 2}}, {2, 4, 2}, 0, {128, 64, 64}, {160, 128, 64}},
      // 5 for the window and 7; back 10 and 12.
      {LocalResponseNorm{}, {{2, 4}}, {2, 4}, 0, {96, 32, 32}, {176, 64, 32}},
      {LogSoftmax{}, {{2, 4}}, {2, 4}, 0, {40, 32, 32}, {32, 64, 32}},
      // 2 targets of 8 bytes; back the logarithms of 2 sums.
      {CrossEntropy{}, {{2, 4}, {2}}, {}, 0, {32, 32 + 16, 4}, {32, 32 + 16 + 8, 32}},
      // Both inputs have a gradient here.
      {find_op("mse")->prototype, {{2, 4}, {2, 4}}, {}, 0, {24, 64, 4}, {32, 128, 64}},
      {find_op("l1")->prototype, {{2, 4}, {2, 4}}, {}, 0, {24, 64, 4}, {32, 128, 64}},
      {find_op("smooth_l1")->prototype, {{2, 4}, {2, 4}}, {}, 0, {56, 64, 4}, {80, 128, 64}},
      {find_op("bce")->prototype, {{2, 4}, {2, 4}}, {}, 0, {64, 64, 4}, {80, 128, 64}},
      {find_op("bce_with_logits")->prototype, {{2, 4}, {2, 4}}, {}, 0, {72, 64, 4}, {80, 128, 64}},
      {LayerNorm{}, {{2, 4}}, {2, 4}, 8, {64, 32 + 32, 32}, {80, 32 + 32 + 32, 32}, {32, 64, 32}},
      {RmsNorm{}, {{2, 4}}, {2, 4}, 4, {32, 32 + 16, 32}, {56, 32 + 32 + 16, 32}, {24, 64, 16}},
      // In training x is read for the statistics and again.
      {BatchNorm{},
       {{2, 3, 2, 2}},
       {2, 3, 2, 2},
       6,
       {192, 96 + 96 + 4 * 12, 96},
       {240, 96 + 96 + 24, 96},
       {96, 192, 24}},
      {Softmax{}, {{2, 4}}, {2, 4}, 0, {40, 32, 32}, {32, 64, 32}},
  };
}

std::vector<Expected> lookups_and_movement() {
  return {
      // 6 rows of 16 bytes; back: reads dY and the rows, adds 24 values, writes the rows.
      {Embedding{.rows = 10, .dim = 4}, {{2, 3}}, {2, 3, 4}, 40, {0, 96 + 48, 96}, {}, {24, 96 + 48 + 96, 96}},
      // 2 samples of 1 + 2 ids: one add of 4 values each.
      {EmbeddingBag{.tables = {10, 20}, .dim = 4, .lookups = {1, 2}},
       {{2, 3}},
       {2, 2, 4},
       120,
       {8, 96 + 48, 64},
       {},
       {24, 96 + 48 + 64, 96}},
      {KvCache{.length = 5}, {{1, 2, 4}}, {1, 5, 4}, 0, {}},
      {Reshape{.shape = {-1, 2}}, {{3, 4}}, {6, 2}, 0, {}},
      {Flatten{}, {{2, 3, 4}}, {2, 12}, 0, {}},
      {Slice{.axis = 1, .start = 1, .length = 2}, {{2, 4}}, {2, 2}, 0, {}},
      // Free there; back one copy joins the gradients.
      {Split{.parts = 2}, {{2, 4}}, {2, 2}, 0, {}, {0, 32, 32}},
      {Pad{.before = {1}}, {{2, 4}}, {2, 6}, 0, {0, 32, 48}, {0, 32, 32}},
      {Roll{.axes = {1}, .shifts = {1}}, {{2, 4}}, {2, 4}, 0, {0, 32, 32}, {0, 32, 32}},
      {PixelShuffle{.factor = 2}, {{1, 4, 2, 3}}, {1, 1, 4, 6}, 0, {0, 96, 96}, {0, 96, 96}},
      {PixelUnshuffle{.factor = 2}, {{1, 1, 4, 6}}, {1, 4, 2, 3}, 0, {0, 96, 96}, {0, 96, 96}},
      {ChannelShuffle{.groups = 2}, {{1, 4, 2}}, {1, 4, 2}, 0, {0, 32, 32}, {0, 32, 32}},
      // Four taps: four products, three sums.
      {Resize{.mode = Interpolation::kLinear, .scale = {{2}}},
       {{1, 1, 2, 2}},
       {1, 1, 4, 4},
       0,
       {112, 16, 64},
       {128, 64, 16}},
      {Im2col{.kernel = {{2}}}, {{1, 2, 3, 3}}, {1, 8, 4}, 0, {0, 72, 128}, {32, 128, 72}},
      {Cast{.dtype = DType::kFp16}, {{2, 4}}, {2, 4}, 0, {0, 32, 16}, {0, 16, 32}},
      // 2 boxes x 1 value x 4 points x 4 corners of 3 channels; 5 numbers a box.
      {RoiAlign{.rois = 2, .output = {{1}}},
       {{1, 3, 4, 4}},
       {2, 3, 1, 1},
       0,
       {8 * 24, 4 * 96 + 40, 24},
       {8 * 24, 4 * 96 + 40 + 24, 192 + 4 * 96}},
      {Transpose{.axes = {1, 0}}, {{2, 3}}, {3, 2}, 0, {0, 24, 24}, {0, 24, 24}},
      {Concat{}, {{2, 3}, {2, 1}}, {2, 4}, 0, {0, 32, 32}, {0, 32, 32}},
      // Back: the zeros are written too.
      {Triangle{}, {{2, 3, 3}}, {2, 3}, 0, {0, 24, 24}, {0, 24, 72}},
  };
}

OpCase case_of(const Expected& expected) {
  const bool ids = std::holds_alternative<Embedding>(expected.op) || std::holds_alternative<EmbeddingBag>(expected.op);
  OpCase result{expected.op, {}};
  for (const Shape& shape : expected.inputs) result.inputs.push_back({shape, ids ? DType::kInt64 : DType::kFp32});
  if (std::holds_alternative<CrossEntropy>(expected.op)) result.inputs[1].dtype = DType::kInt64;
  return result;
}

void expect(const Amount& amount, const Work& work) {
  CHECK(work.flops().value() == amount.flops);
  CHECK(work.read.value() == amount.read);
  CHECK(work.written.value() == amount.written);
}

TEST_CASE("every op costs what a hand count says", "[ops]") {
  std::set<std::string_view> covered;
  for (const auto& list : {elementwise(), products(), reductions(), lookups_and_movement()}) {
    for (const Expected& expected : list) {
      INFO(name_of(expected.op));
      const OpPlace place(case_of(expected));
      CHECK(place.site().out() == expected.output);
      double parameters = 0;
      for (const Parameter& p : place.parameters()) {
        if (p.role != ParameterRole::kBuffer) parameters += static_cast<double>(p.count);
      }
      CHECK(parameters == expected.parameters);
      expect(expected.fprop, place.work(Pass::kFprop));
      expect(expected.dgrad, place.work(Pass::kDgrad));
      expect(expected.wgrad, place.work(Pass::kWgrad));
      covered.insert(name_of(expected.op));
    }
  }
  for (const OpEntry& entry : op_entries()) {
    INFO(entry.name << " has no hand count");
    CHECK(covered.contains(entry.name));
  }
}

TEST_CASE("a batch norm with running statistics is a scale and a shift", "[ops]") {
  const OpPlace place({BatchNorm{}, {{{2, 3, 2, 2}, DType::kFp32}}}, {}, Phase::kInference);
  expect({48, 96 + 4 * 12, 96}, place.work(Pass::kFprop));
}

TEST_CASE("a cache is written where tokens are kept, and kept in its own format", "[ops]") {
  Precision precision;
  precision.kv_cache = DType::kFp8E4m3;
  const OpCase cache{KvCache{.length = 5}, {{{1, 2, 4}, DType::kFp32}}};
  for (const Phase phase : {Phase::kPrefill, Phase::kDecode}) {
    const OpPlace place(cache, precision, phase);
    expect({0, 32, 8}, place.work(Pass::kFprop));
    CHECK(std::get<KvCache>(place.op()).state(place.site()).value() == 5 * 4);
  }
}

TEST_CASE("what the backward pass needs is kept", "[ops]") {
  const auto saved = [](Op op, std::vector<Shape> shapes) {
    OpCase c{std::move(op), {}};
    for (Shape& shape : shapes) c.inputs.push_back({std::move(shape), DType::kFp32});
    const OpPlace place(c);
    return std::visit([&](const auto& self) { return self.saved(place.site()); }, place.op());
  };
  CHECK(saved(Linear{.out_features = 3}, {{2, 4}}).inputs);
  CHECK(saved(find_op("relu")->prototype, {{2, 4}}).output);
  CHECK(saved(find_op("gelu")->prototype, {{2, 4}}).inputs);
  const Saved scale = saved(find_op("scale")->prototype, {{2, 4}});
  CHECK((!scale.inputs && !scale.output));
  CHECK(saved(Softmax{}, {{2, 4}}).output);
  CHECK(saved(LayerNorm{}, {{2, 4}}).extra.value() == 2 * 2 * 4);
  CHECK(saved(RmsNorm{}, {{2, 4}}).extra.value() == 2 * 4);
  CHECK(saved(BatchNorm{}, {{2, 4}}).extra.value() == 2 * 4 * 4);
  CHECK(saved(Pooling{.kernel = {{2}}}, {{1, 1, 2, 2}}).extra.value() == 8);
  CHECK(saved(GlobalPool{.reduce = Reduction::kMax}, {{1, 3, 2, 2}}).extra.value() == 3 * 8);
  CHECK(saved(Dropout{}, {{2, 4}}).extra.value() == 8);
  CHECK(saved(TopK{.k = 2}, {{2, 4}}).extra.value() == 2 * 2 * 8);
  CHECK(saved(GroupNorm{.groups = 2}, {{3, 4, 5}}).extra.value() == 2 * 3 * 2 * 4);
  CHECK(saved(Reduce{.reduce = Reducer::kL2}, {{2, 4}}).inputs);
  CHECK(!saved(Reduce{.reduce = Reducer::kSum}, {{2, 4}}).inputs);
  CHECK(saved(FusedAttention{.heads = 2}, {{1, 3, 8}, {1, 3, 8}, {1, 3, 8}}).extra.value() == 3 * 2 * 4);
  CHECK(!saved(find_op("add")->prototype, {{2, 4}, {2, 4}}).inputs);
  CHECK(saved(find_op("mul")->prototype, {{2, 4}, {2, 4}}).inputs);
}

// 4 draws from 2 rows miss one of them with probability 1/16: 2 (1 - 1/16). The larger table: 10 (1 - 0.9^4).
TEST_CASE("a training step updates the rows that the batch touches", "[ops]") {
  const EmbeddingBag bag{.tables = {2, 10}, .dim = 4};
  const OpPlace place({bag, {{{4, 2}, DType::kInt64}}});
  CHECK(bag.updated_share(place.site()) == Approx((2 * (1 - 1.0 / 16) + 10 * (1 - 0.6561)) / 12));
  CHECK(expected_distinct(1, 5) == 1);
  CHECK(expected_distinct(1e9, 1e3) == Approx(1e3).epsilon(1e-5));
}

TEST_CASE("special functions are counted apart", "[ops]") {
  const auto special = [](std::string_view name) {
    const std::vector<TensorType> inputs(name == "div" || name == "gated" ? 2 : 1, {{2, 4}, DType::kFp32});
    return OpPlace({find_op(name)->prototype, inputs}).work(Pass::kFprop).special.value() / 8;
  };
  for (const std::string_view one : {"gelu", "gelu_tanh", "tanh", "exp", "log", "sqrt", "softmax", "div"}) {
    INFO(one);
    CHECK(special(one) == 1);
  }
  for (const std::string_view two : {"silu", "sigmoid", "gated"}) CHECK(special(two) == 2);
  for (const std::string_view none : {"relu", "scale", "layer_norm", "bias"}) CHECK(special(none) == 0);
}

}  // namespace
}  // namespace ridgepoint
