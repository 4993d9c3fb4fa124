#include "network/instantiate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "network/binding.hpp"
#include "network/expression.hpp"

namespace ridgepoint {
namespace {

// Expanding a million layers takes a few seconds; beyond that a description is a mistake. Blocks count too: those that
// repeat zero times could otherwise nest to any number of them.
constexpr std::size_t kMostItems = 1'000'000;
constexpr std::size_t kDeepestBlocks = 32;

// The tensors that the items of one body can name.
struct Body {
  std::unordered_map<std::string, int> tensors;
  std::unordered_map<std::string, int> layers;
  std::unordered_set<std::string> names;
  const std::vector<Item>* items = nullptr;  ///< all of them, those to come included
  std::string prefix;
  std::string block;
  int previous = -1;
};

class Expander {
 public:
  Expander(const Description& description, Network& network, GlobalScope& globals)
      : description_(description), network_(network), globals_(globals) {
    for (const Block& block : description.blocks) blocks_.emplace(block.name, &block);
  }

  void run() {
    Body body;
    for (const InputItem& input : description_.inputs) add_input(input, body);
    body.previous = 0;
    Scope scope(globals_);
    expand_items(description_.items, body, scope);
  }

 private:
  void add_input(const InputItem& input, Body& body) {
    Scope scope(globals_);
    std::vector<std::int64_t> extents;
    for (const Value& value : input.shape) {
      extents.push_back(scope.integer(value, "shape"));
      if (extents.back() < 1) {
        value.where.fail(
            {fmt::format("input {} has an extent of {}", in_quotes(input.name), extents.back()), "at least 1"});
      }
    }
    const DType dtype = input.dtype == "activations" ? network_.precision.activations : *find_dtype(input.dtype);
    TensorType type{Shape(std::move(extents)), dtype};
    try {
      (void)type.shape.elements();
    } catch (const OverflowError&) {
      input.where.fail({fmt::format("the size of input {} overflows", in_quotes(input.name)), "sizes below 2^63"});
    }
    body.tensors[input.name] = add_tensor({.type = std::move(type)});
    body.names.insert(input.name);
  }

  int add_tensor(Tensor tensor) {
    network_.tensors.push_back(std::move(tensor));
    return static_cast<int>(network_.tensors.size()) - 1;
  }

  void expand_items(const std::vector<Item>& items, Body& body, Scope& scope) {
    body.items = &items;
    for (const Item& item : items) {
      if (++items_ > kMostItems) {
        item.where.fail(
            {fmt::format("more than {} layers and blocks", kMostItems), "fewer layers, or blocks whose shapes repeat"});
      }
      if (item.block.empty()) {
        expand_layer(item, body, scope);
      } else {
        expand_block(item, body, scope);
      }
    }
  }

  // The item's own name, or the op's or block's, numbered from the second on.
  static std::string take_name(const Item& item, Body& body) {
    const std::string& base = item.op.empty() ? item.block : item.op;
    if (!item.name.empty()) {
      if (item.name.find(':') != std::string::npos) {
        item.where.fail({fmt::format("the name {} has a colon", in_quotes(item.name)), "a name without \":\""});
      }
      if (!body.names.insert(item.name).second) {
        item.where.fail({fmt::format("a second {}", in_quotes(item.name)), "each name once in a network or block"});
      }
      return item.name;
    }
    if (body.names.insert(base).second) return base;
    int number = 2;
    while (!body.names.insert(fmt::format("{}_{}", base, number)).second) ++number;
    return fmt::format("{}_{}", base, number);
  }

  static int find_tensor(const Reference& reference, const Body& body) {
    const auto found = body.tensors.find(reference.name);
    if (found != body.tensors.end()) return found->second;
    std::vector<std::string_view> names;
    for (const auto& [name, id] : body.tensors) names.push_back(name);
    std::sort(names.begin(), names.end());
    const bool to_come = std::any_of(body.items->begin(), body.items->end(),
                                     [&](const Item& item) { return item.name == reference.name; });
    const std::string name = in_quotes(reference.name);
    reference.where.fail({to_come ? fmt::format("input {} is not computed yet", name) : "unknown input " + name,
                          "an input or an earlier layer: " + join_choices(names),
                          std::string(nearest(reference.name, names))});
  }

  static std::vector<int> inputs_of(const Item& item, const Body& body) {
    if (item.inputs.empty()) return {body.previous};
    std::vector<int> ids;
    for (const Reference& reference : item.inputs) ids.push_back(find_tensor(reference, body));
    return ids;
  }

  void expand_layer(const Item& item, Body& body, Scope& scope) {
    if (scope.integer(item.repeat, "repeat") != 1) {
      item.repeat.where.fail({"only blocks repeat", "\"repeat\" on the use of a block"});
    }
    const std::string name = take_name(item, body);
    Layer layer{.name = body.prefix + name, .block = body.block, .op = bind_op(item, scope)};
    layer.inputs = inputs_of(item, body);
    infer(item, layer);
    if (!item.tied.name.empty()) tie(item, body, layer);
    publish(layer, name, body);
    network_.layers.push_back(std::move(layer));
  }

  void infer(const Item& item, Layer& layer) {
    std::vector<TensorType> inputs;
    bool needs_gradient = false;
    for (const int id : layer.inputs) {
      inputs.push_back(network_.tensors[static_cast<std::size_t>(id)].type);
      needs_gradient = needs_gradient || network_.tensors[static_cast<std::size_t>(id)].needs_gradient;
    }
    std::vector<TensorType> outputs;
    try {
      outputs = std::visit([&](const auto& op) { return op.outputs(inputs, network_.precision); }, layer.op);
      layer.parameters = std::visit([&](const auto& op) { return op.parameters(inputs); }, layer.op);
      for (const TensorType& output : outputs) (void)output.shape.elements();
    } catch (const OpError& error) {
      fail(item, layer, error);
    } catch (const OverflowError&) {
      fail(item, layer, {"", {"has a size that overflows", "sizes below 2^63"}});
    }
    needs_gradient = network_.phase == Phase::kTraining && (needs_gradient || parameter_count(layer) > 0);
    for (TensorType& output : outputs) {
      layer.outputs.push_back(add_tensor({.type = std::move(output),
                                          .producer = static_cast<int>(network_.layers.size()),
                                          .needs_gradient = needs_gradient}));
    }
  }

  [[noreturn]] static void fail(const Item& item, const Layer& layer, const OpError& error) {
    Where where = item.where;
    for (const Attribute& attribute : item.attributes) {
      if (attribute.name == error.attribute) where = attribute.value.where;
    }
    Problem problem = error.problem;
    problem.what = fmt::format("{} {}: {}", item.op, in_quotes(layer.name), problem.what);
    where.fail(std::move(problem));
  }

  void tie(const Item& item, const Body& body, Layer& layer) {
    const auto found = body.layers.find(item.tied.name);
    if (found == body.layers.end()) {
      std::vector<std::string_view> names;
      for (const auto& [name, index] : body.layers) names.push_back(name);
      std::sort(names.begin(), names.end());
      item.tied.where.fail({fmt::format("unknown layer {} to share parameters with", in_quotes(item.tied.name)),
                            "an earlier layer: " + join_choices(names), std::string(nearest(item.tied.name, names))});
    }
    const double own = parameter_count(layer);
    const double other = parameter_count(network_.layers[static_cast<std::size_t>(found->second)]);
    if (own != other) {
      item.tied.where.fail({fmt::format("{} has {} parameters and {} has {}", in_quotes(layer.name), own,
                                        in_quotes(item.tied.name), other),
                            "two layers with the same number of parameters"});
    }
    layer.tied_to = found->second;
  }

  void publish(const Layer& layer, const std::string& name, Body& body) {
    body.previous = layer.outputs.front();
    body.tensors[name] = layer.outputs.front();
    body.layers[name] = static_cast<int>(network_.layers.size());
    for (std::size_t i = 0; i < layer.outputs.size() && layer.outputs.size() > 1; ++i) {
      body.tensors[fmt::format("{}:{}", name, i)] = layer.outputs[i];
    }
  }

  const Block& find_block(const Item& item) const {
    const auto found = blocks_.find(item.block);
    if (found != blocks_.end()) return *found->second;
    std::vector<std::string_view> names;
    for (const Block& block : description_.blocks) names.push_back(block.name);
    item.where.fail({fmt::format("unknown block {}", in_quotes(item.block)),
                     names.empty() ? "a block of \"blocks\", which there is none of" : "one of " + join_choices(names),
                     std::string(nearest(item.block, names))});
  }

  Scope bind_block(const Item& item, const Block& block, Scope& outer) {
    Scope scope = outer.inner();
    std::vector<std::string_view> known = views(block.required);
    for (const Attribute& parameter : block.parameters) known.push_back(parameter.name);
    for (const Attribute& given : item.attributes) {
      if (std::find(known.begin(), known.end(), given.name) == known.end()) {
        given.key.fail({fmt::format("block {} has no parameter {}", in_quotes(block.name), in_quotes(given.name)),
                        known.empty() ? "no parameters" : join_choices(known),
                        std::string(nearest(given.name, known))});
      }
      scope.set(given.name, outer.integer(given.value, given.name));
    }
    const auto given = [&](std::string_view name) {
      return std::any_of(item.attributes.begin(), item.attributes.end(),
                         [&](const Attribute& a) { return a.name == name; });
    };
    for (const std::string& name : block.required) {
      if (!given(name))
        item.where.fail({fmt::format("block {} without {}", in_quotes(block.name), in_quotes(name)),
                         fmt::format("a value for {}", in_quotes(name))});
    }
    for (const Attribute& parameter : block.parameters) {
      if (!given(parameter.name)) scope.set(parameter.name, scope.integer(parameter.value, parameter.name));
    }
    return scope;
  }

  void expand_block(const Item& item, Body& body, Scope& outer) {
    const Block& block = find_block(item);
    if (std::find(open_.begin(), open_.end(), &block) != open_.end()) {
      item.where.fail({fmt::format("block {} contains itself", in_quotes(block.name)), "blocks without a cycle"});
    }
    if (open_.size() >= kDeepestBlocks) item.where.fail({"blocks are nested too deeply", "at most 32 levels"});
    if (!item.tied.name.empty()) item.tied.where.fail({"a block cannot be tied", "\"tied\" on a layer"});
    const std::int64_t repeat = outer.integer(item.repeat, "repeat");
    if (repeat < 0) item.repeat.where.fail({fmt::format("\"repeat\" is {}", repeat), "at least 0"});
    std::vector<int> carried = inputs_of(item, body);
    if (carried.size() != block.inputs.size()) {
      item.where.fail({fmt::format("block {} has {} inputs here", in_quotes(block.name), carried.size()),
                       fmt::format("{}: {}", block.inputs.size(), join_choices(views(block.inputs)))});
    }
    const std::string name = take_name(item, body);
    Scope scope = bind_block(item, block, outer);
    open_.push_back(&block);
    const std::vector<int> outputs =
        repeat_block(item, block, repeat, carried, {body.prefix + name, body.block, name}, scope);
    open_.pop_back();
    body.previous = outputs.front();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (i == 0) body.tensors[name] = outputs[i];
      body.tensors[fmt::format("{}:{}", name, i)] = outputs[i];
    }
  }

  struct BlockName {
    std::string path;
    std::string outer_block;
    std::string name;
  };

  // Repetitions with the same tensors going in are the same: once the block hands on what it took, the layers of that
  // repetition stand for all that follow. A body that asks for `index` is different every time.
  std::vector<int> repeat_block(const Item& item, const Block& block, std::int64_t repeat, std::vector<int> carried,
                                const BlockName& name, Scope& scope) {
    for (std::int64_t i = 0; i < repeat; ++i) {
      const std::size_t first_layer = network_.layers.size();
      scope.set("index", i);
      scope.clear_index_used();
      Body body;
      body.prefix = name.path + (repeat == 1 ? "." : fmt::format(".{}.", i));
      body.block = name.outer_block.empty() ? name.name : name.outer_block + "." + name.name;
      const std::vector<int> outputs = expand_body(block, carried, body, scope);
      if (outputs.size() > carried.size() && repeat > 1) {
        item.where.fail({fmt::format("block {} repeats with {} outputs for {} inputs", in_quotes(block.name),
                                     outputs.size(), carried.size()),
                         "no more outputs than inputs, which they become"});
      }
      for (const int id : outputs) network_.tensors[static_cast<std::size_t>(id)].escapes = true;
      const bool settled = !scope.index_used() && same_types(outputs, carried);
      if (repeat == 1) return outputs;
      if (settled) {
        stand_for(item, first_layer, body.prefix, name.path, i, repeat);
        hand_over(carried, outputs, first_layer, repeat - i - 1);
      }
      for (std::size_t k = 0; k < outputs.size() && k < carried.size(); ++k) carried[k] = outputs[k];
      if (settled) break;
    }
    return carried;
  }

  std::vector<int> expand_body(const Block& block, const std::vector<int>& carried, Body& body, Scope& scope) {
    for (std::size_t k = 0; k < carried.size(); ++k) {
      body.tensors[block.inputs[k]] = carried[k];
      body.names.insert(block.inputs[k]);
    }
    body.previous = carried.front();
    expand_items(block.items, body, scope);
    if (block.outputs.empty()) return {body.previous};
    std::vector<int> outputs;
    for (const Reference& reference : block.outputs) outputs.push_back(find_tensor(reference, body));
    return outputs;
  }

  [[nodiscard]] bool same_types(const std::vector<int>& outputs, const std::vector<int>& inputs) const {
    for (std::size_t k = 0; k < outputs.size() && k < inputs.size(); ++k) {
      const Tensor& a = network_.tensors[static_cast<std::size_t>(outputs[k])];
      const Tensor& b = network_.tensors[static_cast<std::size_t>(inputs[k])];
      if (a.type != b.type || a.needs_gradient != b.needs_gradient) return false;
    }
    return true;
  }

  // The layers from `first` on stand for the repetitions `from` to `repeat - 1`; their names say so.
  void stand_for(const Item& item, std::size_t first, const std::string& prefix, const std::string& path,
                 std::int64_t from, std::int64_t repeat) {
    const std::string label = from == 0            ? path + "."
                              : from == repeat - 1 ? fmt::format("{}.{}.", path, from)
                                                   : fmt::format("{}.{}-{}.", path, from, repeat - 1);
    for (std::size_t i = first; i < network_.layers.size(); ++i) {
      Layer& layer = network_.layers[i];
      try {
        layer.repeat = checked_mul(layer.repeat, repeat - from);
      } catch (const OverflowError&) {
        item.repeat.where.fail({"the repetitions of repetitions overflow", "fewer than 2^63 layers"});
      }
      layer.name = label + layer.name.substr(prefix.size());
    }
    // Those of the blocks inside came last. Their times stay below the repetitions of their layers.
    for (auto inner = network_.handovers.rbegin(); inner != network_.handovers.rend() && inner->first >= first;
         ++inner) {
      inner->times *= repeat - from;
    }
  }

  void hand_over(const std::vector<int>& inputs, const std::vector<int>& outputs, std::size_t first,
                 std::int64_t times) {
    for (std::size_t k = 0; k < outputs.size() && k < inputs.size() && times > 0; ++k) {
      if (inputs[k] == outputs[k]) continue;
      network_.handovers.push_back({inputs[k], outputs[k], first, network_.layers.size(), times});
    }
  }

  const Description& description_;
  Network& network_;
  GlobalScope& globals_;
  std::unordered_map<std::string, const Block*> blocks_;
  std::vector<const Block*> open_;
  std::size_t items_ = 0;  ///< expanded so far
};

const PhaseItem* find_phase(const Description& description, Phase phase) {
  const auto found = std::find_if(description.phases.begin(), description.phases.end(),
                                  [&](const PhaseItem& item) { return item.phase == phase; });
  return found == description.phases.end() ? nullptr : &*found;
}

void expect_phase(const Description& description, Phase phase) {
  const std::vector<Phase> known = phases_of(description);
  if (std::find(known.begin(), known.end(), phase) != known.end()) return;
  std::vector<std::string_view> names;
  for (const Phase p : known) names.push_back(name(p));
  throw InputError({fmt::format("{} has no {} phase", description.name, name(phase)), join_choices(names)});
}

// A parameter that the run or a phase sets must be one that the description has.
void expect_known(const Attributes& asked, const Attributes& known, const Description& description) {
  std::vector<std::string_view> names;
  for (const Attribute& attribute : known) names.push_back(attribute.name);
  for (const Attribute& attribute : asked) {
    if (std::find(names.begin(), names.end(), attribute.name) != names.end()) continue;
    attribute.key.fail({fmt::format("{} has no parameter {}", description.name, in_quotes(attribute.name)),
                        names.empty() ? "no parameters" : "one of " + join_choices(names, 40),
                        std::string(nearest(attribute.name, names))});
  }
}

}  // namespace

std::vector<Phase> phases_of(const Description& description) {
  if (description.phases.empty()) return {Phase::kInference, Phase::kTraining};
  std::vector<Phase> phases;
  for (const PhaseItem& item : description.phases) phases.push_back(item.phase);
  return phases;
}

Precision resolve_precision(const PrecisionItem& described, const PrecisionItem& asked) {
  // A format asked for replaces all that the description says, weight-only quantization included.
  const PrecisionItem base = asked.activations ? PrecisionItem{.activations = asked.activations} : described;
  const DType activations = base.activations.value_or(DType::kFp32);
  Precision precision;
  precision.activations = activations;
  precision.weights = asked.weights.value_or(base.weights.value_or(activations));
  precision.kv_cache = asked.kv_cache.value_or(base.kv_cache.value_or(activations));
  precision.math = asked.math.value_or(base.math.value_or(activations));
  precision.weight_group = asked.weights ? asked.weight_group : base.weight_group;
  return precision;
}

Network instantiate(const Description& description, const RunOptions& options) {
  expect_phase(description, options.phase);
  expect_known(options.parameters, description.parameters, description);
  static const Attributes kNothing;
  const PhaseItem* phase = find_phase(description, options.phase);
  if (phase != nullptr) expect_known(phase->parameters, description.parameters, description);
  GlobalScope globals(
      {&description.parameters, phase != nullptr ? &phase->parameters : &kNothing, &options.parameters});

  Network network{.name = description.name,
                  .family = description.family,
                  .phase = options.phase,
                  .precision = resolve_precision(description.precision, options.precision),
                  .notes = description.notes};
  try {
    network.parameters = globals.all();
  } catch (const ExpressionError& error) {
    throw InputError(error.problem);
  }
  Expander(description, network, globals).run();
  return network;
}

}  // namespace ridgepoint
