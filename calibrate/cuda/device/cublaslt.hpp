#pragma once
// cuBLASLt, loaded when it is needed.

#include <cublasLt.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "calibrate/cuda/device/buffer.hpp"
#include "calibrate/cuda/device/format.hpp"
#include "calibrate/shared_library.hpp"

namespace ridgepoint::cuda {

/// What happens to a product before it is written.
enum class Epilogue : std::uint8_t { kNone, kBias, kBiasRelu, kBiasGelu };

/// How the operands of c = a b lie in memory, row by row: b as its transpose (the forward pass of a layer, whose
/// weights are [out, in]), both plain (the gradient of its input), a as its transpose (that of its weights).
enum class Layout : std::uint8_t { kTn, kNn, kNt };

/// `batch` products c[m, n] = a[m, k] b[k, n]. Operands in `format`; c in bf16 for fp8 and int32 for int8, otherwise as
/// they. e5m2 is of the second operand: the first is e4m3.
struct Product {
  std::int64_t batch = 1, m = 0, n = 0, k = 0;
  Format format = Format::kFp32;
  Layout layout = Layout::kTn;
  Epilogue epilogue = Epilogue::kNone;

  [[nodiscard]] Format a_format() const { return format == Format::kE5m2 ? Format::kE4m3 : format; }
  [[nodiscard]] Format c_format() const;
  [[nodiscard]] std::int64_t a_bytes() const { return batch * m * k * bytes_of(format); }
  [[nodiscard]] std::int64_t b_bytes() const { return batch * k * n * bytes_of(format); }
  [[nodiscard]] std::int64_t c_bytes() const { return batch * m * n * bytes_of(c_format()); }
};

class CublasLt;

/// A product as the library knows it, with the algorithms that its heuristics propose, best guess first.
class ProductPlan {
 public:
  ProductPlan(const CublasLt& library, const Product& product);
  ProductPlan(const ProductPlan&) = delete;
  ProductPlan& operator=(const ProductPlan&) = delete;
  ~ProductPlan();

  [[nodiscard]] std::size_t algorithms() const { return algorithms_.size(); }
  /// Runs an algorithm on the stream. `bias` has n values, for epilogues with one.
  void run(std::size_t algorithm, const void* a, const void* b, void* c, const void* bias, cudaStream_t stream) const;

 private:
  void describe();
  void find_algorithms();

  const CublasLt& library_;
  Product product_;
  cublasLtMatmulDesc_t operation_ = nullptr;
  cublasLtMatrixLayout_t a_ = nullptr;
  cublasLtMatrixLayout_t b_ = nullptr;
  cublasLtMatrixLayout_t c_ = nullptr;
  std::vector<cublasLtMatmulHeuristicResult_t> algorithms_;
};

/// The library and its workspace. There is one.
class CublasLt {
 public:
  /// Null, with the reason in `why`, where the library cannot be loaded.
  static const CublasLt* get(std::string& why);
  CublasLt(const CublasLt&) = delete;
  CublasLt& operator=(const CublasLt&) = delete;
  ~CublasLt() = default;
  [[nodiscard]] std::size_t version() const { return get_version_(); }

 private:
  friend class ProductPlan;
  CublasLt() = default;
  bool load(std::string& why);
  /// Throws for a call that failed.
  void check(cublasStatus_t status, std::string_view call,
             const SourceLocation& place = SourceLocation::current()) const;

  SharedLibrary library_;
  cublasLtHandle_t handle_ = nullptr;
  DeviceBuffer workspace_;
  decltype(&cublasLtGetVersion) get_version_ = nullptr;
  decltype(&cublasLtGetStatusName) status_name_ = nullptr;
  decltype(&cublasLtCreate) create_ = nullptr;
  decltype(&cublasLtMatmulDescCreate) operation_create_ = nullptr;
  decltype(&cublasLtMatmulDescDestroy) operation_destroy_ = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) operation_set_ = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) layout_create_ = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy_ = nullptr;
  decltype(&cublasLtMatrixLayoutSetAttribute) layout_set_ = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create_ = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy_ = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set_ = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic_ = nullptr;
  decltype(&cublasLtMatmul) matmul_ = nullptr;
};

}  // namespace ridgepoint::cuda
