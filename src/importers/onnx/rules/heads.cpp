#include "importers/onnx/rules/heads.hpp"

#include <fmt/format.h>

namespace ridgepoint::onnx {

Attributes attributes_of(const Heads& h) {
  Attributes attributes{{"heads", h.heads}};
  if (h.kv_heads != h.heads) attributes.push_back({"kv_heads", h.kv_heads});
  if (h.causal) attributes.push_back({"causal", true});
  if (h.window > 0) attributes.push_back({"window", h.window});
  if (h.softcap) attributes.push_back({"softcap", true});
  return attributes;
}

std::string rows_of(const Lowering& n, const std::string& label, const std::string& tensor, const Dims& dims) {
  if (dims.size() == 3) return tensor;
  if (dims.size() != 4) throw Unknown{};
  const std::string ordered = n.step(label + ".order", "transpose", {tensor},
                                     {{"axes", Value(std::vector<std::int64_t>{0, 2, 1, 3})}, {"free", true}});
  return n.reshaped(label, ordered, {dims[0], dims[2], dims[1] * dims[3]});
}

std::string appended(const Lowering& n, const std::string& label, const std::string& tensor, std::size_t past,
                     std::size_t present, const Dim& length, std::int64_t kv) {
  const bool joins = n.has(past) && n.shape(past).size() == 4 && product(n.shape(past)).value() > 0;
  const std::vector<int>& outputs = n.node().outputs;
  const bool given = present < outputs.size() && outputs[present] >= 0 && n.out(present).shape.has_value();
  if (!joins && !given) return tensor;
  Dims all = joins ? n.shape(past) : n.out_shape(present);
  if (joins) all[2] = all[2] + length;
  std::string parted = n.reshaped(label + ".heads", tensor, {all[0], length, Dim(kv), all[3]});
  parted = n.step(label + ".order", "transpose", {parted},
                  {{"axes", Value(std::vector<std::int64_t>{0, 2, 1, 3})}, {"free", true}});
  const std::string joined = joins ? n.step(label + ".past", "concat", {n.ref(past), parted}, {{"axis", 2}}) : parted;
  n.bind(present, joined);
  return joins ? rows_of(n, label + ".all", joined, all) : tensor;
}

std::int64_t positive(const NodeContext& n, std::string_view name, std::int64_t otherwise) {
  const std::int64_t value = n.integer(name, otherwise);
  if (value < 1 || value > (1 << 24)) n.fail(fmt::format("{} is {}", name, value), "at least 1");
  return value;
}

}  // namespace ridgepoint::onnx
