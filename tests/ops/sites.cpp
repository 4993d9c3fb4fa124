#include "tests/ops/sites.hpp"

#include <random>
#include <string>

namespace ridgepoint {
namespace {

std::vector<std::string> symbols(const std::string& letter) {
  std::vector<std::string> names{letter};
  for (int i = 0; i < 64; ++i) names.push_back(letter + std::to_string(i));
  return names;
}

}  // namespace

OpPlace::OpPlace(OpCase c, Precision precision, Phase phase)
    : case_(std::move(c)),
      precision_(precision),
      phase_(phase),
      wanted_(std::make_unique<bool[]>(case_.inputs.size())) {
  outputs_ = std::visit([&](const auto& op) { return op.outputs(case_.inputs, precision_); }, case_.op);
  for (std::size_t i = 0; i < case_.inputs.size(); ++i) wanted_[i] = facts(case_.inputs[i].dtype).arithmetic;
}

void OpPlace::name_tensors() {
  static const std::vector<std::string> kInputs = symbols("x");
  static const std::vector<std::string> kOutputs = symbols("y");
  const auto name_all = [](std::vector<TensorType>& tensors, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].symbol = tensors.size() == 1 ? names[0] : names[i + 1];
  };
  name_all(case_.inputs, kInputs);
  name_all(outputs_, kOutputs);
}

Parameters OpPlace::parameters() const {
  return std::visit([&](const auto& op) { return op.parameters(case_.inputs); }, case_.op);
}

Kernels OpPlace::kernels(Pass pass) const {
  Kernels kernels;
  const Site here = site();
  std::visit(
      [&](const auto& op) {
        if (pass == Pass::kFprop) op.fprop(here, kernels);
        if (pass == Pass::kDgrad) op.dgrad(here, kernels);
        if (pass == Pass::kWgrad) op.wgrad(here, kernels);
      },
      case_.op);
  return kernels;
}

Work OpPlace::work(Pass pass) const {
  Work total;
  for (const Kernel& kernel : kernels(pass)) total = total + work_of(kernel);
  return total;
}

/// A random valid case of each type of op; one without an overload here does not compile.
class RandomCases {
 public:
  RandomCases(unsigned seed, DType dtype, bool sparse = false) : random_(seed), dtype_(dtype), sparse_(sparse) {}

  OpCase make(const Op& prototype) {
    return std::visit([this](const auto& op) { return (*this)(op); }, prototype);
  }

  OpCase operator()(Linear op) {
    op.out_features = size();
    op.bias = coin();
    return {op, {tensor({size(), size(), size()})}};
  }
  OpCase operator()(Matmul op) {
    op.transpose_a = coin();
    op.transpose_b = coin();
    const std::int64_t m = size();
    const std::int64_t k = size();
    const std::int64_t n = size();
    const std::int64_t a_batch = size();
    const std::int64_t b_batch = coin() ? a_batch : 1;
    return {op,
            {tensor(op.transpose_a ? Shape{a_batch, k, m} : Shape{a_batch, m, k}),
             tensor(op.transpose_b ? Shape{b_batch, n, k} : Shape{b_batch, k, n})}};
  }
  OpCase operator()(Convolution op) {
    op.groups = size();
    op.out_channels = op.groups * size();
    op.kernel = {{3}};
    op.padding.extents = {{1}};
    op.stride = {{small()}};
    op.bias = coin();
    std::vector<std::int64_t> extents{size(), op.groups * size()};
    for (std::int64_t axis = small(); axis > 0; --axis) extents.push_back(size());
    return {op, {tensor(Shape(std::move(extents)))}};
  }
  OpCase operator()(ConvTranspose op) {
    op.groups = size();
    op.out_channels = op.groups * size();
    op.kernel = {{3}};
    op.padding.extents = {{1}};
    op.stride = {{small()}};
    op.output_padding = {{op.stride.at(0) - 1}};
    op.bias = coin();
    std::vector<std::int64_t> extents{size(), op.groups * size()};
    for (std::int64_t axis = small(); axis > 0; --axis) extents.push_back(size());
    return {op, {tensor(Shape(std::move(extents)))}};
  }
  OpCase operator()(DeformConv op) {
    op.groups = small();
    op.offset_groups = small();
    op.out_channels = op.groups * size();
    op.kernel = {{3}};
    op.padding.extents = {{1}};
    op.bias = coin();
    const TensorType x = tensor({size(), op.groups * op.offset_groups * small(), size(), size()});
    TensorType offsets = x;
    offsets.shape[1] = 18 * op.offset_groups;
    TensorType mask = x;
    mask.shape[1] = 9 * op.offset_groups;
    if (coin()) return {op, {x, offsets}};
    return {op, {x, offsets, mask}};
  }
  OpCase operator()(FusedAttention op) {
    op.kv_heads = size();
    op.heads = op.kv_heads * size();
    op.causal = coin();
    if (sparse_) {
      op.window = coin() ? size() : 0;
      op.density = coin() ? 0.25 : 1;
      op.page = coin() ? 16 : 0;
    }
    op.alibi = coin();
    op.softcap = coin();
    op.sinks = coin();
    const std::int64_t d = size();
    const std::int64_t q_len = size();
    const std::int64_t kv_len = q_len + size();
    const std::int64_t batch = small();
    const TensorType kv = tensor({batch, kv_len, op.kv_heads * d});
    OpCase c{op, {tensor({batch, q_len, op.heads * d}), kv, kv}};
    if (coin()) c.inputs.push_back(tensor({op.heads, q_len, kv_len}));
    return c;
  }
  OpCase operator()(LatentAttention op) {
    op.heads = size();
    op.nope = size();
    op.rope = size();
    op.v = size();
    op.form = coin() ? LatentForm::kAbsorbed : LatentForm::kMaterialized;
    const std::int64_t tokens = size();
    const std::int64_t batch = small();
    if (sparse_) op.page = coin() ? 16 : 0;
    OpCase c{
        op,
        {tensor({batch, tokens, op.heads * (op.nope + op.rope)}), tensor({batch, tokens + size(), op.rope + size()})}};
    if (sparse_ && coin()) c.inputs.push_back({Shape{batch, tokens, small()}, DType::kInt32});
    return c;
  }
  OpCase operator()(Indexer op) {
    op.heads = size();
    op.top_k = size();
    const std::int64_t d = size();
    const std::int64_t tokens = size();
    const std::int64_t batch = small();
    return {op,
            {tensor({batch, tokens, op.heads * d}), tensor({batch, tokens + size(), d}),
             tensor({batch, tokens, op.heads})}};
  }
  OpCase operator()(RelativeBias op) {
    op.heads = size();
    op.entries = coin() ? size() : 0;
    op.q_len = op.kv_len = 20 + small();
    return {op, {op.entries > 0 ? ids({3, 4}) : tensor({small(), small(), op.heads})}};
  }
  OpCase operator()(LinearAttention op) {
    op.key_heads = small();
    op.heads = op.key_heads * small();
    op.rule = static_cast<StateRule>(between(0, 2));
    op.chunk = size();
    op.head_parameters = small() - 1;
    const std::int64_t batch = small();
    const std::int64_t time = 1 + size();
    const TensorType k = tensor({batch, time, op.key_heads * size()});
    return {op, {k, k, tensor({batch, time, op.heads * size()})}};
  }
  OpCase operator()(SelectiveScan op) {
    const TensorType x = tensor({small(), size(), size()});
    const TensorType b = tensor({x.shape[0], x.shape[1], size()});
    return {op, {x, x, b, b}};
  }
  OpCase operator()(Wkv op) {
    const TensorType k = some();
    return {op, {k, k}};
  }
  OpCase operator()(DeformAttention op) {
    op.heads = small();
    op.points = size();
    const TensorType value = tensor({small(), size(), op.heads * size()});
    const std::int64_t queries = size();
    const std::int64_t points = op.heads * op.points;
    return {op, {value, tensor({value.shape[0], queries, 2 * points}), tensor({value.shape[0], queries, points})}};
  }
  OpCase operator()(CausalConv op) {
    op.kernel = small() + 1;
    op.bias = coin();
    return {op, {tensor({small(), size(), size() + 1})}};
  }
  template <RnnCell kCell>
  OpCase operator()(RecurrentLayers<kCell> op) {
    op.hidden = size() + 1;
    op.layers = small();
    op.projection = coin() ? op.hidden - 1 : 0;
    op.bidirectional = coin();
    op.biases = small() - 1;
    return {op, {tensor({small(), size(), size()})}};
  }
  OpCase operator()(Route op) {
    op.top_k = size();
    op.bias = coin();
    op.scoring = static_cast<Scoring>(between(0, 2));
    return {op, {tensor({small(), size(), op.top_k + size()})}};
  }
  OpCase operator()(Dispatch op) {
    const std::int64_t top_k = size();
    op.experts = top_k + size();
    const std::int64_t tokens = size();
    return {op, {tensor({tokens, size()}), {Shape{tokens, top_k}, DType::kInt32}}};
  }
  OpCase operator()(GroupedLinear op) {
    op.top_k = small();
    op.experts = op.top_k + size();
    op.out_features = size();
    op.bias = coin();
    return {op, {tensor({op.experts, size(), size()})}};
  }
  OpCase operator()(Combine op) {
    const TensorType weights = tensor({size(), small()});
    return {op, {tensor({weights.shape.elements(), size()}), weights}};
  }
  OpCase operator()(HeadLinear op) {
    op.heads = size();
    op.out_features = size();
    op.bias = coin();
    return {op, {tensor({small(), size(), op.heads * size()})}};
  }
  OpCase operator()(Bilinear op) {
    op.out_features = size();
    op.bias = coin();
    const std::int64_t rows = size();
    return {op, {tensor({rows, size()}), tensor({rows, size()})}};
  }
  OpCase operator()(Outer op) {
    const std::int64_t rows = size();
    return {op, {tensor({rows, size()}), tensor({rows, size()})}};
  }
  OpCase operator()(TensorTrain op) {
    op.in_factors = {small(), small() + 1, small()};
    op.out_factors = {small(), small() + 1, small()};
    op.ranks = {{small(), small()}};
    op.bias = coin();
    return {op, {tensor({size(), op.in_factors[0] * op.in_factors[1] * op.in_factors[2]})}};
  }
  OpCase operator()(LearnedAdd op) {
    op.axes = small();
    return {op, {some()}};
  }
  OpCase operator()(LearnedTokens op) {
    op.tokens = size();
    return {op, {some()}};
  }
  OpCase operator()(Constant op) {
    op.shape = {size(), size()};
    op.learned = coin();
    return {op, {some()}};
  }
  OpCase operator()(Aggregate op) {
    op.edges = 10 * size();
    op.weighted = coin();
    op.reduce = reduction();
    const std::int64_t heads = small();
    const TensorType x = tensor({size(), heads * size()});
    if (op.weighted || coin()) return {op, {x}};
    return {op, {x, tensor({op.edges, heads})}};
  }
  OpCase operator()(SparseMatmul op) {
    op.rows = size();
    const std::int64_t cols = size();
    op.nonzeros = between(1, op.rows * cols);
    op.values = static_cast<EntryValues>(between(0, 2));
    op.reduce = reduction();
    const TensorType x = tensor({cols, size()});
    if (op.values != EntryValues::kNone || coin()) return {op, {x}};
    return {op, {x, tensor({op.nonzeros})}};
  }
  OpCase operator()(SampledMatmul op) {
    const std::int64_t rows = size();
    const std::int64_t cols = size();
    op.nonzeros = between(1, rows * cols);
    op.heads = small();
    const std::int64_t features = op.heads * size();
    return {op, {tensor({rows, features}), tensor({cols, features})}};
  }
  OpCase operator()(EdgeCombine op) {
    op.edges = 10 * size();
    op.combine = static_cast<EdgeFunction>(between(0, 3));
    const TensorType u = tensor({size(), size()});
    if (coin()) return {op, {u}};
    return {op, {u, tensor({size(), u.shape[1]})}};
  }
  OpCase operator()(EdgeSoftmax op) {
    op.nodes = size();
    return {op, {tensor({10 * size(), small()})}};
  }
  OpCase operator()(SegmentReduce op) {
    op.segments = size();
    op.reduce = reduction();
    return {op, {some()}};
  }
  OpCase operator()(Embedding op) {
    op.rows = size();
    op.dim = size();
    op.sparse = coin();
    op.duplicates = duplicates();
    return {op, {ids({size(), size()})}};
  }
  OpCase operator()(EmbeddingBag op) {
    op.tables = {size(), size()};
    op.dim = size();
    op.lookups = {size(), size()};
    op.bag = coin() ? BagOf::kFeature : BagOf::kSample;
    op.duplicates = duplicates();
    const TensorType bags = ids({size(), op.lookups[0] + op.lookups[1]});
    if (coin()) return {op, {bags}};
    return {op, {bags, tensor(bags.shape)}};
  }
  OpCase operator()(GatherRows op) {
    op.batch_dims = small() - 1;
    const TensorType x = some();
    const std::int64_t count = size();
    if (op.batch_dims == 0) return {op, {x, ids({count, size()})}};
    if (op.batch_dims == 1) return {op, {x, ids({x.shape[0], count})}};
    return {op, {x, ids({x.shape[0], x.shape[1], count})}};
  }
  OpCase operator()(IndexSelect op) {
    op.axis = small() - 1;
    if (coin()) return {op, {some(), ids({size()})}};
    op.count = size();
    return {op, {some()}};
  }
  OpCase operator()(ScatterReduce op) {
    op.rows = size();
    op.reduce = reduction();
    const TensorType values = some();
    return {op, {values, ids({values.shape[0], values.shape[1]})}};
  }
  OpCase operator()(OneHot op) {
    op.classes = size();
    return {op, {ids({size(), size()})}};
  }
  OpCase operator()(Expand op) {
    op.axis = small() - 1;
    op.length = size();
    TensorType x = some();
    x.shape[op.axis] = 1;
    return {op, {x}};
  }
  OpCase operator()(FactorizationMachine op) { return {op, {some()}}; }
  OpCase operator()(NeighborSampling op) {
    const std::int64_t seeds = size();
    op.fan_out = small();
    op.nodes = seeds + size();
    op.edges = op.nodes * small();
    op.replace = coin();
    op.repeats = coin();
    return {op, {ids({seeds})}};
  }
  OpCase operator()(FarthestPoints op) {
    const std::int64_t points = size();
    op.samples = between(1, points);
    return {op, {tensor({size(), points, 3})}};
  }
  OpCase operator()(BallQuery op) {
    const std::int64_t batch = size();
    const std::int64_t points = size();
    op.samples = between(1, points);
    return {op, {tensor({batch, size(), 3}), tensor({batch, points, 3})}};
  }
  OpCase operator()(NearestNeighbors op) {
    const TensorType points = some();
    op.k = between(1, points.shape[1]);
    op.method = coin() ? DistanceMethod::kMatmul : DistanceMethod::kDirect;
    if (coin()) return {op, {points}};
    return {op, {tensor({points.shape[0], size(), points.shape[2]}), points}};
  }
  OpCase operator()(InterpolatePoints op) {
    const TensorType features = some();
    return {op, {features, ids({features.shape[0], size(), 3})}};
  }
  OpCase operator()(KernelMap op) {
    const std::int64_t sites = size();
    op.kernel = 27;
    op.pairs = between(1, 27 * sites);
    return {op, {ids({sites, 4})}};
  }
  OpCase operator()(Pooling op) {
    op.kernel = {{2}};
    op.stride = {{2}};
    op.reduce = reduction();
    return {op, {tensor({size(), size(), 2 * size(), 2 * size()})}};
  }
  OpCase operator()(AdaptivePool op) {
    op.output = {{small()}};
    op.reduce = reduction();
    return {op, {grid()}};
  }
  OpCase operator()(GlobalPool op) {
    op.keep = coin();
    op.reduce = reduction();
    return {op, {grid()}};
  }
  OpCase operator()(RoiAlign op) {
    op.rois = size();
    const TensorType x = grid();
    TensorType coarse = x;
    coarse.shape[-1] = size();
    return {op, {x, coarse}};
  }
  OpCase operator()(TopK op) {
    const TensorType x = some();
    op.axis = small() - 1;
    op.k = between(1, x.shape[op.axis]);
    return {op, {x}};
  }
  OpCase operator()(ArgMax op) {
    op.axis = small() - 1;
    op.keep = coin();
    return {op, {some()}};
  }
  OpCase operator()(Nms op) {
    const std::int64_t boxes = size();
    op.keep = between(1, boxes);
    return {op, {tensor({size(), boxes, 4})}};
  }
  OpCase operator()(Reduce op) {
    op.reduce = static_cast<Reducer>(between(0, 5));
    op.axes = {small() - 1};
    op.keep = coin();
    return {op, {some()}};
  }
  template <bool Centred>
  OpCase operator()(RowNorm<Centred> op) {
    op.weight = coin();
    op.bias = Centred && coin();
    op.axes = small();
    return {op, {some()}};
  }
  template <bool Instance>
  OpCase operator()(ChannelNorm<Instance> op) {
    op.affine = coin();
    if (!Instance) op.groups = small();
    return {op, {tensor({size(), op.groups * size(), size(), size()})}};
  }
  OpCase operator()(LocalResponseNorm op) { return {op, {grid()}}; }
  OpCase operator()(BatchNorm op) {
    op.affine = coin();
    return {op, {tensor({size(), size(), size(), size()})}};
  }
  OpCase operator()(Softmax op) {
    op.scaled = coin();
    op.axis = small() - 1;
    return {op, {some()}};
  }
  OpCase operator()(LogSoftmax op) {
    op.axis = small() - 1;
    return {op, {some()}};
  }
  OpCase operator()(CrossEntropy op) {
    const TensorType x = some();
    return {op, {x, ids({x.shape[0], x.shape[1]})}};
  }
  OpCase operator()(Loss op) {
    const TensorType x = some();
    return {op, {x, x}};
  }
  OpCase operator()(Unary op) { return {op, {some()}}; }
  OpCase operator()(Binary op) {
    const TensorType x = some();
    if (coin()) return {op, {x, x}};
    return {op, {x, tensor({x.shape.back()})}};
  }
  OpCase operator()(Gated op) {
    op.activation = static_cast<Gate>(size() % static_cast<std::int64_t>(Words<Gate>::kWords.size()));
    const TensorType x = some();
    return {op, {x, x}};
  }
  OpCase operator()(Select op) {
    const TensorType x = some();
    return {op, {{x.shape, DType::kInt8}, x, tensor({x.shape.back()})}};
  }
  OpCase operator()(Prelu op) {
    op.per_channel = coin();
    return {op, {some()}};
  }
  OpCase operator()(LayerScale op) {
    op.axis = small() - 1;
    return {op, {some()}};
  }
  OpCase operator()(Dropout op) { return {op, {some()}}; }
  OpCase operator()(DropPath op) { return {op, {some()}}; }
  OpCase operator()(Cast op) {
    op.dtype = DType::kFp8E4m3;
    return {op, {some()}};
  }
  OpCase operator()(Quantize op) {
    op.group = coin() ? 0 : size();
    return {op, {some()}};
  }
  OpCase operator()(Dequantize op) {
    op.group = coin() ? 0 : size();
    return {op, {{some().shape, DType::kInt8}}};
  }
  OpCase operator()(Bias op) { return {op, {some()}}; }
  OpCase operator()(Rope op) {
    op.head_dim = 2 * size();
    op.share = coin() ? 1 : 0.5;
    return {op, {tensor({size(), size(), op.head_dim * size()})}};
  }
  OpCase operator()(KvCache op) {
    const std::int64_t tokens = size();
    op.length = tokens + size();
    return {op, {tensor({size(), tokens, size()})}};
  }
  OpCase operator()(Reshape op) {
    const TensorType x = some();
    op.shape = {x.shape[1], -1, x.shape[0]};
    op.copy = coin();
    return {op, {x}};
  }
  OpCase operator()(Flatten op) {
    op.start = small() - 1;
    return {op, {some()}};
  }
  OpCase operator()(Transpose op) {
    op.axes = {2, 0, 1};
    op.free = coin();
    return {op, {some()}};
  }
  OpCase operator()(Slice op) {
    op.axis = small() - 1;
    op.start = size();
    op.length = size();
    op.step = small();
    TensorType x = some();
    x.shape[op.axis] = op.start + op.length * op.step + size();
    return {op, {x}};
  }
  OpCase operator()(Split op) {
    TensorType x = some();
    op.axis = small() - 1;
    if (coin()) {
      op.parts = small();
      x.shape[op.axis] = op.parts * size();
    } else {
      op.sizes = {size(), size()};
      x.shape[op.axis] = op.sizes[0] + op.sizes[1];
    }
    return {op, {x}};
  }
  OpCase operator()(Pad op) {
    op.before = {size(), 0};
    if (coin()) op.behind = {0, size()};
    return {op, {some()}};
  }
  OpCase operator()(Roll op) {
    op.axes = {small() - 1};
    op.shifts = {-small()};
    return {op, {some()}};
  }
  OpCase operator()(PixelShuffle op) {
    op.factor = small();
    return {op, {tensor({size(), op.factor * op.factor * small(), size(), size()})}};
  }
  OpCase operator()(PixelUnshuffle op) {
    op.factor = small();
    return {op, {tensor({size(), small(), op.factor * small(), op.factor * small()})}};
  }
  OpCase operator()(ChannelShuffle op) {
    op.groups = small();
    return {op, {tensor({size(), op.groups * size(), size(), size()})}};
  }
  OpCase operator()(Resize op) {
    op.mode = static_cast<Interpolation>(between(0, 2));
    if (coin()) {
      op.scale = {{small()}};
    } else {
      op.size = {{size()}};
    }
    return {op, {grid()}};
  }
  OpCase operator()(Im2col op) {
    op.kernel = {{3}};
    op.padding.extents = {{1}};
    return {op, {grid()}};
  }
  OpCase operator()(Concat op) {
    TensorType x = some();
    TensorType y = x;
    y.shape[1] = size();
    return {op, {x, y, x}};
  }
  OpCase operator()(Triangle op) {
    op.diagonal = coin();
    const std::int64_t n = size() + 1;
    return {op, {tensor({size(), n, n})}};
  }
  OpCase operator()(SparseConvolution op) {
    const std::int64_t sites = size();
    op.out_channels = size();
    op.kernel = 8;
    op.pairs = between(1, 8 * sites);
    op.bias = coin();
    const TensorType x = tensor({sites, size()});
    if (coin()) return {op, {x}};
    return {op, {x, ids({op.pairs, 2})}};
  }

 private:
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  std::int64_t size() { return coin() ? between(1, 9) : between(10, 300); }
  std::int64_t small() { return between(1, 3); }
  bool coin() { return between(0, 1) == 1; }
  Reduction reduction() { return static_cast<Reduction>(between(0, 2)); }
  Duplicates duplicates() { return coin() ? Duplicates::kMerged : Duplicates::kAtomic; }
  [[nodiscard]] TensorType tensor(Shape shape) const { return {std::move(shape), dtype_}; }
  static TensorType ids(Shape shape) { return {std::move(shape), DType::kInt64}; }
  TensorType grid() { return tensor({size(), size(), size(), size()}); }
  TensorType some() { return tensor({size(), size(), size()}); }

  std::mt19937 random_;
  DType dtype_;
  bool sparse_;
};

CaseMaker::CaseMaker(unsigned seed, DType dtype, bool sparse)
    : cases_(std::make_unique<RandomCases>(seed, dtype, sparse)) {}
CaseMaker::CaseMaker(CaseMaker&&) noexcept = default;
CaseMaker& CaseMaker::operator=(CaseMaker&&) noexcept = default;
CaseMaker::~CaseMaker() = default;

OpCase CaseMaker::make(const Op& prototype) { return cases_->make(prototype); }

}  // namespace ridgepoint
