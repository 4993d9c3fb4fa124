#include "network/expander.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"
#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kDeepestBlocks = 32;

}  // namespace

const Block& Expander::find_block(const Item& item) const {
  const auto found = blocks_.find(item.block);
  if (found != blocks_.end()) return *found->second;
  std::vector<std::string_view> names;
  for (const Block& block : description_.blocks) names.push_back(block.name);
  item.where.fail({fmt::format("unknown block {}", in_quotes(item.block)),
                   names.empty() ? "a block of \"blocks\", which there is none of" : "one of " + join_choices(names),
                   std::string(nearest(item.block, names))});
}

Scope Expander::bind_block(const Item& item, const Block& block, Scope& outer) {
  Scope scope = outer.inner();
  std::vector<std::string_view> known = views(block.required);
  for (const Attribute& parameter : block.parameters) known.push_back(parameter.name);
  for (const Attribute& given : item.attributes) {
    if (std::find(known.begin(), known.end(), given.name) == known.end()) {
      given.key.fail({fmt::format("block {} has no parameter {}", in_quotes(block.name), in_quotes(given.name)),
                      known.empty() ? "no parameters" : join_choices(known), std::string(nearest(given.name, known))});
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

void Expander::expand_block(const Item& item, Body& body, Scope& outer) {
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

// Repetitions with the same tensors going in are the same: once the block hands on what it took, the layers of that
// repetition stand for all that follow. A body that asks for `index` is different every time.
std::vector<int> Expander::repeat_block(const Item& item, const Block& block, std::int64_t repeat,
                                        std::vector<int> carried, const BlockName& name, Scope& scope) {
  const bool shared = repeat > 1 && scope.truth(item.shared, "shared");
  const std::size_t start = network_.layers.size();
  std::size_t length = 0;  // layers of the first repetition
  for (std::int64_t i = 0; i < repeat; ++i) {
    const std::size_t first_layer = network_.layers.size();
    scope.set("index", i);
    scope.clear_index_used();
    Body body;
    body.prefix = name.path + (repeat == 1 ? "." : fmt::format(".{}.", i));
    body.block = name.outer_block.empty() ? name.name : name.outer_block + "." + name.name;
    std::vector<int> outputs = expand_body(block, carried, body, scope);
    if (outputs.size() > carried.size() && repeat > 1) {
      item.where.fail({fmt::format("block {} repeats with {} outputs for {} inputs", in_quotes(block.name),
                                   outputs.size(), carried.size()),
                       "no more outputs than inputs, which they become"});
    }
    for (const int id : outputs) network_.tensors[static_cast<std::size_t>(id)].escapes = true;
    if (i == 0) length = network_.layers.size() - start;
    if (shared && i > 0) share(item, start, length, first_layer);
    const bool settled = !scope.index_used() && same_types(outputs, carried);
    if (repeat == 1) return outputs;
    if (settled) {
      stand_for(item, {first_layer, body.prefix, name.path, i, repeat, shared});
      hand_over(carried, outputs, first_layer, repeat - i - 1);
    }
    for (std::size_t k = 0; k < outputs.size() && k < carried.size(); ++k) carried[k] = outputs[k];
    if (settled) break;
  }
  return carried;
}

std::vector<int> Expander::expand_body(const Block& block, const std::vector<int>& carried, Body& body, Scope& scope) {
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

bool Expander::same_types(const std::vector<int>& outputs, const std::vector<int>& inputs) const {
  for (std::size_t k = 0; k < outputs.size() && k < inputs.size(); ++k) {
    const Tensor& a = network_.tensors[static_cast<std::size_t>(outputs[k])];
    const Tensor& b = network_.tensors[static_cast<std::size_t>(inputs[k])];
    if (a.type != b.type || a.needs_gradient != b.needs_gradient) return false;
  }
  return true;
}

// A repetition uses the parameters of the first one, layer by layer.
void Expander::share(const Item& item, std::size_t first, std::size_t layers, std::size_t repetition) {
  const auto differ = [&](std::string what) {
    item.shared.where.fail(
        {fmt::format("repetitions of {} that share parameters differ: {}", in_quotes(item.block), what),
         "layers with the same parameters in every repetition"});
  };
  if (network_.layers.size() - repetition != layers) {
    differ(fmt::format("{} layers, then {}", layers, network_.layers.size() - repetition));
  }
  for (std::size_t i = 0; i < layers; ++i) {
    const Layer& model = network_.layers[first + i];
    Layer& layer = network_.layers[repetition + i];
    if (layer.parameters.empty() || layer.tied_to >= 0) continue;
    if (all_parameters(model) != all_parameters(layer)) {
      differ(fmt::format("{} has {} parameters and {} has {}", in_quotes(model.name), parameter_count(model),
                         in_quotes(layer.name), parameter_count(layer)));
    }
    layer.tied_to = static_cast<int>(first + i);
  }
}

// These layers stand for the repetitions `from` to `repeat - 1`; their names say so.
void Expander::stand_for(const Item& item, const Repetitions& these) {
  const auto& [first, prefix, path, from, repeat, shared] = these;
  const std::string label = from == 0            ? path + "."
                            : from == repeat - 1 ? fmt::format("{}.{}.", path, from)
                                                 : fmt::format("{}.{}-{}.", path, from, repeat - 1);
  for (std::size_t i = first; i < network_.layers.size(); ++i) {
    Layer& layer = network_.layers[i];
    try {
      layer.repeat = checked_mul(layer.repeat, repeat - from);
      if (!shared) layer.copies = checked_mul(layer.copies, repeat - from);
    } catch (const OverflowError&) {
      item.repeat.where.fail({"the repetitions of repetitions overflow", "fewer than 2^63 layers"});
    }
    layer.name = label + layer.name.substr(prefix.size());
  }
  // Those of the blocks inside came last. Their times stay below the repetitions of their layers.
  for (auto inner = network_.handovers.rbegin(); inner != network_.handovers.rend() && inner->first >= first; ++inner) {
    inner->times *= repeat - from;
  }
}

void Expander::hand_over(const std::vector<int>& inputs, const std::vector<int>& outputs, std::size_t first,
                         std::int64_t times) {
  for (std::size_t k = 0; k < outputs.size() && k < inputs.size() && times > 0; ++k) {
    if (inputs[k] == outputs[k]) continue;
    network_.handovers.push_back({inputs[k], outputs[k], first, network_.layers.size(), times});
  }
}

}  // namespace ridgepoint
