#include "calibrate/cuda/device/cublaslt.hpp"

#include "calibrate/cuda/device/libraries.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr std::int64_t kWorkspace = std::int64_t{64} << 20;
constexpr int kMostAlgorithms = 16;

/// How a format is multiplied.
struct Types {
  cudaDataType_t a, b, c, scale;
  cublasComputeType_t compute;
};
Types types_of(Format format) {
  switch (format) {
    case Format::kFp64: return {CUDA_R_64F, CUDA_R_64F, CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_64F};
    case Format::kTf32: return {CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32};
    case Format::kFp16: return {CUDA_R_16F, CUDA_R_16F, CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F};
    case Format::kBf16: return {CUDA_R_16BF, CUDA_R_16BF, CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F};
    case Format::kE4m3: return {CUDA_R_8F_E4M3, CUDA_R_8F_E4M3, CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F};
    case Format::kE5m2: return {CUDA_R_8F_E4M3, CUDA_R_8F_E5M2, CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F};
    case Format::kInt8: return {CUDA_R_8I, CUDA_R_8I, CUDA_R_32I, CUDA_R_32I, CUBLAS_COMPUTE_32I};
    case Format::kFp32:
    case Format::kInt32: break;
  }
  return {CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F};
}

cublasLtEpilogue_t epilogue_of(Epilogue epilogue) {
  switch (epilogue) {
    case Epilogue::kBias: return CUBLASLT_EPILOGUE_BIAS;
    case Epilogue::kBiasRelu: return CUBLASLT_EPILOGUE_RELU_BIAS;
    case Epilogue::kBiasGelu: return CUBLASLT_EPILOGUE_GELU_BIAS;
    case Epilogue::kNone: break;
  }
  return CUBLASLT_EPILOGUE_DEFAULT;
}

}  // namespace

Format Product::c_format() const {
  if (format == Format::kInt8) return Format::kInt32;
  return bytes_of(format) == 1 ? Format::kBf16 : format;
}

const CublasLt* CublasLt::get(std::string& why) {
  static CublasLt library;
  static std::string problem;
  static const bool loaded = library.load(problem);
  why = problem;
  return loaded ? &library : nullptr;
}

bool CublasLt::load(std::string& why) {
  library_ = toolkit_library("cublasLt", toolkit_major());
  if (!library_.loaded()) {
    why = missing_library("cuBLASLt", library_);
    return false;
  }
  const auto& l = library_;
  const bool whole = l.find("cublasLtGetVersion", get_version_) && l.find("cublasLtGetStatusName", status_name_) &&
                     l.find("cublasLtCreate", create_) && l.find("cublasLtMatmulDescCreate", operation_create_) &&
                     l.find("cublasLtMatmulDescDestroy", operation_destroy_) &&
                     l.find("cublasLtMatmulDescSetAttribute", operation_set_) &&
                     l.find("cublasLtMatrixLayoutCreate", layout_create_) &&
                     l.find("cublasLtMatrixLayoutDestroy", layout_destroy_) &&
                     l.find("cublasLtMatrixLayoutSetAttribute", layout_set_) &&
                     l.find("cublasLtMatmulPreferenceCreate", preference_create_) &&
                     l.find("cublasLtMatmulPreferenceDestroy", preference_destroy_) &&
                     l.find("cublasLtMatmulPreferenceSetAttribute", preference_set_) &&
                     l.find("cublasLtMatmulAlgoGetHeuristic", heuristic_) && l.find("cublasLtMatmul", matmul_);
  if (!whole) {
    why = "this cuBLASLt lacks functions that are needed";
    return false;
  }
  check(create_(&handle_), "cublasLtCreate");
  workspace_ = DeviceBuffer(kWorkspace);
  return true;
}

void CublasLt::check(cublasStatus_t status, std::string_view call, const SourceLocation& place) const {
  if (status != CUBLAS_STATUS_SUCCESS) check_library(static_cast<int>(status), status_name_(status), call, place);
}

ProductPlan::ProductPlan(const CublasLt& library, const Product& product) : library_(library), product_(product) {
  describe();
  find_algorithms();
}

ProductPlan::~ProductPlan() {
  for (const cublasLtMatrixLayout_t layout : {a_, b_, c_}) {
    if (layout != nullptr) library_.layout_destroy_(layout);
  }
  if (operation_ != nullptr) library_.operation_destroy_(operation_);
}

// The library's matrices go column by column: it computes the transpose, c' = b' a', of n rows and m columns.
void ProductPlan::describe() {
  const Product& p = product_;
  const Types types = types_of(p.format);
  const CublasLt& l = library_;
  l.check(l.operation_create_(&operation_, types.compute, types.scale), "cublasLtMatmulDescCreate");
  const cublasOperation_t first = p.layout == Layout::kTn ? CUBLAS_OP_T : CUBLAS_OP_N;
  const cublasOperation_t second = p.layout == Layout::kNt ? CUBLAS_OP_T : CUBLAS_OP_N;
  const auto set = [&](cublasLtMatmulDescAttributes_t which, const auto& value) {
    l.check(l.operation_set_(operation_, which, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
  };
  set(CUBLASLT_MATMUL_DESC_TRANSA, first);
  set(CUBLASLT_MATMUL_DESC_TRANSB, second);
  if (p.epilogue != Epilogue::kNone) set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue_of(p.epilogue));
  const auto matrix = [&](cublasLtMatrixLayout_t& layout, cudaDataType_t type, std::int64_t rows, std::int64_t cols) {
    l.check(l.layout_create_(&layout, type, static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols), rows),
            "cublasLtMatrixLayoutCreate");
    const auto count = static_cast<std::int32_t>(p.batch);
    const std::int64_t apart = rows * cols;
    l.check(l.layout_set_(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count),
            "cublasLtMatrixLayoutSetAttribute");
    l.check(l.layout_set_(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &apart, sizeof apart),
            "cublasLtMatrixLayoutSetAttribute");
  };
  const bool b_transposed = p.layout == Layout::kTn;
  const bool a_transposed = p.layout == Layout::kNt;
  matrix(b_, types.b, b_transposed ? p.k : p.n, b_transposed ? p.n : p.k);
  matrix(a_, types.a, a_transposed ? p.m : p.k, a_transposed ? p.k : p.m);
  matrix(c_, types.c, p.n, p.m);
}

void ProductPlan::find_algorithms() {
  const CublasLt& l = library_;
  cublasLtMatmulPreference_t preference = nullptr;
  l.check(l.preference_create_(&preference), "cublasLtMatmulPreferenceCreate");
  const auto room = static_cast<std::uint64_t>(kWorkspace);
  const cublasStatus_t set =
      l.preference_set_(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &room, sizeof room);
  algorithms_.resize(kMostAlgorithms);
  int found = 0;
  const cublasStatus_t asked =
      l.heuristic_(l.handle_, operation_, b_, a_, c_, c_, preference, kMostAlgorithms, algorithms_.data(), &found);
  static_cast<void>(l.preference_destroy_(preference));
  l.check(set, "cublasLtMatmulPreferenceSetAttribute");
  // What the library cannot multiply is no failure of ours: there are then no algorithms.
  if (asked != CUBLAS_STATUS_NOT_SUPPORTED && asked != CUBLAS_STATUS_INVALID_VALUE)
    l.check(asked, "cublasLtMatmulAlgoGetHeuristic");
  algorithms_.resize(asked == CUBLAS_STATUS_SUCCESS ? static_cast<std::size_t>(found) : 0);
  std::erase_if(algorithms_, [](const auto& one) { return one.state != CUBLAS_STATUS_SUCCESS; });
}

void ProductPlan::run(std::size_t algorithm, const void* a, const void* b, void* c, const void* bias,
                      cudaStream_t stream) const {
  const CublasLt& l = library_;
  if (product_.epilogue != Epilogue::kNone) {
    l.check(l.operation_set_(operation_, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias),
            "cublasLtMatmulDescSetAttribute");
  }
  // One and zero in the format of the scale.
  constexpr double kOneDouble = 1;
  constexpr float kOneFloat = 1;
  constexpr std::int32_t kOneInt = 1;
  constexpr double kZero = 0;
  const void* one = &kOneFloat;
  if (product_.format == Format::kFp64) one = &kOneDouble;
  if (product_.format == Format::kInt8) one = &kOneInt;
  l.check(l.matmul_(l.handle_, operation_, one, b, b_, a, a_, &kZero, c, c_, c, c_, &algorithms_[algorithm].algo,
                    l.workspace_.data(), static_cast<std::size_t>(kWorkspace), stream),
          "cublasLtMatmul");
}

}  // namespace ridgepoint::cuda
