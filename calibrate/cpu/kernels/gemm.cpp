// Matrix products by oneDNN. A single product has its second operand packed beforehand, as weights are; the operands of
// a batch are plain, as those of attention are. int8: unsigned by signed, written in bf16.

#include <cmath>

#include "calibrate/cpu/microkernel.hpp"
#include "calibrate/cpu/onednn.hpp"

namespace ridgepoint::cpu {
namespace {

struct Shape {
  std::int64_t batch;
  std::int64_t m;
  std::int64_t n;
  std::int64_t k;

  [[nodiscard]] double flops() const {
    return 2 * static_cast<double>(batch) * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
  [[nodiscard]] double elements() const {
    return static_cast<double>(batch) *
           (static_cast<double>(m) * static_cast<double>(k) + static_cast<double>(k) * static_cast<double>(n) +
            static_cast<double>(m) * static_cast<double>(n));
  }
};

// Of networks: the layers of recommenders, of transformers (attention as batches), the classifiers of CNNs, and the
// large square that reaches the peak.
constexpr Shape kUsual[] = {
    {1, 2048, 2048, 2048}, {1, 128, 768, 768},    {1, 128, 3072, 768}, {1, 128, 768, 3072}, {12, 128, 128, 64},
    {12, 128, 64, 128},    {1, 1, 1000, 2048},    {1, 32, 1000, 2048}, {1, 2048, 512, 13},  {1, 2048, 256, 512},
    {1, 2048, 1024, 480},  {1, 2048, 1, 256},     {2048, 27, 27, 64},  {1, 1, 4096, 4096},  {1, 8, 4096, 4096},
    {1, 512, 512, 512},    {1, 1024, 1024, 1024}, {192, 128, 128, 64}, {1, 256, 256, 256},  {1, 64, 64, 64},
};

double run_seconds(const Design& design) { return by_effort(design, 0.004, 0.012, 0.05); }

// The `index`-th shape of the space: products of one and of many.
Shape spread_shape(std::int64_t index) {
  const bool batched = index % 5 == 4;
  const auto size = [&](double least, double most, int base) {
    const double value = log_between(least, most, halton(index, base));
    // Some sizes are as odd as a user's.
    return index % 4 == 3 ? static_cast<std::int64_t>(std::lround(value)) : usual_size(value);
  };
  if (batched) return {size(2, 512, 7), size(1, 512, 2), size(8, 512, 3), size(8, 256, 5)};
  return {1, size(1, 4096, 2), size(8, 8192, 3), size(8, 8192, 5)};
}

void add_points(std::vector<Point>& points, std::string_view dtype, int count, const Design& design,
                const Machine& machine, std::int64_t start) {
  const double speed = dtype == "fp32" ? 1 : 2;
  const double most_flops = guessed_flops_per_s(machine) * run_seconds(design) * speed;
  const double most_elements = std::min(32.0 * (1 << 20), machine.available.value() / 64);
  const Seconds budget = by_effort(design, Seconds{0.05}, Seconds{0.08}, Seconds{0.25});
  const auto size = static_cast<double>(dtype == "fp32" ? 4 : dtype == "bf16" ? 2 : 1);
  int taken = 0;
  const auto add = [&](const Shape& s) {
    if (s.flops() > most_flops || s.elements() > most_elements) return;
    const std::int64_t copies = rotation(machine, size * s.elements(), taken);
    points.push_back(make_point("gemm", dtype, budget, s.batch, s.m, s.n, s.k, copies));
    ++taken;
  };
  for (const Shape& s : kUsual) {
    if (taken < count / 2 && !design.held_out()) add(s);
  }
  constexpr std::int64_t kTries = 10'000;
  for (std::int64_t i = start; taken < count && i < start + kTries; ++i) add(spread_shape(i));
}

std::vector<Point> points(const Design& design, const Machine& machine) {
  std::vector<Point> points;
  const bool bf16 = product_types("bf16", machine).has_value();
  const bool int8 = product_types("int8", machine).has_value();
  add_points(points, "fp32", by_effort(design, 24, 56, 240), design, machine, design.first());
  if (bf16) add_points(points, "bf16", by_effort(design, 10, 36, 120), design, machine, design.first() + 1000);
  if (int8) add_points(points, "int8", by_effort(design, 8, 36, 80), design, machine, design.first() + 2000);
  return points;
}

/// What operands are made from.
struct Values {
  std::vector<float> a;
  std::vector<float> b;
};

/// The tensors of a product.
class Product {
 public:
  Product(const Shape& shape, const ProductTypes& types)
      : shape_(shape),
        tag_(shape.batch > 1 ? Tag::abc : Tag::ab),
        a_dims_(dims(shape.m, shape.k)),
        b_dims_(dims(shape.k, shape.n)),
        c_dims_(dims(shape.m, shape.n)),
        unsigned_a_(types.a == Type::u8),
        description_(matmul_of({a_dims_, types.a, tag_}, {b_dims_, types.b, shape.batch > 1 ? tag_ : Tag::any},
                               {c_dims_, types.c, tag_})),
        primitive_(description_) {}

  [[nodiscard]] Values values() const {
    return {whole_numbers(a_dims_, 1, !unsigned_a_), whole_numbers(b_dims_, 2, true)};
  }
  [[nodiscard]] Arguments operands(const Values& values) const {
    return {{DNNL_ARG_SRC, to_memory(values.a, a_dims_, tag_, description_.src_desc())},
            {DNNL_ARG_WEIGHTS, to_memory(values.b, b_dims_, tag_, description_.weights_desc())},
            {DNNL_ARG_DST, dnnl::memory(description_.dst_desc(), engine())}};
  }

  void run(const Arguments& arguments) const { primitive_.execute(stream(), arguments); }

  // Sums of whole numbers are exact; what remains is the rounding of a 16-bit output.
  void check(const Values& values, const Arguments& arguments) const {
    run(arguments);
    stream().wait();
    const std::vector<float> c = to_floats(arguments.at(DNNL_ARG_DST), c_dims_, tag_);
    for (const std::int64_t i : probes(std::ssize(c))) {
      const std::int64_t row = i / shape_.n;
      const std::int64_t batch = row / shape_.m;
      double sum = 0;
      for (std::int64_t k = 0; k < shape_.k; ++k) {
        sum += static_cast<double>(values.a[static_cast<std::size_t>(row * shape_.k + k)]) *
               values.b[static_cast<std::size_t>((batch * shape_.k + k) * shape_.n + i % shape_.n)];
      }
      expect_near(c[static_cast<std::size_t>(i)], sum, std::abs(sum) / 128, "a product");
    }
  }

 private:
  [[nodiscard]] Dims dims(std::int64_t rows, std::int64_t cols) const {
    return shape_.batch > 1 ? Dims{shape_.batch, rows, cols} : Dims{rows, cols};
  }

  Shape shape_;
  Tag tag_;
  Dims a_dims_;
  Dims b_dims_;
  Dims c_dims_;
  bool unsigned_a_;
  dnnl::matmul::primitive_desc description_;
  dnnl::matmul primitive_;
};

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const Shape shape{point.number("batch"), point.number("m"), point.number("n"), point.number("k")};
  const auto types = product_types(point.dtype(), bench.machine);
  if (!types) return bench.cannot(fmt::format("this processor has no products of {}", point.dtype()));
  const std::int64_t copies = point.number("copies");
  // Three times: the plain operands, the packed ones, and room for the library.
  if (!bench.fits(12 * shape.elements() + 4 * static_cast<double>(copies) * shape.elements())) return std::nullopt;
  std::vector<Arguments> sets;
  try {
    const Product product(shape, *types);
    {
      const Values values = product.values();
      for (std::int64_t copy = 0; copy < copies; ++copy) sets.push_back(product.operands(values));
      product.check(values, sets.front());
    }
    std::size_t next = 0;
    return bench.time([&](std::int64_t runs) {
      for (std::int64_t i = 0; i < runs; ++i, next = next + 1 == sets.size() ? 0 : next + 1) product.run(sets[next]);
      stream().wait();
    });
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return bench.cannot("oneDNN does not implement it");
  }
}

}  // namespace

const CpuMicrokernel kGemm{
    {"gemm", "gemm",
     "oneDNN matrix products and batches of them in fp32, bf16 and int8, weights packed beforehand; copies: "
     "sets of all operands"},
    points,
    measure};

}  // namespace ridgepoint::cpu
