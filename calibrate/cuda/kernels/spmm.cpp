// Sparse by dense products by cuSPARSE: graphs whose degrees are spread as those of real ones.

#include "calibrate/cuda/kernels/spmm.hpp"

#include <cusparse.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/device/libraries.hpp"
#include "calibrate/cuda/kernels/probes.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr std::int64_t kMostNonzeros = 12'000'000;  // the host makes them

/// cuSPARSE's functions that are needed here, and its handle.
struct Cusparse {
  SharedLibrary library;
  cusparseHandle_t handle = nullptr;
  decltype(&cusparseCreate) create = nullptr;
  decltype(&cusparseGetErrorString) text = nullptr;
  decltype(&cusparseSetStream) set_stream = nullptr;
  decltype(&cusparseCreateCsr) create_csr = nullptr;
  decltype(&cusparseDestroySpMat) destroy_csr = nullptr;
  decltype(&cusparseCreateDnMat) create_dense = nullptr;
  decltype(&cusparseDestroyDnMat) destroy_dense = nullptr;
  decltype(&cusparseSpMM_bufferSize) buffer_size = nullptr;
  decltype(&cusparseSpMM) multiply = nullptr;

  /// Why it cannot be used; "" when it can.
  std::string load() {
    // The library's own version is 12 in the toolkits 12 and 13.
    library = toolkit_library("cusparse", "12");
    if (!library.loaded()) return missing_library("cuSPARSE", library);
    const bool whole = library.find("cusparseCreate", create) && library.find("cusparseGetErrorString", text) &&
                       library.find("cusparseSetStream", set_stream) && library.find("cusparseCreateCsr", create_csr) &&
                       library.find("cusparseDestroySpMat", destroy_csr) &&
                       library.find("cusparseCreateDnMat", create_dense) &&
                       library.find("cusparseDestroyDnMat", destroy_dense) &&
                       library.find("cusparseSpMM_bufferSize", buffer_size) && library.find("cusparseSpMM", multiply);
    if (!whole) return "this cuSPARSE lacks functions that are needed";
    return create(&handle) == CUSPARSE_STATUS_SUCCESS ? "" : "cuSPARSE does not start";
  }
  void check(cusparseStatus_t status, std::string_view call,
             const SourceLocation& place = SourceLocation::current()) const {
    if (status != CUSPARSE_STATUS_SUCCESS) check_library(static_cast<int>(status), text(status), call, place);
  }
};

const Cusparse* cusparse(std::string& why) {
  static Cusparse library;
  static const std::string problem = library.load();
  why = problem;
  return problem.empty() ? &library : nullptr;
}

/// A graph's adjacency on the host.
struct Graph {
  std::vector<std::int32_t> offsets;
  std::vector<std::int32_t> columns;
};

// Degrees follow a lognormal law with a deviation of 1, scaled to the number of edges; neighbours are anywhere, in
// order within a row.
Graph make_graph(std::int64_t rows, std::int64_t cols, std::int64_t nonzeros) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> law(0, 1);
  std::vector<double> weights(static_cast<std::size_t>(rows));
  double total = 0;
  for (double& weight : weights) total += weight = law(random);
  Graph graph;
  graph.offsets.push_back(0);
  double reached = 0;
  for (const double weight : weights) {
    reached += weight / total * static_cast<double>(nonzeros);
    graph.offsets.push_back(static_cast<std::int32_t>(std::min<std::int64_t>(nonzeros, std::llround(reached))));
  }
  graph.offsets.back() = static_cast<std::int32_t>(nonzeros);
  graph.columns.resize(static_cast<std::size_t>(nonzeros));
  for (std::int32_t& column : graph.columns)
    column = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(cols));
  for (std::size_t row = 0; row + 1 < graph.offsets.size(); ++row) {
    std::sort(graph.columns.begin() + graph.offsets[row], graph.columns.begin() + graph.offsets[row + 1]);
  }
  return graph;
}

/// The library's descriptors of a product.
class Descriptors {
 public:
  Descriptors(const Cusparse& library, const SparseProduct& p, std::int64_t cols, std::int64_t nonzeros, void* out)
      : library_(library) {
    const auto open = [](auto* data) { return const_cast<void*>(static_cast<const void*>(data)); };
    library.check(library.create_csr(&a, p.rows, cols, nonzeros, open(p.offsets), open(p.columns), open(p.values),
                                     CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F),
                  "cusparseCreateCsr");
    library.check(library.create_dense(&b, cols, p.features, p.features, open(p.b), CUDA_R_32F, CUSPARSE_ORDER_ROW),
                  "cusparseCreateDnMat");
    library.check(library.create_dense(&c, p.rows, p.features, p.features, out, CUDA_R_32F, CUSPARSE_ORDER_ROW),
                  "cusparseCreateDnMat");
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() {
    if (a != nullptr) static_cast<void>(library_.destroy_csr(a));
    if (b != nullptr) static_cast<void>(library_.destroy_dense(b));
    if (c != nullptr) static_cast<void>(library_.destroy_dense(c));
  }
  cusparseSpMatDescr_t a = nullptr;
  cusparseDnMatDescr_t b = nullptr;
  cusparseDnMatDescr_t c = nullptr;

 private:
  const Cusparse& library_;
};

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{"spmm", "spmm", by_effort<std::size_t>(effort, 6, 16, 60),
                        by_effort(effort, Seconds{0.04}, Seconds{0.08}, Seconds{0.2})};
  return design_points(plan, device, [](const DesignRow& row) {
    if (row.dtype != "fp32" || row.number(2) > kMostNonzeros) return 0.0;
    return 4.0 * static_cast<double>((row.number(0) + row.number(1)) * row.number(3) + 2 * row.number(2));
  });
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::int64_t rows = point.number("rows");
  const std::int64_t cols = point.number("cols");
  const std::int64_t nonzeros = point.number("nonzeros");
  const std::int64_t features = point.number("features");
  if (point.dtype() != "fp32") return bench.cannot("sparse products are of fp32");
  if (nonzeros > kMostNonzeros || rows > kMostNonzeros || cols > kMostNonzeros)
    return bench.cannot("more than the host makes in reasonable time");
  if (!bench.fits(4.0 * static_cast<double>((rows + cols) * features + 2 * nonzeros + rows))) return std::nullopt;
  std::string why;
  const Cusparse* const library = cusparse(why);
  if (library == nullptr) return bench.cannot(why);
  const Graph graph = make_graph(rows, cols, nonzeros);
  const DeviceBuffer offsets = to_device(graph.offsets);
  const DeviceBuffer columns = to_device(graph.columns);
  const DeviceBuffer values(4 * nonzeros);
  const DeviceBuffer b(4 * cols * features);
  const DeviceBuffer c(4 * rows * features);
  bench.fill(values, Format::kFp32, Values::kWhole, 1);
  bench.fill(b, Format::kFp32, Values::kWhole, 2);
  const SparseProduct product{
      offsets.as<std::int32_t>(), columns.as<std::int32_t>(), values.as<float>(), b.as<float>(), rows, features};
  const Descriptors descriptors(*library, product, cols, nonzeros, c.data());
  constexpr float kOne = 1;
  constexpr float kZero = 0;
  const auto plain = CUSPARSE_OPERATION_NON_TRANSPOSE;
  library->check(library->set_stream(library->handle, bench.stream()), "cusparseSetStream");
  std::size_t room = 0;
  library->check(library->buffer_size(library->handle, plain, plain, &kOne, descriptors.a, descriptors.b, &kZero,
                                      descriptors.c, CUDA_R_32F, CUSPARSE_SPMM_CSR_ALG2, &room),
                 "cusparseSpMM_bufferSize");
  const DeviceBuffer workspace(static_cast<std::int64_t>(room) + 256);
  const Launch launch = [&](std::int64_t) {
    library->check(library->multiply(library->handle, plain, plain, &kOne, descriptors.a, descriptors.b, &kZero,
                                     descriptors.c, CUDA_R_32F, CUSPARSE_SPMM_CSR_ALG2, workspace.data()),
                   "cusparseSpMM");
  };
  launch(0);
  check_finished(bench.stream(), "cusparseSpMM");
  expect_probes(
      bench, c.data(), Format::kFp32, rows * features,
      [&](std::int64_t probes, float* want) { launch_spmm_reference(product, probes, want, bench.stream()); }, 1e-5, 1,
      "a sparse product");
  return bench.time(launch);
}

}  // namespace

const CudaMicrokernel kSpmm{{"spmm", "spmm",
                             "cuSPARSE, compressed rows by a dense matrix row by row, in fp32; degrees by a lognormal "
                             "law, neighbours anywhere"},
                            points,
                            measure};

}  // namespace ridgepoint::cuda
