#include "report/analysis_context.hpp"
#include "report/chain_json.hpp"
#include "report/explanation_formats.hpp"
#include "report/json_text.hpp"

namespace ridgepoint {
namespace {

Json terms(const Derivation& d) {
  Json array = Json::array();
  for (const Term& term : d.terms()) {
    Json object{{"symbol", term.symbol}, {"value", json_number(term.value)}, {"unit", term.unit}};
    if (!term.formula.empty()) {
      object["formula"] = term.formula;
      object["numbers"] = numbers_of(d, term);
    }
    if (!term.source.empty()) object["source"] = term.source;
    array.push_back(std::move(object));
  }
  return array;
}

Json tensors(const std::vector<ExplainedTensor>& list) {
  Json array = Json::array();
  for (const ExplainedTensor& tensor : list) {
    Json shape = Json::array();
    for (const std::int64_t extent : tensor.type.shape.extents()) shape.push_back(extent);
    array.push_back({{"symbol", tensor.symbol},
                     {"from", tensor.producer},
                     {"shape", shape},
                     {"dtype", name(tensor.type.dtype)},
                     {"bytes", json_number(tensor.type.bytes().value())}});
  }
  return array;
}

Json work(const Work& w) {
  return {{"macs", json_number(w.macs)},
          {"flops", json_number(w.flops().value())},
          {"special", json_number(w.special.value())},
          {"bytes_read", json_number(w.read.value())},
          {"bytes_written", json_number(w.written.value())},
          {"l2_bytes", json_number(w.l2.value())}};
}

Json kernels(const Explanation& e) {
  Json array = Json::array();
  for (const ExplainedKernel& kernel : e.kernels) {
    Json object{{"pass", name(kernel.pass)}, {"kernel", kernel.kind}};
    object.update(work(kernel.work));
    const double bytes = kernel.work.bytes().value();
    object["arithmetic_intensity"] = bytes > 0 ? kernel.work.flops().value() / bytes : 0;
    object["terms"] = terms(kernel.counts);
    array.push_back(std::move(object));
  }
  return array;
}

Json price(const ExplainedPrice& p) {
  Json object{{"device", p.device}, {"mode", name(p.mode)}, {"launches", Json::array()}};
  for (const ExplainedLaunch& launch : p.launches) {
    Json item{{"pass", name(launch.pass)}, {"kernel", launch.kind}};
    item.update(work(launch.launch.work));
    for (const ExplainedNeed& need : needs_of(launch.price))
      item["needs_s"][std::string(name(need.bound))] = need.time.value();
    item["time_s"] = launch.price.time.value();
    item["time_p10_s"] = launch.price.p10.value();
    item["time_p90_s"] = launch.price.p90.value();
    item["roofline_time_s"] = launch.price.roofline.value();
    item["bound"] = name(launch.price.bound);
    item["model"] = launch.model;
    item["terms"] = terms(launch.formulas);
    object["launches"].push_back(std::move(item));
  }
  object["limits"] = chain_json(p.chain);
  object["time_s"] = p.row.total.time;
  object["share"] = p.row.share;
  object["bound"] = name(p.row.bound);
  object["arithmetic_intensity"] = p.row.total.intensity();
  object["ridge_point"] = p.row.ridge_point;
  return object;
}

Json explanation(const Explanation& e) {
  Json object{{"schema_version", 1}, {"tool", tool_json()}};
  object["model"] = e.model;
  object["phase"] = name(e.phase);
  object["name"] = e.name;
  object["op"] = e.op;
  object["summary"] = e.summary;
  object["equation"] = e.equation;
  object["source"] = e.source;
  object["block"] = e.block;
  object["category"] = name(e.category);
  object["repeat"] = e.repeat;
  object["copies"] = e.copies;
  if (!e.tied_to.empty()) object["tied_to"] = e.tied_to;
  object["attributes"] = Json::object();
  for (const auto& [key, value] : e.attributes) object["attributes"][key] = value;
  object["inputs"] = tensors(e.inputs);
  object["outputs"] = tensors(e.outputs);
  object["parameters"] = terms(e.parameters);
  object["kernels"] = kernels(e);
  object["fusion"] = {{"layers", e.fusion.layers},
                      {"bytes_together", json_number(e.fusion.together.value())},
                      {"bytes_apart", json_number(e.fusion.apart.value())}};
  if (e.price) object["price"] = price(*e.price);
  return object;
}

}  // namespace

std::string explanations_json(std::span<const Explanation> explanations) {
  if (explanations.size() == 1) return json_text(explanation(explanations.front()));
  Json array = Json::array();
  for (const Explanation& e : explanations) array.push_back(explanation(e));
  return json_text(array);
}

}  // namespace ridgepoint
