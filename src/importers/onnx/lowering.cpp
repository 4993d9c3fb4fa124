#include "importers/onnx/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/checked.hpp"
#include "importers/onnx/names.hpp"

namespace ridgepoint::onnx {
namespace {

// Ops whose output has the format of their first input.
constexpr std::array<std::string_view, 9> kKeepsFormat{"reshape", "transpose", "slice",        "split", "expand",
                                                       "concat",  "gather",    "index_select", "pad"};

bool is_index_format(const Attributes& attributes) {
  const auto* const word = std::get_if<std::string>(&attributes.front().value.data);
  const std::optional<DType> format = word == nullptr ? std::nullopt : find_dtype(*word);
  return format && !facts(*format).arithmetic;
}

// Ops whose first parameter is stored in the format of matmul weights.
bool has_matrix(std::string_view op) {
  constexpr std::array<std::string_view, 8> kOps{
      "linear", "conv", "conv_transpose", "deform_conv", "grouped_linear", "lstm", "gru", "rnn"};
  return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

}  // namespace

std::string layer_name(const Graph& graph, const Node& node) {
  std::string name = node.name;
  if (name.empty()) {
    for (const int id : node.outputs) {
      if (id >= 0 && name.empty()) name = graph.value(id).name;
    }
  }
  std::replace(name.begin(), name.end(), ':', '.');
  return name.empty() ? std::string(node.type) : name;
}

Value as_value(const Dims& dims) {
  std::vector<Value> list;
  for (const Dim& dim : dims) list.push_back(dim.as_value());
  return list;
}

Writer::Writer(Graph& graph, Description& description, Places places)
    : graph_(graph), description_(description), places_(std::move(places)) {
  for (const InputItem& input : description.inputs) names_.insert(input.name);
}

std::string Writer::unique(const std::string& wanted) {
  std::string base = wanted;
  std::replace(base.begin(), base.end(), ':', '.');
  if (names_.insert(base).second) return base;
  int& number = numbers_[base];
  std::string name;
  do {
    number = std::max(number, 1) + 1;
    name = fmt::format("{}_{}", base, number);
  } while (!names_.insert(name).second);
  return name;
}

std::string Writer::add(const std::string& wanted, std::string op, std::vector<std::string> inputs,
                        Attributes attributes) {
  Item item;
  item.name = unique(wanted);
  const bool kept = std::find(kKeepsFormat.begin(), kKeepsFormat.end(), op) != kKeepsFormat.end();
  const bool indexes = op == "cast" && is_index_format(attributes);
  const bool from_indices =
      kept && !inputs.empty() && index_tensors_.contains(inputs[0].substr(0, inputs[0].find(':')));
  if (indexes || from_indices) index_tensors_.insert(item.name);
  item.op = std::move(op);
  for (std::string& input : inputs) item.inputs.emplace_back(std::move(input));
  item.attributes = std::move(attributes);
  description_.items.push_back(std::move(item));
  return description_.items.back().name;
}

std::string Writer::add_owner(const std::string& wanted, std::string op, std::vector<std::string> inputs,
                              Attributes attributes, std::vector<ParameterKey> keys) {
  std::string name = add(wanted, std::move(op), std::move(inputs), std::move(attributes));
  if (keys.empty()) return name;
  if (has_matrix(description_.items.back().op)) store(keys.front());
  std::sort(keys.begin(), keys.end());
  const auto [owner, is_first] = owners_.emplace(keys, name);
  if (!is_first) description_.items.back().tied = Reference(owner->second);
  owned_.insert(keys.begin(), keys.end());
  return name;
}

const std::vector<int>& Writer::consumers(int value) const {
  static const std::vector<int> kNone;
  const auto found = consumers_.find(value);
  return found == consumers_.end() ? kNone : found->second;
}

bool Writer::always_together(int a, int b, int node) const {
  constexpr std::size_t kMany = 1000;  // every reader asks: more would take their square
  if (consumers(root_of(graph_, a)).size() > kMany) return false;
  const auto readers = [&](int value) {
    std::vector<int> nodes;
    for (const int reader : consumers(root_of(graph_, value))) {
      if (key(value, reader) == key(value, node)) nodes.push_back(reader);
    }
    return nodes;
  };
  return readers(a) == readers(b);
}

bool Writer::is_learned(int value) const {
  const int id = root_of(graph_, value);
  const ValueInfo& root = graph_.value(id);
  const bool number = is_real(root.elem) || places_.narrow.contains(id);
  if (!root.is_initializer || !number || !root.shape || names_buffer(root.name)) return false;
  if (names_folded_constant(root.name) || places_.computed.contains(id)) return false;
  if (product(*root.shape).value() > 1) return !root.name.starts_with("val_") || root.shape->size() > 1;
  return root.name.starts_with("onnx::") || (!is_anonymous(root.name) && names_parameter(root.name));
}

std::string Writer::tensor(int value, int node) {
  if (value < 0) throw Unknown{};
  const auto module = owners_by_module_.find({root_of(graph_, value), node});
  if (module != owners_by_module_.end() && graph_.value(value).constant) {
    std::string& own = tensors_by_module_[{value, module->second}];
    if (own.empty()) own = constant(value, node);
    return own;
  }
  const auto found = tensors_.find(value);
  if (found != tensors_.end()) return found->second;
  if (!graph_.value(value).constant && !graph_.value(value).known()) throw Unknown{};
  return tensors_[value] = constant(value, node);
}

std::string Writer::constant(int value, int node) {
  const ValueInfo& info = graph_.value(value);
  if (!info.shape) throw Unknown{};
  Dims dims = *info.shape;
  if (dims.empty()) dims.emplace_back(1);
  for (const Dim& dim : dims) {
    if (dim.value() < 1) throw Unknown{};
  }
  const int origin = root_of(graph_, value);
  const bool looked_up = places_.expanded.contains(origin);
  if (looked_up) write_table(origin);
  const bool learned = is_learned(value) && !looked_up;
  const bool quantized = places_.narrow.contains(origin) || is_real(graph_.value(origin).elem);
  const bool index = is_integer(info.elem) && info.elem != Elem::kBool && !quantized;
  Attributes attributes{{"shape", as_value(dims)}};
  if (!learned) attributes.push_back({"learned", false});
  if (index) attributes.push_back({"holds", "indices"});
  const ValueInfo& root = graph_.value(origin);
  const std::string& name = learned && !root.name.empty() ? root.name : info.name;
  const std::vector<ParameterKey> keys = learned ? std::vector{key(value, node)} : std::vector<ParameterKey>{};
  std::string tensor = add_owner(name.empty() ? "constant" : name, "constant", {description_.inputs.front().name},
                                 std::move(attributes), keys);
  if (index) holds_indices(tensor);
  return tensor;
}

// The parameters behind a bias of scores that an exporter looked up in a table: the table's.
void Writer::write_table(int root) {
  const ParameterKey key{root, ""};
  if (is_owned(key)) return;
  (void)add_owner(graph_.value(root).name + ".table", "constant", {description_.inputs.front().name},
                  {{"shape", as_value(places_.expanded.at(root))}}, {key});
}

std::string Writer::indices(int value) {
  std::string name = tensor(value);
  if (index_tensors_.contains(name.substr(0, name.find(':')))) return name;
  name = add(name + ".indices", "cast", {name}, {{"dtype", "int64"}});
  bind(value, name);
  return name;
}

void Writer::write_rest() {
  std::set<int> rest;
  for (const int value : read_constants_) {
    const int main = root_of(graph_, value);
    const bool whole = main == value && is_owned({value, ""});  // a layer has all that it is put together from
    for (const int root : graph_.value(value).roots) {
      if (root != main && !whole && !is_copy(root, main)) rest.insert(root);
    }
  }
  for (const int root : rest) {
    if (!is_owned({root, ""}) && is_learned(root)) (void)tensor(root);
  }
}

// An exporter that folds may write the same weights down twice, in two orders.
bool Writer::is_copy(int root, int main) const {
  const ValueInfo& a = graph_.value(root);
  const ValueInfo& b = graph_.value(main);
  return is_anonymous(a.name) && a.shape && b.shape && product(*a.shape) == product(*b.shape);
}

bool Writer::is_computed(int value) const {
  const int root = root_of(graph_, value);
  return places_.computed.contains(root) || names_buffer(graph_.value(root).name);
}

bool Writer::is_whole(int value) const {
  const ValueInfo& info = graph_.value(value);
  const auto parts =
      std::count_if(info.roots.begin(), info.roots.end(), [&](int root) { return !places_.computed.contains(root); });
  return info.is_initializer || parts < 2;
}

void Writer::unmodelled(const Node& node) {
  description_.unmodelled.push_back({layer_name(graph_, node), std::string(node.type), 1});
  for (const int id : node.outputs) {
    if (id < 0 || is_bound(id)) continue;
    graph_.value(id).constant = true;  // read as a tensor from elsewhere where its extents are known
    graph_.value(id).roots.clear();
  }
}

const Dims& Lowering::out_shape(std::size_t i) const {
  if (i >= node().outputs.size() || node().outputs[i] < 0) throw Unknown{};
  const ValueInfo& value = out(i);
  if (!value.shape) throw Unknown{};
  return *value.shape;
}

void Lowering::bind(std::size_t output, std::string tensor) const {
  if (output < node().outputs.size() && node().outputs[output] >= 0) {
    writer_.bind(node().outputs[output], std::move(tensor));
  }
}

void Lowering::emit(std::string op, std::vector<std::string> inputs, Attributes attributes) const {
  bind(0, writer_.add(layer_name(graph(), node()), std::move(op), std::move(inputs), std::move(attributes)));
}

void Lowering::emit_owner(std::string op, std::vector<std::string> inputs, Attributes attributes,
                          std::vector<ParameterKey> keys) const {
  bind(0, writer_.add_owner(layer_name(graph(), node()), std::move(op), std::move(inputs), std::move(attributes),
                            std::move(keys)));
}

std::string Lowering::step(const std::string& suffix, std::string op, std::vector<std::string> inputs,
                           Attributes attributes) const {
  return writer_.add(layer_name(graph(), node()) + "." + suffix, std::move(op), std::move(inputs),
                     std::move(attributes));
}

std::string Lowering::reshaped(const std::string& suffix, const std::string& tensor, const Dims& dims) const {
  return step(suffix, "reshape", {tensor}, {{"shape", as_value(dims.empty() ? Dims{1} : dims)}});
}

}  // namespace ridgepoint::onnx
