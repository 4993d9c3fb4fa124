#pragma once
// cuDNN's convolutions, loaded when they are needed.

#include <cudnn.h>

#include <cstdint>
#include <string>

#include "calibrate/cuda/device/buffer.hpp"
#include "calibrate/cuda/device/format.hpp"
#include "calibrate/shared_library.hpp"

namespace ridgepoint::cuda {

/// Passes of a convolution.
enum class ConvPass : std::uint8_t { kForward, kInputGradient, kWeightGradient };

/// A convolution: fp16 and bf16 with channels last, fp32 with channels first.
struct Convolution {
  std::int64_t n, c, h, w, k, r, s, stride_h, stride_w, pad_h, pad_w, groups;
  Format format;
  ConvPass pass;

  [[nodiscard]] bool channels_last() const { return bytes_of(format) == 2; }
  [[nodiscard]] std::int64_t p() const { return (h + 2 * pad_h - r) / stride_h + 1; }
  [[nodiscard]] std::int64_t q() const { return (w + 2 * pad_w - s) / stride_w + 1; }
  [[nodiscard]] bool possible() const;
  [[nodiscard]] std::int64_t x_bytes() const { return n * c * h * w * bytes_of(format); }
  [[nodiscard]] std::int64_t weight_bytes() const { return k * (c / groups) * r * s * bytes_of(format); }
  [[nodiscard]] std::int64_t y_bytes() const { return n * k * p() * q() * bytes_of(format); }
};

class Cudnn;

/// A convolution as the library knows it, with its first choice of algorithm and that one's workspace.
class ConvPlan {
 public:
  ConvPlan(const Cudnn& library, const Convolution& convolution);
  ConvPlan(const ConvPlan&) = delete;
  ConvPlan& operator=(const ConvPlan&) = delete;
  ~ConvPlan();

  /// Whether the library has an algorithm for it here.
  [[nodiscard]] bool possible() const { return algorithm_ >= 0; }
  /// One of the three is the result, by the pass.
  void run(void* x, void* weight, void* y, cudaStream_t stream) const;

 private:
  void describe();
  void choose();

  const Cudnn& library_;
  Convolution conv_;
  cudnnTensorDescriptor_t x_ = nullptr;
  cudnnTensorDescriptor_t y_ = nullptr;
  cudnnFilterDescriptor_t weight_ = nullptr;
  cudnnConvolutionDescriptor_t convolution_ = nullptr;
  int algorithm_ = -1;
  DeviceBuffer workspace_;
};

/// The library. There is one.
class Cudnn {
 public:
  /// Null, with the reason in `why`, where the library cannot be loaded.
  static const Cudnn* get(std::string& why);
  Cudnn(const Cudnn&) = delete;
  Cudnn& operator=(const Cudnn&) = delete;
  ~Cudnn() = default;

 private:
  friend class ConvPlan;
  Cudnn() = default;
  bool load(std::string& why);
  void check(cudnnStatus_t status, std::string_view call,
             const SourceLocation& place = SourceLocation::current()) const;

  SharedLibrary library_;
  cudnnHandle_t handle_ = nullptr;
  decltype(&cudnnGetErrorString) error_string_ = nullptr;
  decltype(&cudnnCreate) create_ = nullptr;
  decltype(&cudnnSetStream) set_stream_ = nullptr;
  decltype(&cudnnCreateTensorDescriptor) tensor_create_ = nullptr;
  decltype(&cudnnDestroyTensorDescriptor) tensor_destroy_ = nullptr;
  decltype(&cudnnSetTensor4dDescriptor) tensor_set_ = nullptr;
  decltype(&cudnnCreateFilterDescriptor) filter_create_ = nullptr;
  decltype(&cudnnDestroyFilterDescriptor) filter_destroy_ = nullptr;
  decltype(&cudnnSetFilter4dDescriptor) filter_set_ = nullptr;
  decltype(&cudnnCreateConvolutionDescriptor) convolution_create_ = nullptr;
  decltype(&cudnnDestroyConvolutionDescriptor) convolution_destroy_ = nullptr;
  decltype(&cudnnSetConvolution2dDescriptor) convolution_set_ = nullptr;
  decltype(&cudnnSetConvolutionGroupCount) groups_set_ = nullptr;
  decltype(&cudnnSetConvolutionMathType) math_set_ = nullptr;
  decltype(&cudnnGetConvolutionForwardAlgorithm_v7) forward_choose_ = nullptr;
  decltype(&cudnnGetConvolutionBackwardDataAlgorithm_v7) data_choose_ = nullptr;
  decltype(&cudnnGetConvolutionBackwardFilterAlgorithm_v7) filter_choose_ = nullptr;
  decltype(&cudnnConvolutionForward) forward_ = nullptr;
  decltype(&cudnnConvolutionBackwardData) data_ = nullptr;
  decltype(&cudnnConvolutionBackwardFilter) filter_ = nullptr;
};

}  // namespace ridgepoint::cuda
