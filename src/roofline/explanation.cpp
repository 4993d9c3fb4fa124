#include "roofline/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/attributes.hpp"
#include "roofline/pricer.hpp"

namespace ridgepoint {
namespace {

// A network in which the tensors around one layer have symbols, so that what is lowered from it names its operands.
class Symbols {
 public:
  Symbols(const Network& network, std::size_t index) : network_(network), own_(static_cast<int>(index)) {
    const Layer& layer = network.layers[index];
    name_all(layer.inputs, "x");
    name_all(layer.outputs, "y");
  }
  ~Symbols() = default;
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  [[nodiscard]] const Network& network() const { return network_; }

  [[nodiscard]] std::vector<ExplainedTensor> tensors(const std::vector<int>& ids) const {
    std::vector<ExplainedTensor> list;
    for (const int id : ids) {
      const Tensor& tensor = network_.tensors[static_cast<std::size_t>(id)];
      const bool outside = tensor.producer < 0 || tensor.producer == own_;
      list.push_back({std::string(tensor.type.symbol),
                      outside ? "" : network_.layers[static_cast<std::size_t>(tensor.producer)].name, tensor.type});
      list.back().type.symbol = {};  // the name does not outlive this object
    }
    return list;
  }

 private:
  void name_all(const std::vector<int>& ids, std::string_view letter) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      TensorType& type = network_.tensors[static_cast<std::size_t>(ids[i])].type;
      if (!type.symbol.empty()) continue;  // the same tensor twice
      names_.push_back(
          std::make_unique<std::string>(ids.size() == 1 ? std::string(letter) : fmt::format("{}{}", letter, i)));
      type.symbol = *names_.back();
    }
  }

  Network network_;
  int own_;
  std::vector<std::unique_ptr<std::string>> names_;
};

Bytes bytes_of(const GroupLaunches& launches) {
  Bytes total{};
  for (const auto& pass : launches.passes) {
    for (const Launch& launch : pass) total += launch.work.bytes();
  }
  return total;
}

const Group& group_of(const std::vector<Group>& groups, int layer) {
  return *std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
    return std::find(group.members.begin(), group.members.end(), layer) != group.members.end();
  });
}

std::vector<ExplainedKernel> kernels_of(const GroupLaunches& launches) {
  std::vector<ExplainedKernel> kernels;
  for (const Pass pass : kPasses) {
    for (const Launch& launch : launches.passes[static_cast<std::size_t>(pass)]) {
      kernels.push_back({pass, std::string(kind_name(launch.kernel)), launch.work, derivation_of(launch.kernel)});
    }
  }
  return kernels;
}

ExplainedFusion fusion_of(const Network& network, const Lowering& lowering, const Group& group) {
  ExplainedFusion fusion{.together = bytes_of(lowering.lower(group))};
  for (const int member : group.members) {
    fusion.layers.push_back(network.layers[static_cast<std::size_t>(member)].name);
    fusion.apart += bytes_of(lowering.lower({{member}}));
  }
  return fusion;
}

void explain_price(ExplainedLaunch& launch, const Device& device, Mode mode, Execution execution) {
  if (mode == Mode::kRoofline) return;
  const Clock clock = clock_of(execution);
  const Pricing pricing = pricing_of(launch.launch, device, mode, {.clock = clock});
  launch.model = pricing.model->name;
  const Derivation formulas(terms_of(launch.launch, device, mode, {.clock = clock}));
  Derivation whole;  // the model's parameters, where its formulas do not give them, and the formulas
  for (std::size_t i = 0; i < pricing.model->parameters.size(); ++i) {
    const ModelParameter& parameter = pricing.model->parameters[i];
    if (formulas.find(parameter.name) != nullptr) continue;
    whole.given(parameter.name, pricing.parameters[i], parameter.name.ends_with("_s") ? "s" : "", parameter.meaning);
  }
  for (const Term& term : formulas.terms()) {
    whole.result(term.symbol, term.formula, term.value, term.unit, term.source);
  }
  launch.formulas = whole;
}

ExplainedPrice price_of(const Network& network, const Lowering& lowering, const Group& group,
                        const EngineOptions& options, const Device& device) {
  const Estimate whole = estimate(network, device, options);
  ExplainedPrice result{.device = device.name, .mode = whole.options.mode};
  result.row = *std::find_if(whole.rows.begin(), whole.rows.end(),
                             [&](const LayerEstimate& row) { return row.layers == group.members; });
  Pricer pricer(device, whole.options.mode, options.execution);
  const GroupLaunches launches = lowering.lower(group);
  for (const Pass pass : kPasses) {
    for (Launch launch : launches.passes[static_cast<std::size_t>(pass)]) {
      if (options.work_share != 1) launch.work = launch.work * options.work_share;
      if (launch.work.empty()) continue;
      result.launches.push_back({pass, std::string(kind_name(launch.kernel)), launch, pricer.price_of(launch)});
      explain_price(result.launches.back(), device, result.mode, options.execution);
    }
  }
  return result;
}

}  // namespace

Derivation explain_parameters(const Parameters& parameters) {
  Derivation d;
  std::string learned;
  double total = 0;
  for (const Parameter& parameter : parameters) {
    std::string product;
    for (const Axis& axis : parameter.axes) {
      if (d.find(axis.symbol) == nullptr) d.given(axis.symbol, static_cast<double>(axis.length));
      product += (product.empty() ? "" : " ") + std::string(axis.symbol);
    }
    const auto count = static_cast<double>(parameter.count);
    const bool buffer = parameter.role == ParameterRole::kBuffer;
    d.result(parameter.name, product, count, "", buffer ? "a buffer: stored, not learned" : "");
    if (buffer) continue;
    learned += (learned.empty() ? "" : " + ") + std::string(parameter.name);
    total += count;
  }
  d.result("parameters", learned.empty() ? "0" : learned, total);
  return d;
}

Explanation explain(const Network& network, std::size_t index, const EngineOptions& options, const Device* device) {
  const Layer& layer = network.layers[index];
  const Symbols symbols(network, index);
  const Lowering lowering(symbols.network(), options.optimizer);
  const std::vector<Group> groups = plan_fusion(network, options.fusion);
  const Group& group = group_of(groups, static_cast<int>(index));
  const OpFacts facts = facts_of(layer.op);
  Explanation e{.model = network.name,
                .phase = network.phase,
                .precision = precision_of(network, layer),
                .name = layer.name,
                .op = std::string(name_of(layer.op)),
                .summary = std::string(facts.summary),
                .equation = std::string(facts.equation),
                .source = std::string(facts.source),
                .block = layer.block,
                .category = category_of(layer.op),
                .repeat = layer.repeat,
                .copies = layer.copies,
                .attributes = attributes_of(layer.op),
                .inputs = symbols.tensors(layer.inputs),
                .outputs = symbols.tensors(layer.outputs),
                .parameters = explain_parameters(layer.parameters),
                .kernels = kernels_of(lowering.lower({{static_cast<int>(index)}})),
                .fusion = fusion_of(network, lowering, group)};
  if (layer.tied_to >= 0) e.tied_to = network.layers[static_cast<std::size_t>(layer.tied_to)].name;
  if (device != nullptr) e.price = price_of(network, lowering, group, options, *device);
  return e;
}

}  // namespace ridgepoint
