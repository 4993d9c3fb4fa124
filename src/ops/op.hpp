#pragma once
// The list of ops. To add one: write its header, include it here and name it in `Op`.

#include <concepts>
#include <span>
#include <variant>

#include "ops/adaptive_pool.hpp"
#include "ops/aggregate.hpp"
#include "ops/arg_max.hpp"
#include "ops/attention.hpp"
#include "ops/ball_query.hpp"
#include "ops/bias.hpp"
#include "ops/binary.hpp"
#include "ops/cast.hpp"
#include "ops/channel_shuffle.hpp"
#include "ops/constant.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/convolution.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/deform_attention.hpp"
#include "ops/deform_conv.hpp"
#include "ops/drop_path.hpp"
#include "ops/dropout.hpp"
#include "ops/edge_combine.hpp"
#include "ops/edge_softmax.hpp"
#include "ops/embedding.hpp"
#include "ops/embedding_bag.hpp"
#include "ops/expand.hpp"
#include "ops/factorization.hpp"
#include "ops/farthest_points.hpp"
#include "ops/gated.hpp"
#include "ops/gather.hpp"
#include "ops/global_pool.hpp"
#include "ops/group_norm.hpp"
#include "ops/im2col.hpp"
#include "ops/index_select.hpp"
#include "ops/indexer.hpp"
#include "ops/interpolate_points.hpp"
#include "ops/kernel_map.hpp"
#include "ops/knn.hpp"
#include "ops/kv_cache.hpp"
#include "ops/latent_attention.hpp"
#include "ops/layer_scale.hpp"
#include "ops/learned.hpp"
#include "ops/linear.hpp"
#include "ops/linear_attention.hpp"
#include "ops/local_response_norm.hpp"
#include "ops/log_softmax.hpp"
#include "ops/loss.hpp"
#include "ops/matmul.hpp"
#include "ops/mixture.hpp"
#include "ops/movement.hpp"
#include "ops/nms.hpp"
#include "ops/normalization.hpp"
#include "ops/one_hot.hpp"
#include "ops/pad.hpp"
#include "ops/pixel_shuffle.hpp"
#include "ops/pooling.hpp"
#include "ops/prelu.hpp"
#include "ops/products.hpp"
#include "ops/quantize.hpp"
#include "ops/recurrent.hpp"
#include "ops/reduce.hpp"
#include "ops/relative_bias.hpp"
#include "ops/resize.hpp"
#include "ops/roi_align.hpp"
#include "ops/roll.hpp"
#include "ops/rope.hpp"
#include "ops/sample_neighbors.hpp"
#include "ops/scatter.hpp"
#include "ops/sddmm.hpp"
#include "ops/segment.hpp"
#include "ops/select.hpp"
#include "ops/softmax.hpp"
#include "ops/sparse_conv.hpp"
#include "ops/split.hpp"
#include "ops/spmm.hpp"
#include "ops/state_space.hpp"
#include "ops/top_k.hpp"
#include "ops/unary.hpp"
#include "ops/wkv.hpp"

namespace ridgepoint {

using Op =
    std::variant<Linear, Matmul, Convolution, ConvTranspose, DeformConv, FusedAttention, Aggregate,                   //
                 SparseMatmul, SampledMatmul, EdgeCombine, EdgeSoftmax, SegmentReduce,                                //
                 Embedding, EmbeddingBag, GatherRows, IndexSelect, ScatterReduce, OneHot, RoiAlign, DeformAttention,  //
                 FactorizationMachine, NeighborSampling, FarthestPoints, BallQuery, NearestNeighbors,                 //
                 InterpolatePoints, KernelMap, SparseConvolution,                                                     //
                 Pooling, AdaptivePool, GlobalPool, Reduce, TopK, ArgMax, Nms,                                        //
                 LayerNorm, RmsNorm, BatchNorm, GroupNorm, InstanceNorm, LocalResponseNorm,                           //
                 Softmax, LogSoftmax, CrossEntropy, Loss,                                                             //
                 Unary, Binary, Select, Gated, Bias, LayerScale, Prelu, Rope, Dropout, DropPath,                      //
                 Quantize, Dequantize, Cast,                                                                          //
                 KvCache, Reshape, Flatten, Transpose, Slice, Split, Expand, Concat, Pad, Roll, Triangle,             //
                 PixelShuffle, PixelUnshuffle, ChannelShuffle, Resize, Im2col,                                        //
                 LatentAttention, Indexer, RelativeBias, LinearAttention, SelectiveScan, Wkv, CausalConv,             //
                 Rnn, Lstm, Gru, Route, Dispatch, GroupedLinear, Combine,                                             //
                 HeadLinear, Bilinear, Outer, TensorTrain, LearnedAdd, LearnedTokens, Constant>;

/// What names and explains an op: texts of its own, or a row of a table of functions.
template <class T>
concept IsExplained = requires {
  { T::kTable.front().formula } -> std::convertible_to<std::string_view>;
  { T::kSource } -> std::convertible_to<std::string_view>;
}
|| requires {
  { T::kName } -> std::convertible_to<std::string_view>;
  { T::kSummary } -> std::convertible_to<std::string_view>;
  { T::kEquation } -> std::convertible_to<std::string_view>;
  { T::kSource } -> std::convertible_to<std::string_view>;
};

/// What every op of the list offers. All are members, so that a missing one is a compile error and not a recursion.
template <class T>
concept IsOp = std::equality_comparable<T> && IsExplained<T> &&
    requires(const T& op, Inputs inputs, const Site& site, Kernels& kernels, const Precision& precision) {
  { T::kCategory } -> std::convertible_to<Category>;
  T::fields();
  { op.outputs(inputs, precision) } -> std::same_as<std::vector<TensorType>>;
  { op.parameters(inputs) } -> std::same_as<Parameters>;
  { T::kFusion } -> std::convertible_to<FusionRole>;
  { op.saved(site) } -> std::same_as<Saved>;
  { op.updated_share(site) } -> std::same_as<double>;
  { op.active_share() } -> std::same_as<double>;
  { op.state(site) } -> std::same_as<Bytes>;
  op.fprop(site, kernels);
  op.dgrad(site, kernels);
  op.wgrad(site, kernels);
};

template <class Variant>
inline constexpr bool all_are_ops = false;
template <class... Ops>
inline constexpr bool all_are_ops<std::variant<Ops...>> = (IsOp<Ops> && ...);
static_assert(all_are_ops<Op>);

/// One name that a description can use: the op it stands for with all its defaults.
struct OpEntry {
  std::string_view name;
  std::string_view summary;
  Op prototype;
};

/// All names, those of the tables of element-wise functions included.
std::span<const OpEntry> op_entries();

/// The entry of a name, or null.
const OpEntry* find_op(std::string_view name);

/// The name under which a description asks for this op.
std::string_view name_of(const Op& op);

/// The category of an op.
Category category_of(const Op& op);

/// How an op may join its neighbours in this phase.
FusionRole fusion_role(const Op& op, Phase phase);

}  // namespace ridgepoint
