#include <algorithm>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {
namespace {

using Columns = SampleColumn;
constexpr std::int64_t kOnce = 1;

constexpr std::array kGemmColumns{Columns{"batch"}, Columns{"m"}, Columns{"n"}, Columns{"k"},
                                  Columns{"copies", false, kOnce}};
constexpr std::array kConvColumns{Columns{"n"},
                                  Columns{"c"},
                                  Columns{"h"},
                                  Columns{"w"},
                                  Columns{"k"},
                                  Columns{"r"},
                                  Columns{"s"},
                                  Columns{"stride_h"},
                                  Columns{"stride_w"},
                                  Columns{.name = "pad_h", .minimum = 0},
                                  Columns{.name = "pad_w", .minimum = 0},
                                  Columns{"groups"},
                                  Columns{"pass", true},
                                  Columns{"copies", false, kOnce}};
constexpr std::array kAttentionColumns{Columns{"batch"},
                                       Columns{"heads"},
                                       Columns{"kv_heads"},
                                       Columns{"q_len"},
                                       Columns{"kv_len"},
                                       Columns{"head_dim"},
                                       Columns{.name = "causal", .minimum = 0},
                                       Columns{"copies", false, kOnce}};
constexpr std::array kStreamColumns{Columns{"op", true}, Columns{"rows"}, Columns{"cols"},
                                    Columns{"copies", false, kOnce}};
constexpr std::array kEmbeddingColumns{Columns{"tables"},
                                       Columns{"rows"},
                                       Columns{"dim"},
                                       Columns{"lookups"},
                                       Columns{"batch"},
                                       Columns{"copies", false, kOnce},
                                       Columns{.name = "skew_permille", .fallback = 0, .minimum = 0}};
constexpr std::array kRecurrentColumns{Columns{"op", true}, Columns{"hidden"}, Columns{"batch"}, Columns{"timesteps"},
                                       Columns{"pass", true}};
constexpr std::array kMoeColumns{Columns{"tokens"}, Columns{"hidden"}, Columns{"ffn"}, Columns{"top_k"},
                                 Columns{"experts"}};
constexpr std::array kCollectiveColumns{Columns{"op", true}, Columns{"ranks"}, Columns{"ranks_per_node"},
                                        Columns{"bytes"}};
constexpr std::array kSpmmColumns{Columns{"rows"}, Columns{"cols"}, Columns{"nonzeros"}, Columns{"features"}};
constexpr std::array kSamplingColumns{Columns{"op", true}, Columns{"nodes"}, Columns{"edges"}, Columns{"seeds"},
                                      Columns{"fanout"}};
// Ceilings. `bytes` of a stream is its working set, all of which one pass touches once.
constexpr std::array kBandwidthColumns{Columns{"op", true}, Columns{"bytes"}, Columns{"threads"}};
constexpr std::array kFmaColumns{Columns{"bits"}, Columns{"flops"}, Columns{"threads"}};
constexpr std::array kChaseColumns{Columns{"bytes"}, Columns{.name = "huge", .minimum = 0}};
constexpr std::array kLaunchColumns{Columns{"op", true}, Columns{"threads"}};
constexpr std::array kAddsColumns{Columns{"adds"}, Columns{"threads"}};
// Products in other layouts, with epilogues, by the library's first choice of algorithm or the best of those it names.
constexpr std::array kGemmVariantsColumns{Columns{"choice", true},
                                          Columns{"layout", true},
                                          Columns{"epilogue", true},
                                          Columns{"batch"},
                                          Columns{"m"},
                                          Columns{"n"},
                                          Columns{"k"},
                                          Columns{"copies", false, kOnce}};
constexpr std::array kMmaColumns{Columns{"op", true}, Columns{"flops"}, Columns{"threads"}};
constexpr std::array kSpecialColumns{Columns{"op", true}, Columns{"operations"}, Columns{"threads"}};
constexpr std::array kRandomColumns{Columns{"bytes"}, Columns{"row_bytes"}, Columns{"rows"}};
constexpr std::array kAtomicColumns{Columns{"op", true}, Columns{"bytes"}, Columns{"operations"}};
constexpr std::array kTransferColumns{Columns{"op", true}, Columns{"bytes"}};

// What a stream of a sample does to each element: FLOPs, special operations, tensors of rows x cols read and written,
// and vectors of cols read. A `_scalar` op reads one tensor; silu_and_mul reads gate and up and counts the output's
// columns.
struct StreamOp {
  std::string_view name;
  double flops;
  double special;
  double read;
  double written;
  double vectors;
};
constexpr std::array kElementwiseOps{
    StreamOp{"add", 1, 0, 2, 1, 0},        StreamOp{"sub", 1, 0, 2, 1, 0},
    StreamOp{"mul", 1, 0, 2, 1, 0},        StreamOp{"div", 1, 1, 2, 1, 0},
    StreamOp{"pow", 2, 2, 2, 1, 0},        StreamOp{"add3", 2, 0, 3, 1, 0},
    StreamOp{"add_scalar", 1, 0, 1, 1, 0}, StreamOp{"mul_scalar", 1, 0, 1, 1, 0},
    StreamOp{"div_scalar", 1, 0, 1, 1, 0}, StreamOp{"pow_scalar", 2, 2, 1, 1, 0},
    StreamOp{"relu", 1, 0, 1, 1, 0},       StreamOp{"gelu", 5, 1, 1, 1, 0},
    StreamOp{"tanh", 1, 1, 1, 1, 0},       StreamOp{"silu_and_mul", 5, 2, 2, 1, 0},
    StreamOp{"exp", 1, 1, 1, 1, 0},        StreamOp{"erf", 1, 1, 1, 1, 0},
    StreamOp{"sigmoid", 3, 2, 1, 1, 0},    StreamOp{"rope", 3, 0, 1, 1, 0},
};
constexpr std::array kNormalizationOps{
    StreamOp{"softmax", 5, 1, 1, 1, 0},     StreamOp{"layernorm", 8, 0, 1, 1, 2}, StreamOp{"rmsnorm", 4, 0, 1, 1, 1},
    StreamOp{"rmsnorm_add", 5, 0, 2, 2, 1}, StreamOp{"batchnorm", 2, 0, 1, 1, 0},
};

template <std::size_t N>
const StreamOp& find_stream_op(const std::array<StreamOp, N>& ops, const std::string& word) {
  const auto found = std::find_if(ops.begin(), ops.end(), [&](const StreamOp& op) { return op.name == word; });
  if (found != ops.end()) return *found;
  const std::vector<std::string_view> names = names_of(ops);
  throw OpError{"op", {"unknown op " + in_quotes(word), join_choices(names, 40), std::string(nearest(word, names))}};
}

Launch launch(const Kernel& kernel) { return {kernel, work_of(kernel)}; }

std::optional<Launch> lower_gemm(const SampleFields& f) {
  const DType storage = f.format().storage;
  const std::int64_t batch = f.number("batch");
  return launch(Gemm{.batch = batch,
                     .m = f.number("m"),
                     .n = f.number("n"),
                     .k = f.number("k"),
                     .a_batch = batch,
                     .b_batch = batch,
                     .a = storage,
                     .b = storage,
                     // Products of 8-bit operands are written in 16 bits.
                     .c = bits(storage) < 16 ? DType::kBf16 : storage,
                     .math = f.format().math});
}

Pass pass_of(const std::string& word) {
  const auto found = std::find_if(kPasses.begin(), kPasses.end(), [&](Pass pass) { return name(pass) == word; });
  if (found != kPasses.end() && *found != Pass::kOptimizer) return *found;
  throw OpError{"pass", {"unknown pass " + in_quotes(word), "fprop, dgrad or wgrad"}};
}

std::int64_t out_extent(const SampleFields& f, std::string_view in, std::string_view pad, std::string_view filter,
                        std::string_view stride) {
  const std::int64_t room = f.number(in) + 2 * f.number(pad) - f.number(filter);
  if (room < 0) throw OpError{std::string(filter), {"the filter is larger than the padded input", "a smaller filter"}};
  return room / f.number(stride) + 1;
}

std::optional<Launch> lower_conv(const SampleFields& f) {
  if (f.number("c") % f.number("groups") != 0)
    throw OpError{"groups", {"the groups do not divide c", "a divisor of c"}};
  const DType storage = f.format().storage;
  return launch(
      Conv{.n = f.number("n"),
           .c = f.number("c"),
           .in = {1, f.number("h"), f.number("w")},
           .k = f.number("k"),
           .filter = {1, f.number("r"), f.number("s")},
           .out = {1, out_extent(f, "h", "pad_h", "r", "stride_h"), out_extent(f, "w", "pad_w", "s", "stride_w")},
           .stride = {1, f.number("stride_h"), f.number("stride_w")},
           .groups = f.number("groups"),
           .pass = pass_of(f.word("pass")),
           .x = storage,
           .weight = storage,
           .y = storage,
           .math = f.format().math});
}

std::optional<Launch> lower_attention(const SampleFields& f) {
  const DType storage = f.format().storage;
  return launch(Attention{.batch = f.number("batch"),
                          .heads = f.number("heads"),
                          .kv_heads = f.number("kv_heads"),
                          .q_len = f.number("q_len"),
                          .kv_len = f.number("kv_len"),
                          .head_dim = f.number("head_dim"),
                          .v_head_dim = f.number("head_dim"),
                          .causal = f.number("causal") != 0 && f.number("q_len") > 1,
                          .q = storage,
                          .kv = storage,
                          .math = f.format().math});
}

Launch lower_stream(const SampleFields& f, StreamKind kind, const StreamOp& op) {
  const auto rows = static_cast<double>(f.number("rows"));
  const auto cols = static_cast<double>(f.number("cols"));
  const DType dtype = f.format().storage;
  return launch(Stream{.kind = kind,
                       .op = op.name,
                       .rows = rows,
                       .cols = cols,
                       .read = bytes_of(op.read * rows * cols + op.vectors * cols, dtype),
                       .written = bytes_of(op.written * rows * cols, dtype),
                       .flops_per_element = op.flops,
                       .special_per_element = op.special});
}

std::optional<Launch> lower_elementwise(const SampleFields& f) {
  return lower_stream(f, StreamKind::kElementwise, find_stream_op(kElementwiseOps, f.word("op")));
}

std::optional<Launch> lower_normalization(const SampleFields& f) {
  return lower_stream(f, StreamKind::kNormalization, find_stream_op(kNormalizationOps, f.word("op")));
}

// Accesses by Zipf's law, the same to each table; null when they are uniform.
std::shared_ptr<const ReuseCurve> reuse_of_tables(std::int64_t tables, std::int64_t rows, std::int64_t skew_permille) {
  if (skew_permille == 0) return nullptr;
  const AccessLaw law = AccessLaw::zipf(static_cast<double>(rows), static_cast<double>(skew_permille) / 1000);
  const std::vector<AccessLaw::Part> parts(static_cast<std::size_t>(tables), AccessLaw::Part{&law, 1});
  return std::make_shared<const ReuseCurve>(AccessLaw::mixture(parts));
}

std::optional<Launch> lower_embedding(const SampleFields& f) {
  const auto bags = static_cast<double>(f.number("tables")) * static_cast<double>(f.number("batch"));
  const double lookups = bags * static_cast<double>(f.number("lookups"));
  const auto dim = static_cast<double>(f.number("dim"));
  auto reuse = reuse_of_tables(f.number("tables"), f.number("rows"), f.number("skew_permille"));
  return launch(Gather{.lookups = lookups,
                       .row_bytes = bytes_of(dim, f.format().storage).value(),
                       .table_rows = static_cast<double>(f.number("tables")) * static_cast<double>(f.number("rows")),
                       .index_bytes = bytes_of(lookups, DType::kInt64).value(),
                       .other_bytes = bytes_of(bags * dim, f.format().storage).value(),
                       .flops = (lookups - bags) * dim,
                       .distinct = reuse ? reuse->distinct(lookups) : 0,
                       .reuse = std::move(reuse)});
}

// Reads rows x cols and writes one value per row.
std::optional<Launch> lower_reduction(const SampleFields& f) {
  constexpr std::array kOps{StreamOp{"sum", 1, 0, 1, 0, 0}, StreamOp{"max", 1, 0, 1, 0, 0}};
  Launch reduction = lower_stream(f, StreamKind::kReduction, find_stream_op(kOps, f.word("op")));
  auto& stream = std::get<Stream>(reduction.kernel);
  stream.written = bytes_of(stream.rows, f.format().storage);
  return launch(stream);
}

std::optional<Launch> lower_spmm(const SampleFields& f) {
  const DType storage = f.format().storage;
  return launch(Spmm{.rows = f.number("rows"),
                     .cols = f.number("cols"),
                     .nonzeros = f.number("nonzeros"),
                     .features = f.number("features"),
                     .dtype = storage,
                     .value_bits = bits(storage)});
}

// The serial part alone: the timed calls take their gates' inputs as they are (skip-input mode).
std::optional<Launch> lower_recurrent(const SampleFields& f) {
  constexpr std::array<std::string_view, 3> kWords{"vanilla", "lstm", "gru"};
  const auto* const word = std::find(kWords.begin(), kWords.end(), f.word("op"));
  if (word == kWords.end()) {
    throw OpError{
        "op",
        {"unknown op " + in_quotes(f.word("op")), join_choices(kWords), std::string(nearest(f.word("op"), kWords))}};
  }
  const DType storage = f.format().storage;
  return launch(Recurrent{.cell = static_cast<RnnCell>(word - kWords.begin()),
                          .batch = f.number("batch"),
                          .hidden = f.number("hidden"),
                          .timesteps = f.number("timesteps"),
                          .pass = pass_of(f.word("pass")),
                          .keeps_gates = true,
                          .activations = storage,
                          .weights = storage,
                          .math = f.format().math});
}

// The experts' gated MLP: gate and up, the product of both, down. The kernel holds the three matrices side by side.
std::optional<Launch> lower_moe(const SampleFields& f) {
  const auto experts = static_cast<double>(f.number("experts"));
  const auto top_k = static_cast<double>(f.number("top_k"));
  const auto tokens = static_cast<double>(f.number("tokens"));
  if (top_k > experts) throw OpError{"top_k", {"more experts a token than there are", "at most `experts`"}};
  const std::int64_t hidden = f.number("hidden");
  const std::int64_t ffn = f.number("ffn");
  const DType storage = f.format().storage;
  const DType out = bits(storage) < 16 ? DType::kBf16 : storage;
  GroupedGemm up{.groups = f.number("experts"),
                 .active = expected_groups(experts, top_k, tokens),
                 .rows = tokens * top_k,
                 .n = checked_mul(2, ffn),
                 .k = hidden,
                 .a = storage,
                 .b = storage,
                 .c = out,
                 .math = f.format().math};
  GroupedGemm down = up;
  down.n = hidden;
  down.k = ffn;
  const Stream gated{.rows = up.rows,
                     .cols = static_cast<double>(ffn),
                     .read = bytes_of(2 * up.rows * static_cast<double>(ffn), out),
                     .written = bytes_of(up.rows * static_cast<double>(ffn), out),
                     .flops_per_element = 5,
                     .special_per_element = 2};
  GroupedGemm all = up;
  all.n = checked_mul(3, ffn);
  return Launch{all, up.work() + gated.work() + down.work()};
}

std::optional<Launch> lower_collective(const SampleFields& f) {
  const std::string& word = f.word("op");
  const auto found = std::find_if(kCollectiveOps.begin(), kCollectiveOps.end(),
                                  [&](const CollectiveFacts& facts) { return facts.name == word; });
  if (found == kCollectiveOps.end()) {
    const std::vector<std::string_view> names = names_of(kCollectiveOps);
    throw OpError{"op", {"unknown op " + in_quotes(word), join_choices(names), std::string(nearest(word, names))}};
  }
  if (f.number("ranks") < 2) throw OpError{"ranks", {"an exchange of one rank", "2 or more"}};
  return launch(Collective{.op = static_cast<CollectiveOp>(found - kCollectiveOps.begin()),
                           .ranks = f.number("ranks"),
                           .ranks_per_node = f.number("ranks_per_node"),
                           .bytes = static_cast<double>(f.number("bytes"))});
}

// No cost model prices these; their files are read and checked.
std::optional<Launch> not_priced(const SampleFields&) { return std::nullopt; }

constexpr std::array kSampleKernels{
    SampleKernel{"gemm", kGemmColumns, lower_gemm},
    SampleKernel{"conv", kConvColumns, lower_conv},
    SampleKernel{"attention", kAttentionColumns, lower_attention},
    SampleKernel{"elementwise", kStreamColumns, lower_elementwise},
    SampleKernel{"normalization", kStreamColumns, lower_normalization},
    SampleKernel{"embedding", kEmbeddingColumns, lower_embedding},
    SampleKernel{"recurrent", kRecurrentColumns, lower_recurrent},
    SampleKernel{"moe", kMoeColumns, lower_moe},
    SampleKernel{"collective", kCollectiveColumns, lower_collective},
    SampleKernel{"reduction", kStreamColumns, lower_reduction},
    SampleKernel{"spmm", kSpmmColumns, lower_spmm},
    SampleKernel{"sampling", kSamplingColumns, not_priced, true},
    SampleKernel{"stream", kBandwidthColumns, not_priced},
    SampleKernel{"fma", kFmaColumns, not_priced, false, true},
    SampleKernel{"chase", kChaseColumns, not_priced, true},
    SampleKernel{"launch", kLaunchColumns, not_priced},
    SampleKernel{"adds", kAddsColumns, not_priced, true},
    SampleKernel{"gemm_variants", kGemmVariantsColumns, not_priced},
    SampleKernel{"mma", kMmaColumns, not_priced},
    SampleKernel{"special", kSpecialColumns, not_priced},
    SampleKernel{"random", kRandomColumns, not_priced},
    SampleKernel{"atomic", kAtomicColumns, not_priced, false, true},
    SampleKernel{"transfer", kTransferColumns, not_priced},
};

}  // namespace

std::span<const SampleKernel> sample_kernels() { return kSampleKernels; }

}  // namespace ridgepoint
