#pragma once
// The list of ops. To add one: write its header, include it here and name it in `Op`.

#include <concepts>
#include <span>
#include <variant>

#include "ops/adaptive_pool.hpp"
#include "ops/aggregate.hpp"
#include "ops/arg_max.hpp"
#include "ops/attention.hpp"
#include "ops/bias.hpp"
#include "ops/binary.hpp"
#include "ops/cast.hpp"
#include "ops/channel_shuffle.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/convolution.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/deform_conv.hpp"
#include "ops/drop_path.hpp"
#include "ops/dropout.hpp"
#include "ops/embedding.hpp"
#include "ops/gated.hpp"
#include "ops/global_pool.hpp"
#include "ops/group_norm.hpp"
#include "ops/im2col.hpp"
#include "ops/kv_cache.hpp"
#include "ops/layer_scale.hpp"
#include "ops/linear.hpp"
#include "ops/local_response_norm.hpp"
#include "ops/log_softmax.hpp"
#include "ops/loss.hpp"
#include "ops/matmul.hpp"
#include "ops/movement.hpp"
#include "ops/nms.hpp"
#include "ops/normalization.hpp"
#include "ops/pad.hpp"
#include "ops/pixel_shuffle.hpp"
#include "ops/pooling.hpp"
#include "ops/prelu.hpp"
#include "ops/quantize.hpp"
#include "ops/reduce.hpp"
#include "ops/resize.hpp"
#include "ops/roi_align.hpp"
#include "ops/roll.hpp"
#include "ops/rope.hpp"
#include "ops/select.hpp"
#include "ops/softmax.hpp"
#include "ops/split.hpp"
#include "ops/top_k.hpp"
#include "ops/unary.hpp"

namespace ridgepoint {

using Op = std::variant<Linear, Matmul, Convolution, ConvTranspose, DeformConv, FusedAttention, Aggregate,  //
                        Embedding, EmbeddingBag, RoiAlign,                                                  //
                        Pooling, AdaptivePool, GlobalPool, Reduce, TopK, ArgMax, Nms,                       //
                        LayerNorm, RmsNorm, BatchNorm, GroupNorm, InstanceNorm, LocalResponseNorm,          //
                        Softmax, LogSoftmax, CrossEntropy, Loss,                                            //
                        Unary, Binary, Select, Gated, Bias, LayerScale, Prelu, Rope, Dropout, DropPath,     //
                        Quantize, Dequantize, Cast,                                                         //
                        KvCache, Reshape, Flatten, Transpose, Slice, Split, Concat, Pad, Roll, Triangle,    //
                        PixelShuffle, PixelUnshuffle, ChannelShuffle, Resize, Im2col>;

/// What every op of the list offers. All are members, so that a missing one is a compile error and not a recursion.
template <class T>
concept IsOp = std::equality_comparable<T> &&
    requires(const T& op, Inputs inputs, const Site& site, Kernels& kernels, const Precision& precision) {
  { T::kCategory } -> std::convertible_to<Category>;
  T::fields();
  { op.outputs(inputs, precision) } -> std::same_as<std::vector<TensorType>>;
  { op.parameters(inputs) } -> std::same_as<Parameters>;
  { T::kFusion } -> std::convertible_to<FusionRole>;
  { op.saved(site) } -> std::same_as<Saved>;
  { op.updated_share(site) } -> std::same_as<double>;
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
