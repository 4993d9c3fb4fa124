#pragma once
#include "ops/state_space.hpp"

namespace ridgepoint {

/// How the state S of linear attention changes with a token: S += k v^T; S = a S + k v^T with a decay per head (RetNet,
/// Mamba 2, RWKV, gated linear attention); S = a S (1 - b k k^T) + b k v^T, the delta rule (arXiv 2406.06484,
/// 2412.06464).
enum class StateRule : std::uint8_t { kSum, kDecay, kDelta };
template <>
struct Words<StateRule> {
  static constexpr std::array<std::string_view, 3> kWords{"sum", "decay", "delta"};
};

/// o_t = S_t^T q_t with a state S[d, d_v] per head, instead of scores over all keys: q[b, t, key_heads d], k[b, t,
/// key_heads d], v[b, t, heads d_v], and gates as further inputs. A sequence runs in chunks of c tokens (Dao and Gu,
/// arXiv 2405.21060): scores within a chunk c c d, times the values c c d_v, state of a chunk c d d_v, what earlier
/// chunks left c d d_v; the delta rule needs K K^T, its triangular inverse c c c / 3 and the products of that with K
/// and V besides, and one more product with the state. A single token updates the state itself. Not causal: K^T V, then
/// Q (K^T V), over the whole sequence (arXiv 2006.16236).
struct LinearAttention : OpBase {
  static constexpr std::string_view kName = "linear_attention";
  static constexpr std::string_view kEquation =
      "o[t] = S[t]^T q[t], S[t] = a S[t - 1] (1 - b k k^T) + b k v^T; a, b as the rule has them";
  static constexpr std::string_view kSource =
      "Katharopoulos et al., arXiv 2006.16236; Dao and Gu, 2405.21060; Yang et al., 2412.06464";
  static constexpr std::string_view kSummary = "attention through a state: linear, gated, Mamba 2 (SSD), delta rule";
  static constexpr Category kCategory = Category::kMatmul;

  std::int64_t heads = 1;
  std::int64_t key_heads = 0;
  StateRule rule = StateRule::kSum;
  bool causal = true;
  std::int64_t chunk = 64;
  std::int64_t head_parameters = 0;

  static auto fields() {
    using Self = LinearAttention;
    return std::tuple{
        Field{"heads", &Self::heads, "heads of the values, each with a state", kRequired},
        Field{"key_heads", &Self::key_heads, "heads of queries and keys; 0 means as many", kOptional, 0},
        Field{"rule", &Self::rule, "sum, decay or delta"},
        Field{"causal", &Self::causal, "whether a query sees only what came before it"},
        Field{"chunk", &Self::chunk, "tokens that are computed at once"},
        Field{"head_parameters", &Self::head_parameters, "learned values per head (decay, bias, skip)", kOptional, 0}};
  }

  [[nodiscard]] std::vector<TensorType> outputs(Inputs inputs, const Precision& precision) const {
    expect_inputs(inputs, 3, 6);
    for (std::size_t i = 0; i < 3; ++i) expect_rank(inputs, i, 3);
    const Shape& q = inputs[0].shape;
    const Shape& v = inputs[2].shape;
    if (heads % groups() != 0) {
      throw OpError{"key_heads",
                    {std::to_string(groups()) + " key heads do not divide " + std::to_string(heads) + " heads",
                     "a divisor of " + std::to_string(heads)}};
    }
    if (q.back() % groups() != 0 || v.back() % heads != 0) {
      throw OpError{q.back() % groups() != 0 ? "key_heads" : "heads",
                    {"the heads do not divide queries " + to_string(q) + " and values " + to_string(v),
                     "heads that divide the last axes"}};
    }
    if (inputs[1].shape != q || v[0] != q[0] || v[1] != q[1]) {
      throw OpError{"",
                    {"queries " + to_string(q) + ", keys " + to_string(inputs[1].shape) + " and values " +
                         to_string(v) + " do not fit together",
                     "queries and keys of one shape, the same batch and time in all"}};
    }
    return {{v, precision.activations}};
  }

  [[nodiscard]] Parameters parameters(Inputs) const {
    if (head_parameters == 0) return {};
    return {{"head_parameters", {{"heads", heads}, {"head_parameters", head_parameters}}, ParameterRole::kVector}};
  }

  void fprop(const Site& site, Kernels& kernels) const {
    const Sizes s = sizes(site);
    if (causal && s.time == 1) {
      kernels.emplace_back(step(site, s));
      return;
    }
    if (rule != StateRule::kSum || head_parameters > 0) kernels.emplace_back(gates(site, false));
    for (const Gemm& gemm : products(site, s)) kernels.emplace_back(gemm);
    if (rule == StateRule::kDelta) kernels.emplace_back(triangle(site, s));
    if (causal) kernels.emplace_back(pass_states(site, s));
  }

  /// Two products for each of the forward pass; a single token is a chunk of one.
  void dgrad(const Site& site, Kernels& kernels) const {
    const Sizes s = sizes(site);
    if (rule != StateRule::kSum || head_parameters > 0) kernels.emplace_back(gates(site, true));
    for (const Gemm& f : products(site, s)) {
      Gemm left = f;
      left.n = f.k;
      left.k = f.n;
      left.a_batch = f.batch;
      kernels.emplace_back(left);
      Gemm right = f;
      right.m = f.k;
      right.k = f.m;
      kernels.emplace_back(right);
    }
    if (rule == StateRule::kDelta) kernels.emplace_back(triangle(site, s));
    if (causal) kernels.emplace_back(pass_states(site, s));
  }

  void wgrad(const Site& site, Kernels& kernels) const {
    if (head_parameters == 0) return;
    Stream stream = stream_over(site.out(), StreamKind::kReduction, "sum", 1, 0);
    stream.read = site.outputs[0].bytes();
    stream.written = parameter_bytes(site);
    kernels.emplace_back(stream);
  }

  [[nodiscard]] Saved saved(const Site& site) const {
    const Sizes s = sizes(site);
    return {.inputs = true, .extra = bytes_of(s.states * s.chunks, site.precision.activations)};
  }
  [[nodiscard]] Bytes state(const Site& site) const {
    return keeps_state(site.phase) && causal ? bytes_of(sizes(site).states, DType::kFp32) : Bytes{};
  }
  friend bool operator==(const LinearAttention&, const LinearAttention&) = default;

 private:
  struct Sizes {
    std::int64_t time;
    std::int64_t d;
    std::int64_t dv;
    std::int64_t c;      // tokens of a chunk
    double chunks;       // chunks of a sequence
    std::int64_t count;  // chunks of all sequences
    double states;       // values of the states of all sequences
  };
  [[nodiscard]] std::int64_t groups() const { return key_heads == 0 ? heads : key_heads; }

  [[nodiscard]] Sizes sizes(const Site& site) const {
    Sizes s{.time = site.in()[1], .d = site.in().back() / groups(), .dv = site.in(2).back() / heads};
    s.c = causal ? std::min(chunk, s.time) : s.time;
    const std::int64_t chunks = ceil_div(s.time, s.c);
    s.chunks = static_cast<double>(chunks);
    s.count = checked_mul(site.in()[0], chunks);
    s.states = static_cast<double>(site.in()[0] * heads) * static_cast<double>(s.d) * static_cast<double>(s.dv);
    return s;
  }

  [[nodiscard]] static Gemm product(const Site& site, std::int64_t batch, std::int64_t m, std::int64_t n,
                                    std::int64_t k) {
    return activation_product(site, {.batch = batch, .m = m, .n = n, .k = k});
  }

  // Scores and states of the chunks, then both times the values: [scores | Q] [V; S] is one kernel.
  [[nodiscard]] std::vector<Gemm> products(const Site& site, const Sizes& s) const {
    const std::int64_t wide = checked_mul(s.count, heads);
    const std::int64_t narrow = checked_mul(s.count, groups());
    std::vector<Gemm> list{product(site, wide, s.d, s.dv, s.c)};
    list.back().a_batch = narrow;
    if (!causal) {
      list.push_back(product(site, wide, s.c, s.dv, s.d));
      list.back().a_batch = narrow;
      return list;
    }
    list.push_back(product(site, narrow, s.c, s.c, s.d));
    if (rule == StateRule::kDelta) {
      list.push_back(product(site, narrow, s.c, s.c, s.d));       // K K^T
      list.push_back(product(site, wide, s.c, s.d + s.dv, s.c));  // its inverse times K and V
      list.push_back(product(site, wide, s.c, s.dv, s.d));        // less what the state holds already
    }
    list.push_back(product(site, wide, s.c, s.dv, s.c + s.d));
    list.back().a_batch = narrow;
    return list;
  }

  // Decays and mixing factors from the gates' inputs and the learned values, a softplus, an exp and two products each.
  [[nodiscard]] Stream gates(const Site& site, bool backward) const {
    Shape per_head = site.in(2);
    per_head[-1] = heads;
    Stream stream = stream_over(per_head, StreamKind::kElementwise, "gates", backward ? 8 : 6, 3);
    Bytes inputs{};
    for (const TensorType& gate : site.inputs.subspan(3)) inputs += gate.bytes();
    const Bytes values = bytes_of(stream.rows * stream.cols, site.precision.activations);
    stream.read = inputs + parameter_bytes(site) + (backward ? values : Bytes{});
    stream.written = backward ? inputs : values;
    if (backward && inputs.value() == 0) stream.written = values;
    return stream;
  }

  // The inverse of a unit lower triangular matrix of c x c: c^3 / 3 FLOPs.
  [[nodiscard]] Stream triangle(const Site& site, const Sizes& s) const {
    const auto c = static_cast<double>(s.c);
    Stream stream{.kind = StreamKind::kNormalization, .op = "triangular_inverse", .flops_per_element = c / 3};
    stream.rows = static_cast<double>(s.count) * static_cast<double>(heads) * c;
    stream.cols = c;
    stream.read = stream.written = bytes_of(stream.rows * stream.cols, site.precision.activations);
    return stream;
  }

  // Chunk after chunk: S = a S + the chunk's own.
  [[nodiscard]] Stream pass_states(const Site& site, const Sizes& s) const {
    Stream stream{.kind = StreamKind::kElementwise, .op = "state_passing", .flops_per_element = 2};
    stream.rows = s.chunks;
    stream.cols = s.states;
    const Bytes kept = state(site);
    stream.read = bytes_of(s.states * s.chunks, site.precision.activations);
    stream.written = stream.read + kept;
    return stream;
  }

  // One token: decay 1, k v^T added 2, read-out 2; the delta rule also reads the state with k, 2, and scales 2.
  [[nodiscard]] Stream step(const Site& site, const Sizes& s) const {
    const double flops = rule == StateRule::kSum ? 4 : rule == StateRule::kDecay ? 5 : 9;
    Stream stream{.kind = StreamKind::kElementwise, .op = "state_step", .flops_per_element = flops};
    stream.rows = static_cast<double>(site.in()[0] * heads);
    stream.cols = static_cast<double>(s.d) * static_cast<double>(s.dv);
    for (const TensorType& input : site.inputs) stream.read += input.bytes();
    const Bytes kept = bytes_of(s.states, DType::kFp32);
    stream.read += parameter_bytes(site) + (site.phase == Phase::kDecode ? kept : Bytes{});
    stream.written = site.outputs[0].bytes() + state(site);
    return stream;
  }

  [[nodiscard]] Bytes parameter_bytes(const Site& site) const {
    return bytes_of(static_cast<double>(heads) * static_cast<double>(head_parameters), site.precision.activations);
  }
};

}  // namespace ridgepoint
