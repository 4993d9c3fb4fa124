// Functions, branches and loops: written out where they are used.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "importers/onnx/build.hpp"
#include "importers/onnx/context.hpp"

namespace ridgepoint::onnx {
namespace {

constexpr std::size_t kDeepestCalls = 32;
constexpr std::int64_t kMostTrips = 10'000;
constexpr std::int64_t kMostOpenTrips = 1000;
constexpr std::int64_t kMostShares = 1 << 20;

const AttributeView* find_attribute(const std::vector<AttributeView>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const AttributeView& a) { return a.name == name; });
  return found == list.end() ? nullptr : &*found;
}

const GraphView& body_of(const NodeView& view, std::string_view name) {
  const AttributeView* const attribute = find_attribute(view.attributes, name);
  if (attribute != nullptr && attribute->graph != nullptr) return *attribute->graph;
  throw InputError(
      {fmt::format("{} {} has no graph {}", printable(view.type), in_quotes(printable(view.name)), in_quotes(name)),
       "a graph in that attribute"});
}

std::int64_t integer(const NodeView& view, std::string_view name, std::int64_t otherwise) {
  const AttributeView* const attribute = find_attribute(view.attributes, name);
  return attribute == nullptr ? otherwise : attribute->integer;
}

bool has_references(const NodeView& view) {
  return std::any_of(view.attributes.begin(), view.attributes.end(),
                     [](const AttributeView& a) { return !a.reference.empty(); });
}

/// Counts how deep calls are; too deep is an error.
struct Depth {
  explicit Depth(int& depth) : depth_(depth) {
    if (++depth_ > static_cast<int>(kDeepestCalls)) {
      --depth_;
      throw InputError({"functions and graphs are nested too deeply", fmt::format("at most {} levels", kDeepestCalls)});
    }
  }
  ~Depth() { --depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  int& depth_;
};

}  // namespace

bool Builder::call(const NodeView& view, Scope& scope) {
  const auto found = functions_.find({view.domain, view.type});
  if (found == functions_.end()) return false;
  run_function(*found->second, view, scope);
  return true;
}

void Builder::run_function(const FunctionView& function, const NodeView& view, Scope& scope) {
  if (std::find(open_.begin(), open_.end(), &function) != open_.end()) {
    throw InputError(
        {fmt::format("function {} calls itself", in_quotes(printable(function.name))), "functions without a cycle"});
  }
  const Depth depth(depth_);
  Scope inner;
  for (std::size_t i = 0; i < function.inputs.size(); ++i) {
    const bool given = i < view.inputs.size() && !view.inputs[i].empty();
    const int id = given ? find(scope, view.inputs[i]) : -1;
    if (id >= 0) define(inner, function.inputs[i], id);
  }
  open_.push_back(&function);
  calls_.emplace_back(&view, &function);
  for (const NodeView* const node : in_order(function.nodes, [&](std::string_view name) {
         return find(inner, name) >= 0 ||
                std::find(function.inputs.begin(), function.inputs.end(), name) != function.inputs.end();
       })) {
    spend(cost_of(*node));
    run_node(*node, inner);
  }
  calls_.pop_back();
  open_.pop_back();
  std::vector<int> ids;
  for (const std::string_view output : function.outputs) ids.push_back(find(inner, output));
  bind_outputs(view, ids, scope);
}

// The node with the attributes of the call in the place of those that it refers to.
const NodeView& Builder::resolved(const NodeView& view, const NodeView* call, const FunctionView* function) {
  if (call == nullptr || !has_references(view)) return view;
  NodeView copy = view;
  std::vector<AttributeView> attributes;
  for (const AttributeView& attribute : copy.attributes) {
    if (attribute.reference.empty()) {
      attributes.push_back(attribute);
      continue;
    }
    const AttributeView* value = find_attribute(call->attributes, attribute.reference);
    if (value == nullptr) value = find_attribute(function->defaults, attribute.reference);
    if (value == nullptr) continue;
    attributes.push_back(*value);
    attributes.back().name = attribute.name;
  }
  copy.attributes = std::move(attributes);
  made_.push_back(std::move(copy));
  return made_.back();
}

std::vector<int> Builder::run_body(const GraphView& body, const std::vector<int>& inputs, const Scope& outer) {
  const Depth depth(depth_);
  spend(1 + body.initializers.size());  // of empty bodies too
  Scope scope;
  scope.outer = &outer;
  add_initializers(body, scope);
  for (std::size_t i = 0; i < body.inputs.size() && i < inputs.size(); ++i) {
    if (inputs[i] >= 0) define(scope, body.inputs[i].name, inputs[i]);
  }
  run_nodes(body.nodes, scope);
  std::vector<int> outputs;
  for (const ValueView& output : body.outputs) outputs.push_back(find(scope, output.name));
  return outputs;
}

namespace {

const Scalar* only_number(const Graph& graph, int id) {
  if (id < 0 || !graph.value(id).data || graph.value(id).data->size() != 1) return nullptr;
  return &graph.value(id).data->front();
}

}  // namespace

void Builder::unmodelled(const NodeView& view, Scope&) {
  Node node{.type = view.type,
            .domain = view.domain,
            .name = printable(view.name),
            .scope = {},
            .view = &view,
            .inputs = {},
            .outputs = {},
            .op = "unmodelled",
            .attributes = {}};
  graph_.nodes.push_back(std::move(node));
}

// Where the condition is not known, the larger branch is taken.
void Builder::run_if(const NodeView& view, Scope& scope) {
  const GraphView& yes = body_of(view, "then_branch");
  const GraphView& no = body_of(view, "else_branch");
  const Scalar* const condition = view.inputs.empty() ? nullptr : only_number(graph_, find(scope, view.inputs[0]));
  bool taken = yes.nodes.size() >= no.nodes.size();
  if (condition != nullptr) {
    taken = condition->real != 0;
  } else {
    unmodelled(view, scope);
  }
  bind_outputs(view, run_body(taken ? yes : no, {}, scope), scope);
}

int Builder::number(std::int64_t value, Elem elem) {
  const int id = add_value("");
  ValueInfo& info = graph_.value(id);
  info.elem = elem;
  info.shape = Dims{};
  info.data = {Scalar(Dim(value))};
  info.constant = true;
  return id;
}

int Builder::slice(int value, std::int64_t at, const NodeView& of) {
  return synthetic("Gather", {value, number(at, Elem::kInt64)}, {}, of);
}

int Builder::stack(const std::vector<int>& parts, const NodeView& of) {
  const int list = synthetic("SequenceConstruct", parts, {}, of);
  AttributeView axis;
  axis.name = "new_axis";
  axis.kind = AttributeKind::kInt;
  axis.integer = 1;
  return synthetic("ConcatFromSequence", {list}, {axis}, of);
}

// What the last trip hands on, then what was collected over all trips.
void Builder::bind_results(const NodeView& view, std::vector<int> carried,
                           const std::vector<std::vector<int>>& collected, Scope& scope) {
  for (const std::vector<int>& parts : collected) carried.push_back(parts.empty() ? -1 : stack(parts, view));
  bind_outputs(view, carried, scope);
}

/// How often a loop runs: `most` trips, unless its condition ends it before. Of one without a number of trips only the
/// condition says; unknown where that is not known either.
Builder::Trips Builder::trips_of(int count, int condition) const {
  if (count < 0) {
    const bool known = only_number(graph_, condition) != nullptr;
    return {.most = known ? kMostOpenTrips : 1, .known = known, .counted = false};
  }
  const Scalar* const number = only_number(graph_, count);
  const std::int64_t trips = number == nullptr ? -1 : number->size.value();
  const bool known = trips >= 0 && trips <= kMostTrips;
  return {.most = known ? trips : 1, .known = known, .counted = true};
}

// Trip count, condition and carried values in; condition, carried values and what is collected out.
void Builder::run_loop(const NodeView& view, Scope& scope) {
  const GraphView& body = body_of(view, "body");
  const auto input = [&](std::size_t i) {
    return i < view.inputs.size() && !view.inputs[i].empty() ? find(scope, view.inputs[i]) : -1;
  };
  const std::size_t carried_count = view.inputs.size() < 2 ? 0 : view.inputs.size() - 2;
  if (body.inputs.size() != carried_count + 2 || body.outputs.size() < carried_count + 1) {
    throw InputError({fmt::format("Loop {}: its graph does not fit its inputs", in_quotes(printable(view.name))),
                      "a count, a condition and the carried values"});
  }
  std::vector<int> carried;
  for (std::size_t i = 0; i < carried_count; ++i) carried.push_back(input(i + 2));
  int condition = input(1);
  const Trips trips = trips_of(input(0), condition);
  const std::int64_t around = graph_.trips;
  if (trips.known && trips.counted)
    graph_.trips = std::min(around * std::max<std::int64_t>(trips.most, 1), kMostShares);
  bool understood = trips.known;
  std::vector<std::vector<int>> collected(body.outputs.size() - 1 - carried_count);
  for (std::int64_t i = 0; i < trips.most; ++i) {
    const Scalar* const goes_on = only_number(graph_, condition);
    if (goes_on != nullptr && goes_on->real == 0) break;
    if (i > 0 && !trips.counted) {
      understood = goes_on != nullptr && i + 1 < trips.most;
      if (!understood) break;
    }
    std::vector<int> inputs{number(i, Elem::kInt64), condition < 0 ? number(1, Elem::kBool) : condition};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    const std::vector<int> outputs = run_body(body, inputs, scope);
    condition = outputs[0];
    for (std::size_t k = 0; k < carried_count; ++k) carried[k] = outputs[k + 1];
    for (std::size_t k = 0; k < collected.size(); ++k) collected[k].push_back(outputs[1 + carried_count + k]);
  }
  graph_.trips = around;
  if (!understood) unmodelled(view, scope);
  bind_results(view, std::move(carried), collected, scope);
}

// State in, then sequences that are taken apart along their first axis; state out, then sequences put together.
void Builder::run_scan(const NodeView& view, Scope& scope) {
  const GraphView& body = body_of(view, "body");
  const std::int64_t sequences = integer(view, "num_scan_inputs", 0);
  if (sequences < 1 || sequences > static_cast<std::int64_t>(view.inputs.size()) ||
      body.inputs.size() != view.inputs.size()) {
    throw InputError({fmt::format("Scan {}: its graph does not fit its inputs", in_quotes(printable(view.name))),
                      "states, then num_scan_inputs sequences"});
  }
  const std::size_t states = view.inputs.size() - static_cast<std::size_t>(sequences);
  std::vector<int> given;
  for (const std::string_view name : view.inputs) given.push_back(find(scope, name));
  std::vector<int> carried(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(states));
  const ValueInfo& first = graph_.value(std::max(given[states], 0));
  const std::int64_t trips = first.shape && !first.shape->empty() ? first.shape->front().value() : -1;
  const bool bounded = given[states] >= 0 && trips >= 0 && trips <= kMostTrips && body.outputs.size() >= states;
  if (!bounded) {
    unmodelled(view, scope);
    return bind_outputs(view, {}, scope);
  }
  std::vector<std::vector<int>> collected(body.outputs.size() - states);
  for (std::int64_t i = 0; i < trips; ++i) {
    std::vector<int> inputs = carried;
    for (std::size_t k = states; k < given.size(); ++k) inputs.push_back(slice(given[k], i, view));
    const std::vector<int> outputs = run_body(body, inputs, scope);
    for (std::size_t k = 0; k < states; ++k) carried[k] = outputs[k];
    for (std::size_t k = 0; k < collected.size(); ++k) collected[k].push_back(outputs[states + k]);
  }
  bind_results(view, std::move(carried), collected, scope);
}

}  // namespace ridgepoint::onnx
