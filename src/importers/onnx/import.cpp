#include "importers/onnx/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "importers/foreign.hpp"
#include "importers/onnx/build.hpp"
#include "importers/onnx/copies.hpp"
#include "importers/onnx/patterns/patterns.hpp"
#include "importers/onnx/rule.hpp"
#include "importers/onnx/symbols.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::int64_t kOldestIr = 3;

void expect_versions(const ModelView& model) {
  if (!model.has_graph) throw InputError({"it holds no graph", "an ONNX model"});
  if (model.ir_version < kOldestIr || model.ir_version > 1000) {
    throw InputError({fmt::format("its IR version is {}", model.ir_version),
                      fmt::format("an ONNX model of IR version {} or newer", kOldestIr)});
  }
}

// Only what leads to an output counts; what is known before the run is not computed by it.
void bury_dead(Graph& graph) {
  std::vector<char> wanted(graph.values.size(), 0);
  for (const int id : graph.outputs) wanted[static_cast<std::size_t>(id)] = 1;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (node->dead || node->op == "unmodelled") continue;
    const bool needed = std::any_of(node->outputs.begin(), node->outputs.end(), [&](int id) {
      return id >= 0 && wanted[static_cast<std::size_t>(id)] != 0 && !graph.value(id).constant &&
             !graph.value(id).known();
    });
    if (!needed) {
      node->dead = true;
      continue;
    }
    for (const int id : node->inputs) {
      if (id < 0) continue;
      wanted[static_cast<std::size_t>(id)] = 1;
      if (graph.value(id).sequence == nullptr) continue;
      for (const int part : *graph.value(id).sequence) {
        if (part >= 0) wanted[static_cast<std::size_t>(part)] = 1;
      }
    }
  }
}

void add_inputs(const Graph& graph, Description& description) {
  for (const int id : graph.inputs) {
    const ValueInfo& value = graph.value(id);
    if (!value.shape) continue;
    InputItem item;
    item.name = value.name.empty() ? fmt::format("input{}", id) : value.name;
    std::replace(item.name.begin(), item.name.end(), ':', '.');
    for (const Dim& dim : *value.shape) item.shape.push_back(dim.as_value());
    if (item.shape.empty()) item.shape.emplace_back(1);
    if (is_integer(value.elem)) item.dtype = std::string(name(format_of(value.elem)));
    description.inputs.push_back(std::move(item));
  }
  if (description.inputs.empty()) description.inputs.push_back({.name = "none", .shape = {Value(1)}});
}

void bind_inputs(const Graph& graph, const Description& description, Writer& writer) {
  std::size_t next = 0;
  for (const int id : graph.inputs) {
    const ValueInfo& value = graph.value(id);
    if (!value.shape) continue;
    const std::string& name = description.inputs[next++].name;
    writer.bind(id, name);
    if (is_integer(value.elem) && value.elem != Elem::kBool) writer.holds_indices(name);
  }
}

// A tensor without elements (a rest behind all that a slice took) is nothing.
bool is_empty(const Graph& graph, const Node& node) {
  return !node.outputs.empty() && std::all_of(node.outputs.begin(), node.outputs.end(), [&](int id) {
    return id < 0 || (graph.value(id).shape && product(*graph.value(id).shape).value() == 0);
  });
}

void lower(Writer& writer, Node& node, int index) {
  if (is_empty(writer.graph(), node)) return;
  if (node.op == "unmodelled") return writer.unmodelled(node);
  const std::size_t written = writer.description().items.size();
  Lowering lowering(writer, node, index);
  try {
    if (!node.op.empty()) return lower_pattern(lowering);
    if (const Rule* const rule = find_rule(node.domain, node.type)) return rule->lower(lowering);
  } catch (const Unknown&) {
    writer.description().items.resize(written);
  } catch (const std::out_of_range&) {
    lowering.fail("its inputs have too few axes or values", "inputs of this operator");
  }
  writer.unmodelled(node);
}

// The format that most weights have.
DType main_format(const Graph& graph) {
  std::map<Elem, std::int64_t> counts;
  for (const ValueInfo& value : graph.values) {
    if (!value.is_initializer || !value.shape || !is_real(value.elem)) continue;
    counts[value.elem] = checked_add(counts[value.elem], product(*value.shape).value());
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? DType::kFp32 : format_of(most->first);
}

void describe(const ModelView& model, Graph& graph, Description& description, const Symbols& symbols) {
  description.name = model.graph.name.empty() ? "onnx" : printable(model.graph.name.substr(0, 80));
  description.source = fmt::format("ONNX, IR version {}, operator set {}", model.ir_version, graph.opset);
  if (!model.producer.empty())
    description.source += fmt::format(", written by {}", printable(model.producer.substr(0, 80)));
  description.parameters = symbols.parameters();
  description.precision.activations = main_format(graph);
  for (const std::string& note : symbols.notes()) description.notes.push_back(note);
}

// The leading extent that all inputs of a file without open sizes have, or 0.
std::int64_t fixed_batch(const ModelView& model) {
  std::unordered_set<std::string_view> weights;
  for (const TensorView& tensor : model.graph.initializers) weights.insert(tensor.name);
  std::int64_t batch = 0;
  for (const ValueView& input : model.graph.inputs) {
    if (weights.contains(input.name) || input.dims.empty()) continue;
    for (const DimView& dim : input.dims) {
      if (!dim.has_number || dim.number < 1) return 0;
    }
    if (batch != 0 && input.dims[0].number != batch) return 0;
    batch = input.dims[0].number;
  }
  return batch;
}

// Ties what is one parameter, leaves out what the run does not compute, and recognises patterns.
Places tidy(Graph& graph, bool patterns) {
  merge_copies(graph);
  merge_reused(graph);
  merge_transposed(graph);
  bury_dead(graph);
  simplify(graph);
  Places places = places_of(graph);
  if (patterns) recognise(graph);
  bury_dead(graph);
  return places;
}

void lower_all(Writer& writer) {
  Graph& graph = writer.graph();
  std::size_t live = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].dead) continue;
    ++live;
    lower(writer, graph.nodes[i], static_cast<int>(i));
  }
  writer.write_rest();
  writer.set_precision();
  Description& description = writer.description();
  if (description.items.empty()) {
    throw InputError({fmt::format("none of the {} nodes that its outputs need is understood", live),
                      "a graph with known operators and sizes"});
  }
  const std::size_t known = live - description.unmodelled.size();
  description.notes.push_back(
      fmt::format("{} of the {} nodes that the run computes are understood ({:.1f} %)", known, live,
                  live == 0 ? 100.0 : 100.0 * static_cast<double>(known) / static_cast<double>(live)));
}

Description import_view(const ModelView& model, const Attributes& overrides, bool patterns, bool brief) {
  expect_versions(model);
  Dim::start_work();
  Symbols symbols(overrides, brief);
  Builder builder(model, [&](const DimView& dim, std::string_view input, std::size_t axis) {
    return symbols.read(dim, input, axis);
  });
  Graph& graph = builder.graph();
  if (const std::int64_t fixed = fixed_batch(model); fixed > 0 && symbols.free_batch(fixed)) {
    graph.batch = symbols.batch();
    graph.fixed_batch = fixed;
  }
  graph.name_size = [&](const std::string& node, const Dim& most) { return symbols.found(node, most); };
  builder.run();
  Places places = tidy(graph, patterns);

  Description description;
  describe(model, graph, description, symbols);
  add_inputs(graph, description);
  Writer writer(graph, description, std::move(places));
  bind_inputs(graph, description, writer);
  writer.survey();
  lower_all(writer);
  return description;
}

// A default length may be more than a model was made for (a mask of 64 x 64): a short one is tried before that is an
// error.
Description import_at_some_length(const ModelView& model, const Attributes& overrides, bool patterns) {
  try {
    return import_view(model, overrides, patterns, false);
  } catch (const InputError&) {
    try {
      return import_view(model, overrides, patterns, true);
    } catch (const InputError&) {  // the first error stands
    }
    throw;
  }
}

}  // namespace

Description import_model(std::string_view bytes, const std::string& label, const Attributes& overrides, bool patterns) {
  try {
    return import_at_some_length(read_model_view(bytes), overrides, patterns);
  } catch (const MalformedModel& error) {
    const std::string_view format = foreign_format(bytes.substr(0, kForeignHead));
    throw InputError({format.empty() ? fmt::format("not an ONNX model: {}", error.what)
                                     : fmt::format("not an ONNX model but {}", format),
                      "a file of the format ONNX"},
                     {.file = label});
  } catch (const InputError& error) {
    if (!error.location().file.empty()) throw;
    throw InputError(error.problem(), {.file = label});
  } catch (const OverflowError&) {
    throw InputError({"a size overflows", "sizes below 2^63"}, {.file = label});
  } catch (const std::out_of_range&) {
    throw InputError({"a node leaves out an input that it needs", "inputs as its operator has them"}, {.file = label});
  }
}

}  // namespace ridgepoint::onnx
