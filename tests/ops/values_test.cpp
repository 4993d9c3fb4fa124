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
  std::set<std::size_t> ids{};  ///< the inputs that hold indices
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
      unary("shift", 1, 1, false),
      unary("erf", 1, 4),
      unary("round", 1, 1, false),
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
      // The gradient is as large as the table: its zeros are written first.
      {Embedding{.rows = 10, .dim = 4, .duplicates = Duplicates::kAtomic},
       {{2, 3}},
       {2, 3, 4},
       40,
       {0, 96 + 48, 96},
       {},
       {24, 96 + 48 + 96, 96 + 160},
       {0}},
      // 2 samples of 1 + 2 ids: one add of 4 values each.
      {EmbeddingBag{.tables = {10, 20}, .dim = 4, .lookups = {1, 2}, .duplicates = Duplicates::kAtomic},
       {{2, 3}},
       {2, 2, 4},
       120,
       {8, 96 + 48, 64},
       {},
       {24, 96 + 48 + 64, 96},
       {0}},
      // All three ids of a sample in one bag, each weighed: 3 products and 2 sums. A weight's gradient is a product of
      // two rows. Of each table's one row the gradients are summed: 6 of 2 rows, whose 2 ids are kept; before, the ids
      // are sorted with their places in one pass.
      {EmbeddingBag{.tables = {1, 1}, .dim = 4, .lookups = {1, 2}, .bag = BagOf::kSample},
       {{2, 3}, {2, 3}},
       {2, 4},
       8,
       {6 * 4 + 4 * 4, 96 + 48 + 24, 32},
       {2 * 6 * 4, 96 + 48 + 32, 24},
       {4 * 4 + 6 * 4, 96 + 96 + 96 + 24, 96 + 2 * 16 + 2 * 8},
       {0}},
      // 10 rows of 12 bytes; back into zeros.
      {GatherRows{}, {{4, 3}, {2, 5}}, {2, 5, 3}, 0, {0, 120 + 80, 120}, {30, 120 + 80 + 120, 48 + 120}, {}, {1}},
      // 2 indices for each of 2 rows: 4 values one by one.
      {IndexSelect{.axis = 1, .count = 2}, {{2, 4}}, {2, 2}, 0, {0, 16 + 16, 16}, {4, 16 + 16 + 16, 32 + 16}},
      {ScatterReduce{.rows = 3}, {{5, 2}, {5}}, {3, 2}, 0, {10, 40 + 40 + 40, 24 + 40}, {0, 40 + 40, 40}, {}, {1}},
      {Expand{.axis = 1, .length = 5}, {{2, 1, 3}}, {2, 5, 3}, 0, {}, {30, 120, 24}},
      {OneHot{.classes = 5}, {{3}}, {3, 5}, 0, {0, 24, 60}, {}, {}, {0}},
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
      // 2 queries, 2 heads and 3 points: 12 samples of 4 corners of 2 values; back the zeros of 20 values, too.
      {DeformAttention{.heads = 2, .points = 3},
       {{1, 5, 4}, {1, 2, 12}, {1, 2, 6}},
       {1, 2, 4},
       0,
       {9 * 24, 4 * (96 + 24 + 12), 4 * 8},
       {2 * 9 * 24, 2 * 4 * (96 + 24 + 12) + 2 * 4 * 8, 4 * (20 + 96 + 24 + 12)}},
      {Transpose{.axes = {1, 0}}, {{2, 3}}, {3, 2}, 0, {0, 24, 24}, {0, 24, 24}},
      {Concat{}, {{2, 3}, {2, 1}}, {2, 4}, 0, {0, 32, 32}, {0, 32, 32}},
      // Back: the zeros are written too.
      {Triangle{}, {{2, 3, 3}}, {2, 3}, 0, {0, 24, 24}, {0, 24, 72}},
  };
}

std::vector<Expected> graphs() {
  return {
      // 7 learned entries of a 5 x 4 matrix; an index each, and 5 row starts. Back by the transposed one; a value's
      // gradient is the product of two rows.
      {SparseMatmul{.rows = 5, .nonzeros = 7, .values = EntryValues::kLearned},
       {{4, 3}},
       {5, 3},
       7,
       {42, 84 + 13 * 4 + 28, 60},
       {42, 84 + 12 * 4 + 28, 48},
       {42, 84 + 84 + 13 * 4, 28}},
      // Two heads of 3 features on 7 edges.
      {SampledMatmul{.nonzeros = 7, .heads = 2},
       {{4, 6}, {5, 6}},
       {7, 2},
       0,
       {84, 168 + 168 + 12 * 4, 56},
       {2 * 84, 168 + 12 * 4 + 56 + 168 + 13 * 4 + 56, 96 + 120}},
      // Two rows of 12 bytes and two indices an edge; back, each end adds 7 rows into zeros.
      {EdgeCombine{.edges = 7},
       {{4, 3}, {5, 3}},
       {7, 3},
       0,
       {21, 14 * 12 + 14 * 4, 84},
       {42, 2 * (84 + 28 + 84), 48 + 60 + 2 * 84}},
      {EdgeSoftmax{.nodes = 3}, {{7, 2}}, {7, 2}, 0, {70, 56 + 16, 56}, {56, 112 + 16, 56}},
      {SegmentReduce{.segments = 2}, {{5, 3}}, {2, 3}, 0, {15, 60 + 24, 24}, {15, 24 + 24, 60}},
      // Edges weighed by an input, two heads: its gradient is a sampled product.
      {Aggregate{.edges = 7},
       {{4, 6}, {7, 2}},
       {4, 6},
       0,
       {84, 168 + 12 * 4 + 56, 96},
       {2 * 84, 168 + 12 * 4 + 56 + 2 * 168 + 12 * 4, 96 + 56}},
      // A mean degree of 2 for a fan-out of 3: 8 edges. They miss a node with 0.99^8, so 4 + 96 (1 - 0.99^8) = 11.4.
      {NeighborSampling{.fan_out = 3, .nodes = 100, .edges = 200},
       {{4}},
       {11},
       0,
       {0, 16 * 8 + 12 * 8, 11 * 8 + 16 * 8},
       {},
       {},
       {0}},
  };
}

std::vector<Expected> point_clouds() {
  return {
      // A distance is 3 differences, 3 squares, 2 sums.
      {FarthestPoints{.samples = 2}, {{1, 5, 3}}, {1, 2}, 0, {10 * (8 + 2), 60, 16}},
      {BallQuery{.samples = 2}, {{1, 2, 3}, {1, 5, 3}}, {1, 2, 2}, 0, {10 * (8 + 1), 24 + 60, 32}},
      {NearestNeighbors{.k = 2}, {{1, 3, 4}}, {1, 3, 2}, 0, {72 + 27, 96 + 36, 36 + 48}},
      {NearestNeighbors{.k = 2, .method = DistanceMethod::kDirect},
       {{1, 3, 4}, {1, 2, 4}},
       {1, 3, 2},
       0,
       {6 * 12, 48 + 32, 48}},
      // Two rows of 12 bytes for each of 5 points.
      {InterpolatePoints{},
       {{1, 4, 3}, {1, 5, 2}},
       {1, 5, 3},
       0,
       {45, 120 + 80 + 40, 60},
       {60, 120 + 80 + 40 + 60, 48 + 120},
       {},
       {1}},
      {KernelMap{.kernel = 3, .pairs = 5}, {{4, 3}}, {5, 2}, 0, {36, 12 * 16 + 96, 80 + 64}, {}, {}, {0}},
      // 5 pairs of rows of 12 bytes, a matrix of 3 x 2 at each of 3 taps, 5 sums of 2 values into zeros; an index of 8
      // bytes each way.
      {SparseConvolution{.out_channels = 2, .kernel = 3, .pairs = 5},
       {{4, 3}},
       {4, 2},
       18,
       {60 + 10, (60 + 40) + (60 + 72) + (40 + 40 + 40), 60 + 40 + 32 + 40},
       {60 + 15, (40 + 40) + (40 + 72) + (60 + 40 + 60), 40 + 60 + 48 + 60},
       {60, (60 + 40) + (40 + 40) + (60 + 40), 60 + 40 + 72}},
      {FactorizationMachine{}, {{2, 3, 4}}, {2, 4}, 0, {3 * 24 + 3 * 8, 96, 32}, {72, 96 + 32, 96}},
  };
}

std::vector<Expected> sequences() {
  return {
      // Keys and values of 3 tokens: 3 x 4 by 4 x 8. Then 2 heads x 9 pairs of 3 + 2; softmax takes 5 a pair.
      {LatentAttention{.heads = 2, .nope = 2, .rope = 1, .v = 2, .causal = false, .form = LatentForm::kMaterialized},
       {{1, 3, 6}, {1, 3, 5}},
       {1, 3, 4},
       32,
       {192 + 180 + 90, 4 * (12 + 32 + 18 + 30), 4 * (24 + 12)},
       {468 + 90 + 192, 4 * (18 + 30 + 24 + 6 + 24 + 32), 4 * (48 + 12)},
       {192, 4 * (24 + 12), 4 * 32}},
      // 2 heads x 9 pairs of 4, relu, weight and sum 3 a pair; 9 sums compared, written and read.
      {Indexer{.heads = 2, .top_k = 2, .causal = false},
       {{1, 3, 8}, {1, 3, 4}, {1, 3, 2}},
       {1, 3, 2},
       0,
       {144 + 54 + 9, 4 * (24 + 12 + 6 + 9), 4 * (6 + 9)},
       {432 + 54 + 36, 4 * (24 + 12 + 6 + 6 + 6), 4 * (24 + 12 + 6)}},
      // 2 chunks of 2 tokens x 2 heads: states 3 x 2 of 2, scores 2 x 2 of 3 once for both heads, outputs 2 x 2 of 2 +
      // 3;
      // the states are passed on, 2 FLOPs a value.
      {LinearAttention{.heads = 2, .key_heads = 1, .chunk = 2},
       {{1, 4, 3}, {1, 4, 3}, {1, 4, 4}},
       {1, 4, 4},
       0,
       {2 * (48 + 24 + 80) + 48, 4 * (12 + 16 + 12 + 12 + 20 + 40 + 24), 4 * (24 + 8 + 16 + 24)},
       {4 * (48 + 24 + 80) + 48, 4 * (208 + 24), 4 * (144 + 24)}},
      // 6 channels and steps of 2 states: 7 a state and 6; back 21 and 12.
      {SelectiveScan{},
       {{1, 2, 3}, {1, 2, 3}, {1, 2, 2}, {1, 2, 2}},
       {1, 2, 3},
       9,
       {6 * 20, 4 * (20 + 9), 4 * 6},
       {6 * 54, 4 * (20 + 9 + 6), 4 * 20},
       {6 * 8, 4 * (20 + 6), 4 * 9}},
      // 6 values: 23 each, back three times as much; two vectors of 2.
      {Wkv{}, {{1, 3, 2}, {1, 3, 2}}, {1, 3, 2}, 4, {6 * 23, 64, 24}, {6 * 69, 88, 48}, {6 * 4, 48, 16}},
      {CausalConv{.kernel = 3}, {{1, 4, 2}}, {1, 4, 2}, 8, {48, 64, 32}, {48, 56, 32}, {48, 64, 32}},
      // The input's product 3 x 4 by 4 x gates, then in 3 steps the state's by 2 x gates and the cell, on 6 units.
      {Rnn{.hidden = 2, .biases = 0}, {{1, 3, 4}}, {1, 3, 2}, 12, {84, 120, 72}, {90, 120, 72}, {72, 120, 48}},
      {Gru{.hidden = 2, .biases = 0}, {{1, 3, 4}}, {1, 3, 2}, 36, {306, 264, 168}, {330, 312, 120}, {216, 216, 144}},
      {Lstm{.hidden = 2}, {{1, 3, 4}}, {1, 3, 2}, 64, {402, 400, 240}, {432, 432, 144}, {312, 360, 256}},
  };
}

std::vector<Expected> mixtures_and_factors() {
  return {
      // 4 experts: softmax 5 and a comparison each; weights and 32-bit indices.
      {Route{.top_k = 2}, {{3, 4}}, {3, 2}, 0, {72, 48, 48}, {48, 72, 48}},
      {Dispatch{.experts = 4}, {{3, 5}, {3, 2}}, {6, 5}, 0, {0, 120 + 24, 120}, {30, 120 + 24 + 120, 120}},
      {GroupedLinear{.experts = 2, .out_features = 3},
       {{2, 4, 5}},
       {2, 4, 3},
       30,
       {240, 4 * (40 + 30), 96},
       {240, 4 * (24 + 30), 160},
       {240, 4 * (40 + 24), 120}},
      {Combine{}, {{6, 5}, {3, 2}}, {3, 5}, 0, {60, 120 + 24, 60}, {90, 60 + 120 + 24, 120 + 24}},
      {HeadLinear{.heads = 2, .out_features = 3}, {{2, 4}}, {2, 6}, 12, {48, 80, 48}, {48, 96, 32}, {48, 80, 48}},
      // 3 x 4 by 4 x 10, then each 2 x 5 by 5.
      {Bilinear{.out_features = 2},
       {{3, 4}, {3, 5}},
       {3, 2},
       42,
       {300, 4 * (12 + 40 + 30 + 15 + 2), 4 * (30 + 6)},
       {360, 4 * (6 + 15 + 30 + 40 + 6 + 30), 4 * (30 + 12 + 15)},
       {246, 4 * (12 + 30 + 6), 4 * (40 + 2)}},
      {Outer{}, {{3, 2}, {3, 4}}, {3, 2, 4}, 0, {48, 72, 96}, {96, 4 * (24 + 12 + 6 + 24), 4 * (6 + 12)}},
      // 12 x 2 by 2 x 4, then 8 x 6 by 6 x 2.
      {TensorTrain{.in_factors = {2, 3}, .out_factors = {2, 2}, .ranks = {{2}}},
       {{4, 6}},
       {4, 4},
       24,
       {384, 4 * (24 + 8 + 48 + 12 + 4), 4 * (48 + 16)},
       {384, 4 * (16 + 12 + 48 + 8), 4 * (48 + 24)},
       {400, 4 * (24 + 48 + 48 + 16 + 16), 4 * (8 + 12 + 4)}},
      {LearnedAdd{}, {{2, 3, 4}}, {2, 3, 4}, 12, {24, 144, 96}, {}, {24, 96, 48}},
      {LearnedTokens{}, {{2, 3, 4}}, {2, 4, 4}, 4, {0, 112, 128}, {0, 96, 96}, {8, 32, 16}},
      // Those who read it pay.
      {Constant{.shape = {3, 5}}, {{2, 3}}, {3, 5}, 15, {}, {}, {}},
      {Constant{.shape = {3, 5}, .learned = false}, {{2, 3}}, {3, 5}, 0, {}, {}, {}},
      // 6 rows of 2 values of a table of 5.
      {RelativeBias{.heads = 2, .entries = 5, .q_len = 2, .kv_len = 3},
       {{2, 3}},
       {2, 2, 3},
       10,
       {0, 48, 48},
       {},
       {12, 96, 48}},
  };
}

OpCase case_of(const Expected& expected) {
  OpCase result{expected.op, {}};
  for (std::size_t i = 0; i < expected.inputs.size(); ++i) {
    result.inputs.push_back({expected.inputs[i], expected.ids.contains(i) ? DType::kInt64 : DType::kFp32});
  }
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
  for (const auto& list : {elementwise(), products(), reductions(), lookups_and_movement(), graphs(), point_clouds(),
                           sequences(), mixtures_and_factors()}) {
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

TEST_CASE("a batch norm in training reduces each channel over the batch and space", "[ops]") {
  const OpPlace place({BatchNorm{}, {{{8, 3, 5, 7}, DType::kFp32}}}, {}, Phase::kTraining);
  for (const Pass pass : {Pass::kFprop, Pass::kDgrad, Pass::kWgrad}) {
    for (const Kernel& kernel : place.kernels(pass)) {
      CHECK(std::get<Stream>(kernel).rows == 3);
      CHECK(std::get<Stream>(kernel).cols == 8 * 5 * 7);
    }
  }
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

TEST_CASE("a window keeps its tokens, a paged cache whole pages", "[ops]") {
  const auto cache = [](KvCache op, std::int64_t tokens) {
    return OpPlace({op, {{{1, tokens, 4}, DType::kFp32}}}, {}, Phase::kDecode);
  };
  const OpPlace windowed = cache({.length = 100, .window = 8}, 1);
  CHECK(windowed.site().out() == Shape{1, 8, 4});
  CHECK(std::get<KvCache>(windowed.op()).state(windowed.site()).value() == 8 * 16);
  CHECK(cache({.length = 100, .window = 8}, 3).site().out() == Shape{1, 10, 4});  // the first new token sees 7 more
  CHECK(cache({.length = 5, .window = 8}, 1).site().out() == Shape{1, 5, 4});
  const OpPlace paged = cache({.length = 33, .page = 16}, 1);
  CHECK(std::get<KvCache>(paged.op()).state(paged.site()).value() == 48 * 16);
}

TEST_CASE("attention: what is added to scores, and where keys are", "[ops]") {
  const auto kernel = [](FusedAttention op, std::int64_t queries, std::int64_t keys) {
    const TensorType kv{{2, keys, 8}, DType::kFp32};
    return std::get<Attention>(OpPlace({op, {{{2, queries, 8}, DType::kFp32}, kv, kv}}).kernels(Pass::kFprop).front());
  };
  CHECK(kernel({.heads = 2, .alibi = true, .softcap = true}, 4, 4).score_flops == 5 + 2 + 3);
  CHECK(kernel({.heads = 2, .page = 16}, 1, 40).extra_bytes == 4 * 2 * 3);
  CHECK(kernel({.heads = 2, .causal = true, .window = 4}, 16, 16).pairs() == 1 + 2 + 3 + 4 * 13);
  CHECK(kernel({.heads = 2, .density = 0.25}, 16, 16).pairs() == 64);
  const Attention chunks = kernel({.heads = 2, .causal = true, .chunk = 4}, 16, 16);
  CHECK(static_cast<double>(chunks.batch) * chunks.pairs() == 2 * 4 * (1 + 2 + 3 + 4));
  CHECK(kernel({.heads = 2, .causal = true, .chunk = 4}, 1, 16).keys_read() == 4);
}

// DeepSeek-V3, one token against 1000: 128 heads of 576 and 512 over one latent, which is read once.
TEST_CASE("latent attention is absorbed while decoding, and one latent serves all heads", "[ops]") {
  const LatentAttention mla{.heads = 128, .nope = 128, .rope = 64, .v = 128};
  const OpCase c{mla, {{{1, 1, 128 * 192}, DType::kBf16}, {{1, 1000, 576}, DType::kBf16}}};
  const OpPlace decode(c, precision_of(DType::kBf16), Phase::kDecode);
  const Kernels kernels = decode.kernels(Pass::kFprop);
  REQUIRE(kernels.size() == 3);
  CHECK(work_of(kernels[0]).macs == 128.0 * 128 * 512);
  CHECK(work_of(kernels[1]).macs == 128.0 * 1000 * (576 + 512));
  CHECK(work_of(kernels[1]).read.value() == 2.0 * (128 * 576 + 1000 * 576));
  CHECK(work_of(kernels[2]).macs == 128.0 * 512 * 128);
  const OpPlace prefill(c, precision_of(DType::kBf16), Phase::kPrefill);
  CHECK(work_of(prefill.kernels(Pass::kFprop)[0]).macs == 1000.0 * 512 * 128 * 256);
  CHECK(work_of(prefill.kernels(Pass::kFprop)[1]).macs == 128.0 * 1000 * (192 + 128));
  OpCase sparse = c;
  sparse.inputs.push_back({{1, 1, 64}, DType::kInt32});
  const OpPlace picked(sparse, precision_of(DType::kBf16), Phase::kDecode);
  CHECK(work_of(picked.kernels(Pass::kFprop)[1]).macs == 128.0 * 64 * (576 + 512));
}

TEST_CASE("experts: what tokens need of them", "[ops]") {
  const auto active = [](std::int64_t rows) {
    const GroupedLinear experts{.experts = 8, .out_features = 3, .top_k = 2};
    return std::get<GroupedGemm>(OpPlace({experts, {{{rows, 5}, DType::kFp32}}}).kernels(Pass::kFprop)[0]).active;
  };
  CHECK(active(2) == Approx(2));
  CHECK(active(4) == Approx(8 * (1 - 0.75 * 0.75)));
  CHECK(active(20000) == Approx(8));
  CHECK(GroupedLinear{.experts = 8, .top_k = 2}.active_share() == 0.25);
  const Dispatch room{.experts = 8, .capacity_factor = 1.25};
  const OpPlace place({room, {{{100, 5}, DType::kFp32}, {{100, 2}, DType::kInt32}}});
  CHECK(place.site().out() == Shape{8, 32, 5});  // 1.25 x 200 / 8 = 31.25
}

TEST_CASE("a token updates the state of linear attention", "[ops]") {
  const LinearAttention op{.heads = 4, .key_heads = 2, .rule = StateRule::kDelta, .head_parameters = 2};
  const TensorType k{{3, 1, 2 * 8}, DType::kFp32};
  const OpPlace place({op, {k, k, {{3, 1, 4 * 16}, DType::kFp32}}}, {}, Phase::kDecode);
  const double state = 3 * 4 * 8 * 16;
  const double values = 3 * (16 + 16 + 64);
  expect({9 * state, 4 * (values + state + 8), 4 * (3 * 64 + state)}, place.work(Pass::kFprop));
  CHECK(op.state(place.site()).value() == 4 * state);
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

// 6 draws from 10 rows touch 10 (1 - 0.9^6) of them: so many gradient rows are written, and the optimizer steps.
TEST_CASE("gradients of equal ids are merged, densely or not", "[ops]") {
  const double touched = 10 * (1 - 0.531441);
  for (const bool sparse : {false, true}) {
    const Embedding table{.rows = 10, .dim = 4, .sparse = sparse};
    const OpPlace place({table, {{{2, 3}, DType::kInt64}}});
    const Work work = place.work(Pass::kWgrad);
    CHECK(work.flops().value() == Approx((6 - touched) * 4));
    CHECK(work.written.value() == Approx(96 + touched * 16 + (sparse ? touched * 8 : 160)));
    CHECK(table.updated_share(place.site()) == Approx(sparse ? touched / 10 : 1));
  }
}

TEST_CASE("a product sums the gradient of what was broadcast", "[ops]") {
  const auto dgrad = [](std::vector<Shape> shapes, std::size_t input) {
    OpPlace place({Matmul{}, {{shapes[0], DType::kFp32}, {shapes[1], DType::kFp32}}});
    place.want_gradient(1 - input, false);
    return place.work(Pass::kDgrad);
  };
  // One B for 5 A: a reduction over 5 x 2 rows, without partial sums.
  const Work shared = dgrad({{5, 2, 3}, {3, 4}}, 1);
  CHECK(shared.macs == 5 * 2 * 3 * 4);
  CHECK(shared.written.value() == 4 * 12);
  // One A for 5 B: five products of 2 x 3 values, then their sum.
  const Work stretched = dgrad({{2, 3}, {5, 3, 4}}, 0);
  CHECK(stretched.macs == 5 * 2 * 3 * 4);
  CHECK(stretched.written.value() == 5 * 24 + 24);
  CHECK(stretched.vector.value() == 5 * 6);
}

TEST_CASE("a serial stream reads from the caches again", "[ops]") {
  const OpPlace place({FarthestPoints{.samples = 4}, {{{1, 8, 3}, DType::kFp32}}});
  const Work work = place.work(Pass::kFprop);
  CHECK(work.read.value() == 96);
  CHECK(work.l2.value() == 4 * 96 + 32);
}

TEST_CASE("a graph beyond 31 bits has 64-bit indices", "[ops]") {
  const auto read = [](std::int64_t edges) {
    return OpPlace({Aggregate{.edges = edges}, {{{1000, 1}, DType::kFp32}}}).work(Pass::kFprop).read.value();
  };
  const std::int64_t limit = std::int64_t{1} << 31;
  CHECK(read(limit - 1) == 4.0 * (limit - 1) + 4.0 * (limit - 1 + 1001));
  CHECK(read(limit) == 4.0 * limit + 8.0 * (limit + 1001));
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
