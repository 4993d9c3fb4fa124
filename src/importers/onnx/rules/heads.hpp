#pragma once
// What the attention of ai.onnx and that of ONNX Runtime share.

#include <cstdint>
#include <string>
#include <string_view>

#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {

/// Queries, keys and values as [batch, length, heads width].
struct Heads {
  std::int64_t heads = 1;
  std::int64_t kv_heads = 1;
  bool causal = false;
  std::int64_t window = 0;
  bool softcap = false;
};

/// As attributes of the op `attention`.
Attributes attributes_of(const Heads& h);

/// [b, h, s, d] -> [b, s, h d]; free, as the kernel reads it where it lies. [b, s, w] stays.
std::string rows_of(const Lowering& n, const std::string& label, const std::string& tensor, const Dims& dims);

/// Keys or values `tensor` [b, length, w] of `kv` heads behind those of input `past` [b, kv, s, d], as rows again;
/// output `present` are all of them as [b, kv, s, d].
std::string appended(const Lowering& n, const std::string& label, const std::string& tensor, std::size_t past,
                     std::size_t present, const Dim& length, std::int64_t kv);

/// A number of heads. Throws InputError where it is none.
std::int64_t positive(const NodeContext& n, std::string_view name, std::int64_t otherwise);

}  // namespace ridgepoint::onnx
