#include "report/kernel_class.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace ridgepoint {
namespace {

/// A part of a name that tells the class.
struct Word {
  std::string_view part;
  KernelClass kind;
};

// The first that is found decides: "convert" is no convolution, and xmma_fprop_implicit_gemm is no product.
constexpr std::array kWords{Word{"nccl", KernelClass::kCommunication},
                            Word{"allreduce", KernelClass::kCommunication},
                            Word{"all_reduce", KernelClass::kCommunication},
                            Word{"all_gather", KernelClass::kCommunication},
                            Word{"memcpy", KernelClass::kCopy},
                            Word{"memset", KernelClass::kCopy},
                            Word{"convert", KernelClass::kElementwise},
                            Word{"flash", KernelClass::kAttention},
                            Word{"fmha", KernelClass::kAttention},
                            Word{"attention", KernelClass::kAttention},
                            Word{"attn", KernelClass::kAttention},
                            Word{"softmax", KernelClass::kSoftmax},
                            Word{"norm", KernelClass::kNorm},
                            Word{"bn_fw", KernelClass::kNorm},
                            Word{"bn_bw", KernelClass::kNorm},
                            Word{"lstm", KernelClass::kRecurrent},
                            Word{"gru_", KernelClass::kRecurrent},
                            Word{"rnn", KernelClass::kRecurrent},
                            Word{"recurrent", KernelClass::kRecurrent},
                            Word{"collective", KernelClass::kCommunication},
                            Word{"spmm", KernelClass::kSparse},
                            Word{"csrmm", KernelClass::kSparse},
                            Word{"cusparse", KernelClass::kSparse},
                            Word{"conv", KernelClass::kConvolution},
                            Word{"winograd", KernelClass::kConvolution},
                            Word{"implicit_gemm", KernelClass::kConvolution},
                            Word{"fprop", KernelClass::kConvolution},
                            Word{"dgrad", KernelClass::kConvolution},
                            Word{"wgrad", KernelClass::kConvolution},
                            Word{"cudnn", KernelClass::kConvolution},
                            Word{"gemm", KernelClass::kProduct},
                            Word{"gemv", KernelClass::kProduct},
                            Word{"splitk", KernelClass::kProduct},
                            Word{"nvjet", KernelClass::kProduct},
                            Word{"xmma", KernelClass::kProduct},
                            Word{"cutlass", KernelClass::kProduct},
                            Word{"matmul", KernelClass::kProduct},
                            Word{"addmm", KernelClass::kProduct},
                            Word{"aten::mm", KernelClass::kProduct},
                            Word{"bmm", KernelClass::kProduct},
                            Word{"linear", KernelClass::kProduct},
                            Word{"pool", KernelClass::kPool},
                            Word{"embedding", KernelClass::kLookup},
                            Word{"index", KernelClass::kLookup},
                            Word{"gather", KernelClass::kLookup},
                            Word{"elementwise", KernelClass::kElementwise},
                            Word{"reduc", KernelClass::kElementwise},
                            Word{"triton_", KernelClass::kElementwise},
                            Word{"relu", KernelClass::kElementwise},
                            Word{"gelu", KernelClass::kElementwise},
                            Word{"silu", KernelClass::kElementwise},
                            Word{"sigmoid", KernelClass::kElementwise},
                            Word{"tanh", KernelClass::kElementwise},
                            Word{"add", KernelClass::kElementwise},
                            Word{"mul", KernelClass::kElementwise},
                            Word{"mean", KernelClass::kElementwise},
                            Word{"copy", KernelClass::kElementwise},
                            Word{"cat", KernelClass::kElementwise},
                            Word{"stream", KernelClass::kElementwise}};

KernelClass by_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* const found = std::find_if(kWords.begin(), kWords.end(),
                                         [&](const Word& word) { return name.find(word.part) != std::string::npos; });
  return found == kWords.end() ? KernelClass::kOther : found->kind;
}

KernelClass of_stream(const std::string& op) {
  const KernelClass kind = by_name(op);
  const bool told = kind == KernelClass::kNorm || kind == KernelClass::kSoftmax || kind == KernelClass::kPool;
  return told ? kind : KernelClass::kElementwise;
}

struct ClassOfKernel {
  const std::string& op;
  KernelClass operator()(const Gemm&) const { return KernelClass::kProduct; }
  KernelClass operator()(const GroupedGemm&) const { return KernelClass::kProduct; }
  KernelClass operator()(const Conv&) const { return KernelClass::kConvolution; }
  KernelClass operator()(const Attention&) const { return KernelClass::kAttention; }
  KernelClass operator()(const Stream&) const { return of_stream(op); }
  KernelClass operator()(const Gather&) const { return KernelClass::kLookup; }
  KernelClass operator()(const Spmm&) const { return KernelClass::kSparse; }
  KernelClass operator()(const Recurrent&) const { return KernelClass::kRecurrent; }
  KernelClass operator()(const Collective&) const { return KernelClass::kCommunication; }
};

bool is_pointwise(KernelClass kind) {
  return kind == KernelClass::kElementwise || kind == KernelClass::kNorm || kind == KernelClass::kSoftmax ||
         kind == KernelClass::kPool || kind == KernelClass::kLookup;
}

}  // namespace

KernelClass class_of(const ProfiledKernel& kernel) {
  const KernelClass kind = kernel.op.empty() ? KernelClass::kOther : by_name(kernel.op);
  return kind == KernelClass::kOther ? by_name(kernel.name) : kind;
}

KernelClass class_of(const ListedKernel& kernel) { return std::visit(ClassOfKernel{kernel.op}, kernel.launch.kernel); }

bool may_be(KernelClass measured, KernelClass predicted) {
  if (measured == predicted) return true;
  if (measured == KernelClass::kOther) return predicted != KernelClass::kCommunication;
  const auto either = [&](KernelClass a, KernelClass b) {
    return (measured == a && predicted == b) || (measured == b && predicted == a);
  };
  if (either(KernelClass::kProduct, KernelClass::kConvolution)) return true;
  if (either(KernelClass::kProduct, KernelClass::kSparse)) return true;
  return is_pointwise(measured) && is_pointwise(predicted);
}

}  // namespace ridgepoint
