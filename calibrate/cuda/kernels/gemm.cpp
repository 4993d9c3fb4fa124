// Matrix products by cuBLASLt: as a framework runs them (`gemm`: a layer's product, the library's first choice), and in
// other layouts, with epilogues, by the best of the algorithms that it names (`gemm_variants`).

#include <algorithm>
#include <array>

#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/device/cublaslt.hpp"
#include "calibrate/cuda/kernels/probes.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr std::array<std::string_view, 3> kLayouts{"tn", "nn", "nt"};
constexpr std::array<std::string_view, 4> kEpilogues{"none", "bias", "bias_relu", "bias_gelu"};
constexpr std::array<std::string_view, 2> kChoices{"first", "best"};

/// The operands of a product, in as many sets as it rotates through.
struct Operands {
  DeviceBuffer a, b, c, bias;
};

std::vector<Operands> make_operands(const Bench& bench, const Product& p, std::int64_t copies, Values values) {
  std::vector<Operands> sets;
  for (std::int64_t copy = 0; copy < copies; ++copy) {
    Operands set{DeviceBuffer(p.a_bytes()), DeviceBuffer(p.b_bytes()), DeviceBuffer(p.c_bytes()), {}};
    const auto seed = static_cast<std::uint64_t>(2 * copy + 1);
    bench.fill(set.a, p.a_format(), values, seed);
    bench.fill(set.b, p.format, values, seed + 1);
    if (p.epilogue != Epilogue::kNone) {
      set.bias = DeviceBuffer(p.n * bytes_of(p.c_format()));
      bench.fill(set.bias, p.c_format(), values, seed + 2);
    }
    sets.push_back(std::move(set));
  }
  check_finished(bench.stream(), "fill");
  return sets;
}

GemmReference reference_of(const Product& p, const Operands& set) {
  const bool a_transposed = p.layout == Layout::kNt;
  const bool b_transposed = p.layout == Layout::kTn;
  GemmReference reference{set.a.data(), set.b.data(), p.a_format(), p.format, p.batch, p.m, p.n, p.k};
  reference.a_batch = p.m * p.k;
  reference.a_m = a_transposed ? 1 : p.k;
  reference.a_k = a_transposed ? p.m : 1;
  reference.b_batch = p.k * p.n;
  reference.b_k = b_transposed ? 1 : p.n;
  reference.b_n = b_transposed ? p.k : 1;
  reference.bias = set.bias.data();
  reference.activation = p.epilogue == Epilogue::kBiasRelu ? 1 : p.epilogue == Epilogue::kBiasGelu ? 2 : 0;
  return reference;
}

// Whole numbers, whose products and sums are exact: what remains is the rounding of the output.
void expect_right(const Bench& bench, const Product& p, const ProductPlan& plan, std::size_t algorithm,
                  const Operands& set) {
  plan.run(algorithm, set.a.data(), set.b.data(), set.c.data(), set.bias.data(), bench.stream());
  check_finished(bench.stream(), "cublasLtMatmul");
  expect_probes(
      bench, set.c.data(), p.c_format(), p.batch * p.m * p.n,
      [&](std::int64_t probes, float* want) {
        launch_gemm_reference(reference_of(p, set), p.c_format(), probes, want, bench.stream());
      },
      p.epilogue == Epilogue::kBiasGelu ? 0.02 : 0.008, 1, "a product");
}

// The algorithm that is shortest in a small part of the budget each.
std::size_t choose(const Bench& bench, const ProductPlan& plan, const Operands& set) {
  std::size_t best = 0;
  Seconds shortest{1e30};
  const std::size_t most = std::min<std::size_t>(plan.algorithms(), 8);
  for (std::size_t i = 0; i < most; ++i) {
    const Launch launch = [&](std::int64_t) {
      plan.run(i, set.a.data(), set.b.data(), set.c.data(), set.bias.data(), bench.stream());
    };
    const Seconds time = bench.device.time(launch, 1, bench.budget / 10.0).time;
    if (time >= shortest) continue;
    shortest = time;
    best = i;
  }
  return best;
}

std::optional<Measurement> measure_product(const Product& p, bool best, std::int64_t copies, Bench& bench) {
  std::string why;
  const CublasLt* const library = CublasLt::get(why);
  if (library == nullptr) return bench.cannot(why);
  const auto bytes = static_cast<double>(p.a_bytes() + p.b_bytes() + p.c_bytes());
  if (!bench.fits(bytes * static_cast<double>(copies))) return std::nullopt;
  const ProductPlan plan(*library, p);
  if (plan.algorithms() == 0) return bench.cannot("cuBLASLt has no algorithm for it on this GPU");
  std::size_t algorithm = 0;
  {
    const std::vector<Operands> whole = make_operands(bench, p, 1, Values::kWhole);
    if (best) algorithm = choose(bench, plan, whole.front());
    expect_right(bench, p, plan, algorithm, whole.front());
  }
  const std::vector<Operands> sets = make_operands(bench, p, copies, Values::kRandom);
  return bench.time(
      [&](std::int64_t copy) {
        const Operands& set = sets[static_cast<std::size_t>(copy)];
        plan.run(algorithm, set.a.data(), set.b.data(), set.c.data(), set.bias.data(), bench.stream());
      },
      copies);
}

// What a GPU can multiply in, by its compute capability.
bool can_multiply(Format format, int compute) {
  if (bytes_of(format) == 1 && format != Format::kInt8) return compute >= 89;
  return format == Format::kFp16 || format == Format::kFp32 || format == Format::kFp64 || compute >= 80 ||
         (format == Format::kInt8 && compute >= 75);
}

double row_bytes(const DesignRow& row, std::size_t first, const DeviceFacts& device) {
  const auto format = find_format(row.dtype);
  if (!format || !can_multiply(*format, device.compute())) return 0;
  const Product p{row.number(first), row.number(first + 1), row.number(first + 2), row.number(first + 3), *format};
  return static_cast<double>(p.a_bytes() + p.b_bytes() + p.c_bytes());
}

std::vector<Point> gemm_points(Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{"gemm", "gemm", by_effort<std::size_t>(effort, 60, 260, 690),
                        by_effort(effort, Seconds{0.03}, Seconds{0.05}, Seconds{0.15})};
  return design_points(plan, device, [&](const DesignRow& row) { return row_bytes(row, 0, device); });
}

std::vector<Point> variant_points(Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{"gemm_variants", "gemm_variants", by_effort<std::size_t>(effort, 16, 60, 230),
                        by_effort(effort, Seconds{0.08}, Seconds{0.12}, Seconds{0.3})};
  return design_points(plan, device, [&](const DesignRow& row) { return row_bytes(row, 3, device); });
}

std::optional<Product> product_of(const PointFields& point) {
  const auto format = find_format(point.dtype());
  if (!format) return std::nullopt;
  return Product{point.number("batch"), point.number("m"), point.number("n"), point.number("k"), *format};
}

std::optional<Measurement> measure_gemm(const PointFields& point, Bench& bench) {
  const auto product = product_of(point);
  if (!product || !can_multiply(product->format, bench.facts().compute()))
    return bench.cannot("this GPU does not multiply " + point.dtype());
  return measure_product(*product, false, point.number("copies"), bench);
}

// The place of a word in a list; nothing when it is not there.
template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& words, const std::string& word) {
  const auto* const found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? std::nullopt : std::optional<std::size_t>(found - words.begin());
}

std::optional<Measurement> measure_variant(const PointFields& point, Bench& bench) {
  auto product = product_of(point);
  const auto choice = index_of(kChoices, point.word("choice"));
  const auto layout = index_of(kLayouts, point.word("layout"));
  const auto epilogue = index_of(kEpilogues, point.word("epilogue"));
  if (!product || !can_multiply(product->format, bench.facts().compute()))
    return bench.cannot("this GPU does not multiply " + point.dtype());
  if (!choice || !layout || !epilogue) return bench.cannot("no such choice, layout or epilogue");
  product->layout = static_cast<Layout>(*layout);
  product->epilogue = static_cast<Epilogue>(*epilogue);
  return measure_product(*product, *choice == 1, point.number("copies"), bench);
}

}  // namespace

const CudaMicrokernel kGemm{{"gemm", "gemm",
                             "cuBLASLt, its heuristics' first choice, the second operand stored transposed as layers' "
                             "weights are; c in bf16 for "
                             "fp8, int32 for int8; copies: sets of all operands"},
                            gemm_points,
                            measure_gemm};

const CudaMicrokernel kGemmVariants{
    {"gemm_variants", "gemm_variants",
     "cuBLASLt in the three layouts of a layer's passes, with epilogues, by its first choice and by the best of eight"},
    variant_points,
    measure_variant};

}  // namespace ridgepoint::cuda
