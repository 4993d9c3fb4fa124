#include "importers/onnx/build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/onnx/rule.hpp"

namespace ridgepoint::onnx {
namespace {

// Functions may call functions, and loops are unrolled: a small file can ask for any number of nodes.
constexpr std::size_t kMostNodes = 200'000;
constexpr std::size_t kMostRoots = 64;

// "['', 'encoder', 'encoder.conv1', 'conv2d']": the module is the last but one.
std::string module_of(std::string_view scopes) {
  std::vector<std::string_view> parts;
  for (std::size_t from = scopes.find('\''); from != std::string_view::npos;) {
    const std::size_t to = scopes.find('\'', from + 1);
    if (to == std::string_view::npos) break;
    parts.push_back(scopes.substr(from + 1, to - from - 1));
    from = scopes.find('\'', to + 1);
  }
  return parts.size() < 2 ? "" : std::string(parts[parts.size() - 2]);
}

void merge(std::vector<int>& roots, const std::vector<int>& more) {
  for (const int root : more) {
    const auto at = std::lower_bound(roots.begin(), roots.end(), root);
    if (at != roots.end() && *at == root) continue;
    if (roots.size() >= kMostRoots) return;
    roots.insert(at, root);
  }
}

// What is drawn at random is no constant; and products of constants are work that the run does, unless they were
// folded.
bool is_work(std::string_view type) {
  return type.starts_with("Random") || type == "Bernoulli" || type == "Multinomial" ||
         type.find("MatMul") < type.size() || type == "Gemm" || type == "Conv" || type == "ConvInteger" ||
         type == "Einsum";
}

}  // namespace

Builder::Builder(const ModelView& model, DimReader dims) : model_(model), dims_(std::move(dims)) {
  for (const FunctionView& function : model.functions)
    functions_.emplace(std::pair(function.domain, function.name), &function);
  for (const auto& [domain, version] : model.opsets) {
    if (domain.empty() || domain == "ai.onnx") graph_.opset = version;
  }
}

std::size_t Builder::cost_of(const NodeView& node) { return 1 + (node.inputs.size() + node.outputs.size()) / 8; }

void Builder::spend(std::size_t nodes) {
  spent_ += nodes;
  if (spent_ > kMostNodes) {
    throw InputError(
        {fmt::format("more than {} nodes, with functions and loops written out", kMostNodes), "a smaller graph"});
  }
}

int Builder::add_value(std::string_view name) {
  graph_.values.emplace_back();
  graph_.values.back().name = printable(name);
  return static_cast<int>(graph_.values.size()) - 1;
}

void Builder::define(Scope& scope, std::string_view name, int id) {
  if (!scope.names.emplace(name, id).second) {
    throw InputError({fmt::format("two values are named {}", in_quotes(printable(name))), "each name once in a graph"});
  }
}

int Builder::find(const Scope& scope, std::string_view name) {
  for (const Scope* s = &scope; s != nullptr; s = s->outer) {
    const auto found = s->names.find(name);
    if (found != s->names.end()) return found->second;
  }
  return -1;
}

void Builder::add_initializers(const GraphView& graph, Scope& scope) {
  for (const TensorView& tensor : graph.initializers) {
    const int id = add_value(tensor.name);
    ValueInfo& value = graph_.value(id);
    value.elem = tensor.elem;
    value.shape = Dims(tensor.dims.begin(), tensor.dims.end());
    for (const std::int64_t dim : tensor.dims) {
      if (dim < 0) {
        throw InputError(
            {fmt::format("initializer {} has an extent of {}", in_quotes(value.name), dim), "extents of at least 0"});
      }
    }
    (void)product(*value.shape);
    value.data = decode(tensor);
    value.constant = value.is_initializer = true;
    value.stored_values = !tensor.raw.empty();
    value.tensor = &tensor;
    value.roots = {id};
    define(scope, tensor.name, id);
  }
}

void Builder::run() {
  Scope scope;
  std::unordered_map<std::string_view, const ValueView*> declared;
  for (const ValueView& value : model_.graph.values) declared.emplace(value.name, &value);
  for (const ValueView& value : model_.graph.outputs) declared.emplace(value.name, &value);
  scope.declared = &declared;
  add_initializers(model_.graph, scope);
  for (const ValueView& input : model_.graph.inputs) {
    if (scope.names.contains(input.name)) continue;  // an initializer with a default (IR version 3)
    const int id = add_value(input.name);
    define(scope, input.name, id);
    graph_.inputs.push_back(id);
    ValueInfo& value = graph_.value(id);
    value.elem = input.elem;
    if (!input.tensor || !input.has_shape) continue;
    Dims dims;
    for (std::size_t i = 0; i < input.dims.size(); ++i) dims.push_back(dims_(input.dims[i], input.name, i));
    (void)product(dims);
    value.shape = std::move(dims);
  }
  run_nodes(model_.graph.nodes, scope);
  for (const ValueView& output : model_.graph.outputs) {
    const int id = find(scope, output.name);
    if (id < 0) {
      throw InputError(
          {fmt::format("the output {} is given by nothing", in_quotes(printable(output.name))), "the name of a value"});
    }
    graph_.outputs.push_back(id);
  }
}

void Builder::run_nodes(const std::vector<NodeView>& nodes, Scope& scope) {
  for (const NodeView* const view : in_order(nodes, [&](std::string_view name) { return find(scope, name) >= 0; })) {
    spend(cost_of(*view));
    run_node(*view, scope);
  }
}

void Builder::run_node(const NodeView& given, Scope& scope) {
  const auto [caller, function] = calls_.empty() ? std::pair<const NodeView*, const FunctionView*>{} : calls_.back();
  const NodeView& view = resolved(given, caller, function);
  const bool plain = view.domain.empty() || view.domain == "ai.onnx";
  if (plain && view.type == "If") return run_if(view, scope);
  if (plain && view.type == "Loop") return run_loop(view, scope);
  if (plain && view.type == "Scan") return run_scan(view, scope);
  if (find_rule(view.domain, view.type) == nullptr && call(view, scope)) return;
  infer(view, scope);
}

void Builder::infer(const NodeView& view, Scope& scope) {
  Node node{.type = view.type,
            .domain = view.domain,
            .name = printable(view.name),
            .scope = module_of(view.scopes),
            .view = &view,
            .inputs = {},
            .outputs = {},
            .op = {},
            .attributes = {}};
  for (const std::string_view input : view.inputs) node.inputs.push_back(input.empty() ? -1 : find(scope, input));
  for (const std::string_view output : view.outputs) {
    if (output.empty()) {
      node.outputs.push_back(-1);
      continue;
    }
    node.outputs.push_back(add_value(output));
    define(scope, output, node.outputs.back());
  }
  graph_.nodes.push_back(std::move(node));
  infer_node(graph_.nodes.back(), scope);
}

void Builder::infer_node(Node& node, const Scope& scope) {
  const auto index = static_cast<int>(graph_.nodes.size()) - 1;
  for (const int id : node.outputs) {
    if (id >= 0) graph_.value(id).producer = index;
  }
  const Rule* const rule = find_rule(node.domain, node.type);
  if (rule != nullptr && !node.outputs.empty() && node.outputs[0] >= 0) {
    Inference inference(graph_, node);
    try {
      rule->infer(inference);
    } catch (const Unknown&) {
    } catch (const std::out_of_range&) {
      inference.fail("its inputs have too few axes or values", "inputs of this operator");
    }
  }
  finish_outputs(node, scope);
}

// Constants follow from constants. What a rule does not know may be declared.
void Builder::finish_outputs(const Node& node, const Scope& scope) {
  bool constant = !node.inputs.empty() && !is_work(node.type);
  bool any = false;
  std::vector<int> roots;
  for (const int id : node.inputs) {
    if (id < 0) continue;
    any = true;
    constant = constant && graph_.value(id).constant;
    merge(roots, graph_.value(id).roots);
  }
  for (const int id : node.outputs) {
    if (id < 0) continue;
    ValueInfo& value = graph_.value(id);
    if (constant && any) value.constant = true;
    if (value.is_initializer) {
      value.roots = {id};
    } else if (value.constant && constant && any) {
      value.roots = roots;
    }
    if (value.shape || scope.declared == nullptr) continue;
    const auto declared = scope.declared->find(value.name);
    if (declared == scope.declared->end() || !declared->second->has_shape) continue;
    Dims dims;
    const ValueView& view = *declared->second;
    for (std::size_t i = 0; i < view.dims.size(); ++i) {
      if (!view.dims[i].has_number || view.dims[i].number < 0) break;
      dims.emplace_back(view.dims[i].number);
    }
    if (dims.size() != view.dims.size()) continue;
    (void)product(dims);
    value.shape = std::move(dims);
    value.elem = view.elem;
  }
}

int Builder::synthetic(std::string_view type, std::vector<int> inputs, std::vector<AttributeView> attributes,
                       const NodeView& of) {
  spend(1);
  made_.push_back({.name = of.name,
                   .type = type,
                   .domain = "",
                   .scopes = {},
                   .inputs = {},
                   .outputs = {},
                   .attributes = std::move(attributes)});
  const int id = add_value("");
  graph_.nodes.push_back({.type = type,
                          .domain = {},
                          .name = printable(of.name),
                          .scope = {},
                          .view = &made_.back(),
                          .inputs = std::move(inputs),
                          .outputs = {id},
                          .op = {},
                          .attributes = {}});
  infer_node(graph_.nodes.back(), Scope{});
  return id;
}

void Builder::bind_outputs(const NodeView& view, const std::vector<int>& ids, Scope& scope) {
  for (std::size_t i = 0; i < view.outputs.size(); ++i) {
    if (view.outputs[i].empty()) continue;
    define(scope, view.outputs[i], i < ids.size() && ids[i] >= 0 ? ids[i] : add_value(view.outputs[i]));
  }
}

}  // namespace ridgepoint::onnx
