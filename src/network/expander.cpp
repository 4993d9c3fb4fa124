#include "network/expander.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/checked.hpp"
#include "core/text.hpp"
#include "network/binding.hpp"

namespace ridgepoint {
namespace {

// Expanding a million layers takes a few seconds; beyond that a description is a mistake. Blocks count too: those that
// repeat zero times could otherwise nest to any number of them.
constexpr std::size_t kMostItems = 1'000'000;

}  // namespace

Expander::Expander(const Description& description, Network& network, GlobalScope& globals, const PrecisionItem& asked)
    : description_(description), network_(network), globals_(globals), asked_(asked) {
  for (const Block& block : description.blocks) blocks_.emplace(block.name, &block);
}

void Expander::run() {
  Body body;
  for (const InputItem& input : description_.inputs) add_input(input, body);
  body.previous = 0;
  Scope scope(globals_);
  expand_items(description_.items, body, scope);
}

void Expander::add_input(const InputItem& input, Body& body) {
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

int Expander::add_tensor(Tensor tensor) {
  network_.tensors.push_back(std::move(tensor));
  return static_cast<int>(network_.tensors.size()) - 1;
}

void Expander::expand_items(const std::vector<Item>& items, Body& body, Scope& scope) {
  body.items = &items;
  for (auto* names : {&body.tensors, &body.layers}) names->reserve(names->size() + items.size());
  body.names.reserve(body.names.size() + items.size());
  for (const Item& item : items) {
    if (++items_ > kMostItems) {
      item.where.fail(
          {fmt::format("more than {} layers and blocks", kMostItems), "fewer layers, or blocks whose shapes repeat"});
    }
    const bool outer = skipping_;
    skipping_ = outer || scope.truth(item.skip, "skip");
    const std::optional<Precision> around = precision_;
    if (item.precision) precision_ = formats_of(item);
    if (item.block.empty()) {
      expand_layer(item, body, scope);
    } else {
      expand_block(item, body, scope);
    }
    skipping_ = outer;
    precision_ = around;
  }
}

// What the run asks for stands above what the description says of single layers.
std::optional<Precision> Expander::formats_of(const Item& item) const {
  if (asked_.activations || asked_.weights) return std::nullopt;
  Precision precision = network_.precision;
  precision.weights = item.precision->weights.value_or(precision.activations);
  precision.math = asked_.math.value_or(item.precision->math.value_or(precision.activations));
  precision.weight_group = item.precision->weight_group;
  return precision;
}

void Expander::expand_layer(const Item& item, Body& body, Scope& scope) {
  if (scope.integer(item.repeat, "repeat") != 1) {
    item.repeat.where.fail({"only blocks repeat", "\"repeat\" on the use of a block"});
  }
  if (scope.truth(item.shared, "shared")) {
    item.shared.where.fail({"only the repetitions of a block share parameters", "\"tied\" on a layer"});
  }
  const std::string name = take_name(item, body);
  Layer layer{.name = body.prefix + name, .block = body.block, .op = bind_op(item, scope)};
  layer.inputs = inputs_of(item, body);
  layer.idle = skipping_;
  layer.precision = precision_;
  infer(item, layer);
  if (!item.tied.name.empty()) tie(item, body, layer);
  publish(layer, name, body);
  network_.layers.push_back(std::move(layer));
}

void Expander::infer(const Item& item, Layer& layer) {
  std::vector<TensorType> inputs;
  bool needs_gradient = false;
  for (const int id : layer.inputs) {
    inputs.push_back(network_.tensors[static_cast<std::size_t>(id)].type);
    needs_gradient = needs_gradient || network_.tensors[static_cast<std::size_t>(id)].needs_gradient;
  }
  std::vector<TensorType> outputs;
  try {
    outputs = std::visit([&](const auto& op) { return op.outputs(inputs, precision_of(network_, layer)); }, layer.op);
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

void Expander::fail(const Item& item, const Layer& layer, const OpError& error) {
  Where where = item.where;
  for (const Attribute& attribute : item.attributes) {
    if (attribute.name == error.attribute) where = attribute.value.where;
  }
  Problem problem = error.problem;
  problem.what = fmt::format("{} {}: {}", item.op, in_quotes(layer.name), problem.what);
  where.fail(std::move(problem));
}

void Expander::tie(const Item& item, const Body& body, Layer& layer) {
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

void Expander::publish(const Layer& layer, const std::string& name, Body& body) {
  body.previous = layer.outputs.front();
  body.tensors[name] = layer.outputs.front();
  body.layers[name] = static_cast<int>(network_.layers.size());
  for (std::size_t i = 0; i < layer.outputs.size() && layer.outputs.size() > 1; ++i) {
    body.tensors[fmt::format("{}:{}", name, i)] = layer.outputs[i];
  }
}

}  // namespace ridgepoint
