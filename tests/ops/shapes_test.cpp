// Shapes that fit, and the messages of those that do not.

#include "tests/ops/sites.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

Shape output(Op op, std::vector<Shape> shapes) {
  OpCase c{std::move(op), {}};
  for (Shape& shape : shapes) c.inputs.push_back({std::move(shape), DType::kFp32});
  return OpPlace(c).site().out();
}

// "attribute: what; expected", as an op throws it.
std::string misfit(Op op, std::vector<Shape> shapes) {
  try {
    (void)output(std::move(op), std::move(shapes));
  } catch (const OpError& error) {
    return error.attribute + ": " + error.problem.what + "; " + error.problem.expected;
  }
  return "(fits)";
}

Convolution conv(std::int64_t kernel, std::int64_t stride, std::int64_t pad, std::int64_t dilation = 1) {
  return {.out_channels = 4,
          .kernel = {{kernel}},
          .stride = {{stride}},
          .padding = {.extents = {{pad}}},
          .dilation = {{dilation}}};
}

TEST_CASE("windows round as in the networks' own frameworks", "[ops]") {
  CHECK(output(conv(7, 2, 3), {{1, 3, 224, 224}}) == Shape{1, 4, 112, 112});
  CHECK(output(conv(3, 1, 2, 2), {{1, 3, 10}}) == Shape{1, 4, 10});
  CHECK(output(conv(3, 2, 0), {{1, 3, 5, 6, 7}}) == Shape{1, 4, 2, 2, 3});
  Convolution same = conv(3, 2, 0);
  same.padding.rule = Padding::Rule::kSame;
  CHECK(output(same, {{1, 3, 5, 6}}) == Shape{1, 4, 3, 3});
  same.padding.rule = Padding::Rule::kValid;
  CHECK(output(same, {{1, 3, 5, 6}}) == Shape{1, 4, 2, 2});
  const auto pool = [](std::int64_t kernel, std::int64_t stride, std::int64_t pad, bool ceil) {
    return Pooling{.kernel = {{kernel}}, .stride = {{stride}}, .padding = {.extents = {{pad}}}, .ceil_mode = ceil};
  };
  CHECK(output(pool(3, 2, 0, false), {{1, 1, 6, 6}}) == Shape{1, 1, 2, 2});
  CHECK(output(pool(3, 2, 0, true), {{1, 1, 6, 6}}) == Shape{1, 1, 3, 3});
  // A window that would start in the padding behind the input does not count (PyTorch's rule).
  CHECK(output(pool(2, 4, 1, true), {{1, 1, 6, 6}}) == Shape{1, 1, 2, 2});
}

TEST_CASE("a window can be padded differently before and behind", "[ops]") {
  Convolution causal = conv(4, 1, 0);
  causal.padding.extents = {{3, 0}};
  CHECK(output(causal, {{1, 3, 10}}) == Shape{1, 4, 10});
  causal.padding.extents = {{0, 1, 2, 1}};  // before both axes, then behind them
  CHECK(output(causal, {{1, 3, 10, 10}}) == Shape{1, 4, 9, 9});
  Pooling pool{.kernel = {{3}}, .stride = {{2}}};
  pool.padding.extents = {{0, 1}};
  CHECK(output(pool, {{1, 1, 6}}) == Shape{1, 1, 3});
}

TEST_CASE("a transposed convolution undoes a convolution's extents", "[ops]") {
  const auto transposed = [](std::int64_t kernel, std::int64_t stride, std::int64_t pad, std::int64_t extra) {
    return ConvTranspose{.out_channels = 4,
                         .kernel = {{kernel}},
                         .stride = {{stride}},
                         .padding = {.extents = {{pad}}},
                         .output_padding = {{extra}}};
  };
  CHECK(output(transposed(2, 2, 0, 0), {{1, 3, 5, 6}}) == Shape{1, 4, 10, 12});
  CHECK(output(transposed(4, 2, 1, 0), {{1, 3, 5}}) == Shape{1, 4, 10});
  CHECK(output(transposed(3, 2, 1, 1), {{1, 3, 5, 6, 7}}) == Shape{1, 4, 10, 12, 14});
  ConvTranspose same = transposed(3, 2, 0, 0);
  same.padding.rule = Padding::Rule::kSame;
  CHECK(output(same, {{1, 3, 5}}) == Shape{1, 4, 10});
}

TEST_CASE("grids are resized, split and shuffled to the extents they say", "[ops]") {
  CHECK(output(Resize{.size = {{7, 9}}}, {{1, 3, 2, 2}}) == Shape{1, 3, 7, 9});
  CHECK(output(Resize{.scale = {{2}}}, {{1, 3, 2, 5}}) == Shape{1, 3, 4, 10});
  CHECK(output(Resize{}, {{1, 3, 2, 5}, {1, 8, 13, 17}}) == Shape{1, 3, 13, 17});
  CHECK(output(AdaptivePool{.output = {{6}}}, {{1, 3, 13, 2}}) == Shape{1, 3, 6, 6});
  CHECK(output(GlobalPool{.keep = true}, {{1, 3, 13, 2}}) == Shape{1, 3, 1, 1});
  CHECK(output(PixelShuffle{.factor = 2}, {{1, 8, 3, 3, 3}}) == Shape{1, 1, 6, 6, 6});
  CHECK(output(Pad{.before = {1, 2}, .behind = {0, 3}}, {{1, 8, 8}}) == Shape{1, 9, 13});
  CHECK(output(Slice{.axis = -1, .length = 4, .step = 2}, {{3, 8}}) == Shape{3, 4});
  CHECK(output(Im2col{.kernel = {{3}}, .padding = {.extents = {{1}}}}, {{1, 3, 4, 5}}) == Shape{1, 27, 20});
  CHECK(output(RoiAlign{.rois = 10}, {{2, 8, 50, 50}, {2, 8, 25, 25}}) == Shape{20, 8, 7, 7});
  const OpPlace parts({Split{.axis = 0, .sizes = {1, 3}}, {{{4, 5}, DType::kFp32}}});
  CHECK(parts.site().out(1) == Shape{3, 5});
}

TEST_CASE("leading axes broadcast in products and sums", "[ops]") {
  CHECK(output(Matmul{}, {{5, 1, 2, 3}, {4, 3, 7}}) == Shape{5, 4, 2, 7});
  CHECK(output(Matmul{.transpose_b = true}, {{2, 3}, {7, 3}}) == Shape{2, 7});
  CHECK(output(Matmul{.transpose_b = true}, {{6, 2, 3}}) == Shape{6, 2, 2});  // a Gram matrix
  CHECK(output(find_op("add")->prototype, {{2, 1, 4}, {3, 1}}) == Shape{2, 3, 4});
}

TEST_CASE("views and copies give the extents they say", "[ops]") {
  CHECK(output(Reshape{.shape = {2, -1}}, {{4, 3}}) == Shape{2, 6});
  CHECK(output(Flatten{.start = -2}, {{2, 3, 4}}) == Shape{2, 12});
  CHECK(output(Transpose{.axes = {2, 0, 1}}, {{2, 3, 4}}) == Shape{4, 2, 3});
  CHECK(output(Concat{.axis = -1}, {{2, 3}, {2, 5}}) == Shape{2, 8});
  CHECK(output(Triangle{.diagonal = true}, {{5, 3, 3}}) == Shape{5, 6});
  CHECK(output(Reduce{.axes = {0, -1}, .keep = true}, {{2, 3, 4}}) == Shape{1, 3, 1});
  CHECK(output(Reduce{.axes = {0, 1}}, {{2, 3}}) == Shape{});
  CHECK(output(Aggregate{.edges = 9, .out_nodes = 3}, {{4, 5}}) == Shape{3, 5});
  CHECK(output(FusedAttention{.heads = 4, .kv_heads = 2}, {{1, 3, 32}, {1, 7, 16}, {1, 7, 10}}) == Shape{1, 3, 20});
}

TEST_CASE("what does not fit is said with its extents", "[ops]") {
  CHECK(misfit(Linear{}, {{}}) == ": input 0 has shape scalar; at least 1 axes");
  CHECK(misfit(Linear{}, {{2}, {2}}) == ": has 2 inputs; 1");
  CHECK(misfit(Matmul{}, {{2, 3}, {4, 5}}) == ": cannot multiply 2 x 3 by 4 x 5; the same inner extent in both");
  CHECK(misfit(find_op("mul")->prototype, {{2, 3}, {4, 3}}) ==
        ": cannot broadcast 2 x 3 with 4 x 3; extents that are equal or 1, aligned at the last axis");
  CHECK(misfit(conv(9, 1, 1), {{1, 3, 5, 5}}) ==
        "kernel: a window of 9 is larger than the padded input of 7; a window of at most 7");
  Convolution grouped = conv(1, 1, 0);
  grouped.groups = 2;
  CHECK(misfit(grouped, {{1, 3, 5, 5}}) == "groups: 2 groups do not divide 3 input channels; a divisor of 3");
  grouped.groups = 1;
  grouped.stride = {{1, 1}};
  CHECK(misfit(grouped, {{1, 3, 5}}) == "stride: has 2 numbers; one number, or 1 for the spatial axes");
  CHECK(misfit(conv(1, 1, 0), {{1, 3}}) == ": input has shape 1 x 3; [batch, channels] and one to three spatial axes");
  CHECK(misfit(FusedAttention{.heads = 3}, {{1, 2, 8}, {1, 2, 8}, {1, 2, 8}}) ==
        "heads: 3 heads do not divide the queries' width 8; a divisor of 8");
  CHECK(misfit(FusedAttention{.heads = 4, .kv_heads = 3}, {{1, 2, 8}, {1, 2, 6}, {1, 2, 6}}) ==
        "kv_heads: 3 KV heads do not divide 4 heads; a divisor of 4");
  CHECK(misfit(FusedAttention{.causal = true}, {{1, 3, 8}, {1, 2, 8}, {1, 2, 8}}) ==
        "causal: 3 queries look back on 2 keys; at least as many keys as queries");
  CHECK(misfit(Reshape{.shape = {5, -1}}, {{2, 3}}) ==
        "shape: cannot reshape 2 x 3 to 5 x -1; extents of the same product, at most one -1 and no 0");
  CHECK(misfit(Slice{.axis = 0, .start = 2, .length = 2}, {{3}}) ==
        "length: indices 2 to 3 are not in an axis of 3; a last index, start + (length - 1) step, of at most 2");
  CHECK(misfit(Transpose{.axes = {0, 0}}, {{2, 3}}) ==
        "axes: are not a permutation of the axes of 2 x 3; each axis once");
  CHECK(misfit(Softmax{}, {}) == ": has 0 inputs; 1");
  CHECK(misfit(Reduce{.axes = {2}}, {{2, 3}}) == "axes: axis 2 is out of range; an axis from -2 to 1");
  CHECK(misfit(EmbeddingBag{.tables = {4, 4}}, {{2, 3}}) ==
        "lookups: sum to 2 ids a sample, but the ids are 2 x 3; a last axis of 2");
  CHECK(misfit(KvCache{.length = 2}, {{1, 3, 4}}) ==
        "length: a cache of 2 tokens does not hold 3 new ones; at least 3");
  CHECK(misfit(Rope{.head_dim = 3}, {{1, 2, 8}}) == "head_dim: heads of 3 do not divide the width 8; a divisor of 8");
  CHECK(misfit(Rope{.head_dim = 4, .share = 1.5}, {{1, 2, 8}}) ==
        "share: the share is out of range; above 0, at most 1");
  CHECK(misfit(Gated{}, {{2, 3}, {2, 4}}) == ": gate is 2 x 3 and up is 2 x 4; two inputs of one shape");
  CHECK(misfit(Aggregate{.out_nodes = 5}, {{4, 3}}) ==
        "out_nodes: 5 nodes receive from 4; at most 4; \"spmm\" has rows of their own");
  CHECK(misfit(Triangle{}, {{2, 3}}) ==
        ": input has shape 2 x 3; square matrices of at least 2 x 2 in the last two axes");
  CHECK(misfit(Matmul{.transpose_a = true}, {{2, 3}, {3, 5}}) ==
        ": cannot multiply 2 x 3 transposed by 3 x 5; the same inner extent in both");
  CHECK(misfit(Concat{.axis = 0}, {{2, 3}, {2, 4}}) ==
        ": cannot join 2 x 3 and 2 x 4 along axis 0; the same extents in all other axes");
}

TEST_CASE("ops on grids say which attribute does not fit, and what would", "[ops]") {
  Convolution padded = conv(1, 1, 0);
  padded.padding.extents = {{1, 1, 1}};
  CHECK(misfit(padded, {{1, 3, 5, 5}}) ==
        "padding: has 3 numbers; one number, 2 for the spatial axes, or 4: all before, then all behind");
  CHECK(misfit(ConvTranspose{.kernel = {{3}}, .output_padding = {{1}}}, {{1, 3, 5}}) ==
        "output_padding: 1 is not below the stride or the dilation; at most 0");
  CHECK(misfit(ConvTranspose{.padding = {.extents = {{3}}}}, {{1, 3, 5}}) ==
        "padding: cuts 6 off an output of 5; at most 4 in all");
  CHECK(misfit(DeformConv{.kernel = {{3}}, .padding = {.extents = {{1}}}}, {{1, 4, 5, 5}, {1, 9, 5, 5}}) ==
        ": the offsets are 1 x 9 x 5 x 5; 1 x 18 x 5 x 5");
  CHECK(misfit(DeformConv{.offset_groups = 3}, {{1, 4, 5, 5}, {1, 6, 5, 5}}) ==
        "offset_groups: 3 groups do not divide 4 channels; a divisor of 4");
  CHECK(misfit(AdaptivePool{.output = {{2, 2}}}, {{1, 3, 5}}) ==
        "output: has 2 numbers; one number, or 1 for the spatial axes");
  CHECK(misfit(GroupNorm{.groups = 3}, {{1, 4, 5, 5}}) == "groups: 3 groups do not divide 4 channels; a divisor of 4");
  CHECK(misfit(LayerNorm{.axes = 3}, {{1, 4}}) == "axes: 3 axes of 1 x 4; at most 2");
  CHECK(misfit(TopK{.k = 5}, {{2, 4}}) == "k: 5 values of an axis of 4; at most 4");
  CHECK(misfit(ArgMax{.axis = 2}, {{2, 4}}) == "axis: axis 2 is out of range; an axis from -2 to 1");
  CHECK(misfit(find_op("mse")->prototype, {{2, 4}, {4}}) == ": x is 2 x 4 and target is 4; two inputs of one shape");
  CHECK(misfit(Split{.parts = 3}, {{2, 4}}) == "parts: 3 parts do not divide an axis of 4; a divisor of 4");
  CHECK(misfit(Split{.sizes = {1, 2}}, {{2, 4}}) == "sizes: sum to 3, but the axis has 4; sizes that sum to 4");
  CHECK(misfit(Split{}, {{2, 4}}) == "parts: needs either parts or sizes; one of the two");
  CHECK(misfit(Pad{.before = {1, 1, 1}}, {{2, 4}}) == "before: has 3 numbers for 2 x 4; at most 2");
  CHECK(misfit(Pad{.before = {1, 1}, .behind = {1}}, {{2, 4}}) == "behind: has 1 numbers; 2, as before has");
  CHECK(misfit(Roll{.axes = {1}, .shifts = {1, 2}}, {{2, 4}}) == "shifts: 2 shifts for 1 axes; one for each axis");
  CHECK(misfit(PixelShuffle{.factor = 2}, {{1, 6, 2, 2}}) ==
        "factor: 2 does not divide the channels of 1 x 6 x 2 x 2; channels that hold all values of an output square");
  CHECK(misfit(ChannelShuffle{.groups = 4}, {{1, 6, 2, 2}}) ==
        "groups: 4 groups do not divide 6 channels; a divisor of 6");
  CHECK(misfit(Resize{}, {{1, 6, 2, 2}}) == ": has no extents to resize to; size, scale or a second input");
  CHECK(misfit(Dropout{.rate = 1}, {{2}}) == "rate: the rate is out of range; from 0 to below 1");
  CHECK(misfit(Nms{.keep = 9}, {{8, 4}}) == "keep: 9 of 8 boxes remain; at most 8");
}

}  // namespace
}  // namespace ridgepoint
