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
        "length: indices 2 to 3 are not in an axis of 3; start + length of at most 3");
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

// The same with the inputs `ids` holding indices.
std::string misfit(Op op, std::vector<Shape> shapes, std::size_t ids) {
  OpCase c{std::move(op), {}};
  for (Shape& shape : shapes) {
    c.inputs.push_back({std::move(shape), c.inputs.size() == ids ? DType::kInt64 : DType::kFp32});
  }
  try {
    return to_string(OpPlace(c).site().out());
  } catch (const OpError& error) {
    return error.attribute + ": " + error.problem.what + "; " + error.problem.expected;
  }
}

TEST_CASE("vectors and transposed factors multiply as in numpy", "[ops]") {
  CHECK(output(Matmul{}, {{3}, {3}}) == Shape{});
  CHECK(output(Matmul{}, {{5, 2, 3}, {3}}) == Shape{5, 2});
  CHECK(output(Matmul{}, {{3}, {5, 3, 7}}) == Shape{5, 7});
  CHECK(output(Matmul{.transpose_a = true}, {{4, 3, 2}, {3, 7}}) == Shape{4, 2, 7});
}

TEST_CASE("lookups give rows where the ids stand", "[ops]") {
  CHECK(misfit(GatherRows{}, {{9, 4, 5}, {2, 3}}, 1) == "2 x 3 x 4 x 5");
  CHECK(misfit(GatherRows{.batch_dims = 1}, {{2, 9, 5}, {2, 3, 7}}, 1) == "2 x 3 x 7 x 5");
  CHECK(misfit(IndexSelect{.axis = -1}, {{2, 9}, {7}}, 1) == "2 x 7");
  CHECK(misfit(ScatterReduce{.rows = 4}, {{7, 3, 5}, {7, 3}}, 1) == "4 x 5");
  CHECK(misfit(SegmentReduce{.segments = 4}, {{7, 3}}, 9) == "4 x 3");
  CHECK(misfit(EmbeddingBag{.tables = {5, 6}, .dim = 8, .bag = BagOf::kSample}, {{3, 2}}, 0) == "3 x 8");
  CHECK(misfit(EdgeCombine{.edges = 9, .combine = EdgeFunction::kConcat}, {{4, 3}, {5, 2}}, 9) == "9 x 5");
  CHECK(misfit(KernelMap{.kernel = 8, .pairs = 12}, {{12, 4}}, 0) == "12 x 2");
}

TEST_CASE("sampled hops with and without repeats", "[ops]") {
  const auto reached = [](NeighborSampling op, std::int64_t seeds) { return misfit(op, {{seeds}}, 0); };
  CHECK(reached({.fan_out = 10, .nodes = 1000, .edges = 4000}, 100) == "397");  // 100 + 900 (1 - 0.999^400)
  CHECK(reached({.fan_out = 10, .nodes = 1000, .edges = 4000, .replace = true}, 100) == "669");
  CHECK(reached({.fan_out = 10, .nodes = 1000, .edges = 4000, .repeats = true}, 100) == "500");
  CHECK(reached({.fan_out = 3, .nodes = 1000, .edges = 4000}, 1000) == "1000");
  CHECK(reached({.fan_out = 3, .nodes = 99, .edges = 4000}, 100) ==
        "nodes: 100 seeds in a graph of 99 nodes; at least 100 nodes, or \"repeats\"");
}

TEST_CASE("what does not fit among sets and graphs is said with its extents", "[ops]") {
  CHECK(misfit(GatherRows{}, {{4, 3}, {2}}) == ": input 1 holds fp32 values; indices, int32 or int64");
  CHECK(misfit(GatherRows{.batch_dims = 2}, {{4, 3}, {4, 3}}, 1) ==
        "batch_dims: 2 axes are not in x of 4 x 3 and ids of 4 x 3; at most 1");
  CHECK(misfit(GatherRows{.batch_dims = 1}, {{4, 3}, {5, 3}}, 1) ==
        "batch_dims: x of 4 x 3 and ids of 5 x 3 differ in axis 0; the same extents in the first 1 axes");
  CHECK(misfit(IndexSelect{}, {{4, 3}}) == "count: has no indices; either \"count\" or a second input");
  CHECK(misfit(IndexSelect{.count = 2}, {{4, 3}, {2}}, 1) ==
        "count: has both constant indices and an input of them; either \"count\" or a second input");
  CHECK(misfit(ScatterReduce{}, {{4, 3}, {5}}, 1) ==
        ": values of 4 x 3 with ids of 5; an id for each row of the values: their leading axes");
  CHECK(misfit(EmbeddingBag{.tables = {4}}, {{2, 1}, {2, 2}}, 0) ==
        ": weights are 2 x 2 for ids of 2 x 1; a weight for each id");
  CHECK(misfit(SparseMatmul{.rows = 2, .nonzeros = 9}, {{4, 3}}) ==
        "nonzeros: 9 entries in a matrix of 2 x 4; at most 8");
  CHECK(misfit(SparseMatmul{.rows = 2, .nonzeros = 5, .values = EntryValues::kLearned}, {{4, 3}, {5}}) ==
        "values: has values as an input, too; one of both");
  CHECK(misfit(Aggregate{.edges = 5}, {{4, 3}, {6}}) ==
        ": values of shape 6 for 5 entries; [5], or that with one value per head");
  CHECK(misfit(Aggregate{.edges = 5}, {{4, 3}, {5, 2}}) ==
        ": 2 values per entry do not divide 3 features; a divisor of 3");
  CHECK(misfit(Aggregate{.edges = 5, .weighted = true}, {{4, 3}, {5}}) ==
        "weighted: has weights as an input, too; one of both");
  CHECK(misfit(SampledMatmul{.heads = 2}, {{4, 3}, {5, 3}}) ==
        "heads: 2 heads do not divide 3 features; a divisor of 3");
  CHECK(misfit(SampledMatmul{}, {{4, 3}, {5, 2}}) ==
        ": rows of 4 x 3 and of 5 x 2 have no product; features as many in both");
  CHECK(misfit(EdgeCombine{}, {{4, 3}, {5, 2}}) ==
        ": rows of 4 x 3 and of 5 x 2 do not combine; features as many in both, or \"combine\": \"concat\"");
  CHECK(misfit(SparseConvolution{.kernel = 8, .pairs = 33}, {{4, 3}}) ==
        "pairs: 33 pairs of 4 sites at 8 taps; at most 32");
  CHECK(misfit(SparseConvolution{.pairs = 5}, {{4, 3}, {6, 2}}, 1) == "pairs: a map of 6 x 2 for 5 pairs; [pairs, 2]");
  CHECK(misfit(Expand{.axis = 1, .length = 5}, {{4, 3}}) ==
        "axis: axis 1 of 4 x 3 has an extent of 3; an axis of extent 1");
  CHECK(misfit(FactorizationMachine{}, {{4, 3}}) == ": input has shape 4 x 3; [batch, fields, dim]");
  CHECK(misfit(FarthestPoints{.samples = 9}, {{1, 8, 3}}) == "samples: 9 of 8 points; at most 8");
  CHECK(misfit(FarthestPoints{}, {{8, 3}}) == ": input 0 has shape 8 x 3; [batch, points, coordinates]");
  CHECK(misfit(BallQuery{}, {{1, 2, 3}, {2, 8, 3}}) ==
        ": queries 1 x 2 x 3 and points 2 x 8 x 3 do not fit together; the same batch and as many coordinates in both");
  CHECK(misfit(NearestNeighbors{.k = 9}, {{1, 8, 3}}) == "k: 9 of 8 points; at most 8");
  CHECK(misfit(InterpolatePoints{}, {{1, 8, 3}, {2, 9, 3}}, 1) ==
        ": features 1 x 8 x 3 and ids 2 x 9 x 3 do not fit together; one batch");
  CHECK(misfit(KernelMap{.kernel = 8, .pairs = 33}, {{4, 3}}, 0) == "pairs: 33 pairs of 4 sites at 8 taps; at most 32");
}

}  // namespace
}  // namespace ridgepoint
