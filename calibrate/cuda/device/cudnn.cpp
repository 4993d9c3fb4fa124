#include "calibrate/cuda/device/cudnn.hpp"

#include <array>

#include "calibrate/cuda/device/libraries.hpp"

namespace ridgepoint::cuda {
namespace {

constexpr std::size_t kMostWorkspace = std::size_t{1} << 30;

cudnnDataType_t type_of(Format format) {
  if (format == Format::kFp16) return CUDNN_DATA_HALF;
  return format == Format::kBf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
}

// The first of the library's choices that worked and whose workspace is not too large.
template <class Choice>
int first_good(const Choice* choices, int count, std::size_t& workspace) {
  for (int i = 0; i < count; ++i) {
    if (choices[i].status != CUDNN_STATUS_SUCCESS || choices[i].memory > kMostWorkspace) continue;
    workspace = choices[i].memory;
    return static_cast<int>(choices[i].algo);
  }
  return -1;
}

}  // namespace

bool Convolution::possible() const {
  return groups > 0 && c % groups == 0 && k % groups == 0 && h + 2 * pad_h >= r && w + 2 * pad_w >= s;
}

const Cudnn* Cudnn::get(std::string& why) {
  static Cudnn library;
  static std::string problem;
  static const bool loaded = library.load(problem);
  why = problem;
  return loaded ? &library : nullptr;
}

bool Cudnn::load(std::string& why) {
  library_ = toolkit_library("cudnn", std::to_string(CUDNN_MAJOR));
  if (!library_.loaded()) {
    why = missing_library("cuDNN", library_);
    return false;
  }
  const auto& l = library_;
  const bool whole =
      l.find("cudnnGetErrorString", error_string_) && l.find("cudnnCreate", create_) &&
      l.find("cudnnSetStream", set_stream_) && l.find("cudnnCreateTensorDescriptor", tensor_create_) &&
      l.find("cudnnDestroyTensorDescriptor", tensor_destroy_) && l.find("cudnnSetTensor4dDescriptor", tensor_set_) &&
      l.find("cudnnCreateFilterDescriptor", filter_create_) &&
      l.find("cudnnDestroyFilterDescriptor", filter_destroy_) && l.find("cudnnSetFilter4dDescriptor", filter_set_) &&
      l.find("cudnnCreateConvolutionDescriptor", convolution_create_) &&
      l.find("cudnnDestroyConvolutionDescriptor", convolution_destroy_) &&
      l.find("cudnnSetConvolution2dDescriptor", convolution_set_) &&
      l.find("cudnnSetConvolutionGroupCount", groups_set_) && l.find("cudnnSetConvolutionMathType", math_set_) &&
      l.find("cudnnGetConvolutionForwardAlgorithm_v7", forward_choose_) &&
      l.find("cudnnGetConvolutionBackwardDataAlgorithm_v7", data_choose_) &&
      l.find("cudnnGetConvolutionBackwardFilterAlgorithm_v7", filter_choose_) &&
      l.find("cudnnConvolutionForward", forward_) && l.find("cudnnConvolutionBackwardData", data_) &&
      l.find("cudnnConvolutionBackwardFilter", filter_);
  if (!whole) {
    why = "this cuDNN lacks functions that are needed";
    return false;
  }
  if (const cudnnStatus_t status = create_(&handle_); status != CUDNN_STATUS_SUCCESS) {
    why = std::string("cuDNN does not start: ") + error_string_(status);
    return false;
  }
  return true;
}

void Cudnn::check(cudnnStatus_t status, std::string_view call, const SourceLocation& place) const {
  if (status != CUDNN_STATUS_SUCCESS) check_library(static_cast<int>(status), error_string_(status), call, place);
}

ConvPlan::ConvPlan(const Cudnn& library, const Convolution& convolution) : library_(library), conv_(convolution) {
  describe();
  choose();
}

ConvPlan::~ConvPlan() {
  if (x_ != nullptr) static_cast<void>(library_.tensor_destroy_(x_));
  if (y_ != nullptr) static_cast<void>(library_.tensor_destroy_(y_));
  if (weight_ != nullptr) static_cast<void>(library_.filter_destroy_(weight_));
  if (convolution_ != nullptr) static_cast<void>(library_.convolution_destroy_(convolution_));
}

void ConvPlan::describe() {
  const Cudnn& l = library_;
  const Convolution& v = conv_;
  const cudnnTensorFormat_t layout = v.channels_last() ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
  const cudnnDataType_t type = type_of(v.format);
  const auto whole = [](std::int64_t value) { return static_cast<int>(value); };
  const auto tensor = [&](cudnnTensorDescriptor_t& descriptor, std::int64_t channels, std::int64_t height,
                          std::int64_t width) {
    l.check(l.tensor_create_(&descriptor), "cudnnCreateTensorDescriptor");
    l.check(l.tensor_set_(descriptor, layout, type, whole(v.n), whole(channels), whole(height), whole(width)),
            "cudnnSetTensor4dDescriptor");
  };
  tensor(x_, v.c, v.h, v.w);
  tensor(y_, v.k, v.p(), v.q());
  l.check(l.filter_create_(&weight_), "cudnnCreateFilterDescriptor");
  l.check(l.filter_set_(weight_, type, layout, whole(v.k), whole(v.c / v.groups), whole(v.r), whole(v.s)),
          "cudnnSetFilter4dDescriptor");
  l.check(l.convolution_create_(&convolution_), "cudnnCreateConvolutionDescriptor");
  l.check(l.convolution_set_(convolution_, whole(v.pad_h), whole(v.pad_w), whole(v.stride_h), whole(v.stride_w), 1, 1,
                             CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
          "cudnnSetConvolution2dDescriptor");
  l.check(l.groups_set_(convolution_, whole(v.groups)), "cudnnSetConvolutionGroupCount");
  // fp32 stays fp32: tf32 would be another format.
  const cudnnMathType_t math = v.format == Format::kFp32 ? CUDNN_FMA_MATH : CUDNN_TENSOR_OP_MATH;
  l.check(l.math_set_(convolution_, math), "cudnnSetConvolutionMathType");
}

void ConvPlan::choose() {
  const Cudnn& l = library_;
  constexpr int kMost = 8;
  int count = 0;
  std::size_t workspace = 0;
  const auto ask = [&](auto choices, auto call, auto... descriptors) {
    const cudnnStatus_t status = call(l.handle_, descriptors..., kMost, &count, choices.data());
    // What the library cannot do here is no failure.
    algorithm_ = status == CUDNN_STATUS_SUCCESS ? first_good(choices.data(), count, workspace) : -1;
  };
  switch (conv_.pass) {
    case ConvPass::kForward:
      ask(std::array<cudnnConvolutionFwdAlgoPerf_t, kMost>{}, l.forward_choose_, x_, weight_, convolution_, y_);
      break;
    case ConvPass::kInputGradient:
      ask(std::array<cudnnConvolutionBwdDataAlgoPerf_t, kMost>{}, l.data_choose_, weight_, y_, convolution_, x_);
      break;
    case ConvPass::kWeightGradient:
      ask(std::array<cudnnConvolutionBwdFilterAlgoPerf_t, kMost>{}, l.filter_choose_, x_, y_, convolution_, weight_);
      break;
  }
  workspace_ = DeviceBuffer(static_cast<std::int64_t>(workspace) + 256);
}

void ConvPlan::run(void* x, void* weight, void* y, cudaStream_t stream) const {
  const Cudnn& l = library_;
  l.check(l.set_stream_(l.handle_, stream), "cudnnSetStream");
  constexpr float kOne = 1;
  constexpr float kZero = 0;
  const auto room = static_cast<std::size_t>(workspace_.bytes());
  switch (conv_.pass) {
    case ConvPass::kForward:
      l.check(l.forward_(l.handle_, &kOne, x_, x, weight_, weight, convolution_,
                         static_cast<cudnnConvolutionFwdAlgo_t>(algorithm_), workspace_.data(), room, &kZero, y_, y),
              "cudnnConvolutionForward");
      return;
    case ConvPass::kInputGradient:
      l.check(l.data_(l.handle_, &kOne, weight_, weight, y_, y, convolution_,
                      static_cast<cudnnConvolutionBwdDataAlgo_t>(algorithm_), workspace_.data(), room, &kZero, x_, x),
              "cudnnConvolutionBackwardData");
      return;
    case ConvPass::kWeightGradient:
      l.check(l.filter_(l.handle_, &kOne, x_, x, y_, y, convolution_,
                        static_cast<cudnnConvolutionBwdFilterAlgo_t>(algorithm_), workspace_.data(), room, &kZero,
                        weight_, weight),
              "cudnnConvolutionBackwardFilter");
      return;
  }
}

}  // namespace ridgepoint::cuda
