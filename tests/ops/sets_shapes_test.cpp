// Shapes of lookups, graphs and point clouds, and the messages of those that do not fit.

#include "tests/ops/sites.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kNoIds = SIZE_MAX;

// The shape that an op gives, or "attribute: what; expected", as it throws it. Input `ids` holds indices.
std::string misfit(Op op, std::vector<Shape> shapes, std::size_t ids = kNoIds) {
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
  CHECK(misfit(Matmul{}, {{3}, {3}}) == "scalar");
  CHECK(misfit(Matmul{}, {{5, 2, 3}, {3}}) == "5 x 2");
  CHECK(misfit(Matmul{}, {{3}, {5, 3, 7}}) == "5 x 7");
  CHECK(misfit(Matmul{.transpose_a = true}, {{4, 3, 2}, {3, 7}}) == "4 x 2 x 7");
}

TEST_CASE("lookups give rows where the ids stand", "[ops]") {
  CHECK(misfit(GatherRows{}, {{9, 4, 5}, {2, 3}}, 1) == "2 x 3 x 4 x 5");
  CHECK(misfit(GatherRows{.batch_dims = 1}, {{2, 9, 5}, {2, 3, 7}}, 1) == "2 x 3 x 7 x 5");
  CHECK(misfit(IndexSelect{.axis = -1}, {{2, 9}, {7}}, 1) == "2 x 7");
  CHECK(misfit(ScatterReduce{.rows = 4}, {{7, 3, 5}, {7, 3}}, 1) == "4 x 5");
  CHECK(misfit(SegmentReduce{.segments = 4}, {{7, 3}}) == "4 x 3");
  CHECK(misfit(EmbeddingBag{.tables = {5, 6}, .dim = 8, .bag = BagOf::kSample}, {{3, 2}}, 0) == "3 x 8");
  CHECK(misfit(EdgeCombine{.edges = 9, .combine = EdgeFunction::kConcat}, {{4, 3}, {5, 2}}) == "9 x 5");
  CHECK(misfit(KernelMap{.kernel = 8, .pairs = 12}, {{12, 4}}, 0) == "12 x 2");
  CHECK(misfit(CrossEntropy{.axis = 1}, {{2, 21, 8, 8}, {2, 8, 8}}, 1) == "scalar");
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
  CHECK(misfit(Embedding{}, {{4, 3}}) == ": input 0 holds fp32 values; indices, int32 or int64");
  CHECK(misfit(EmbeddingBag{}, {{4, 1}}) == ": input 0 holds fp32 values; indices, int32 or int64");
  CHECK(misfit(CrossEntropy{}, {{2, 4}, {4}}, 1) == ": logits are 2 x 4 and targets are 4; targets of 2");
  CHECK(misfit(CrossEntropy{}, {{4, 3}, {4}}) == ": input 1 holds fp32 values; indices, int32 or int64");
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
