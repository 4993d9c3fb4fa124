#include "cost/attention.hpp"
#include "cost/collective.hpp"
#include "cost/convolution.hpp"
#include "cost/cpu.hpp"
#include "cost/elementwise.hpp"
#include "cost/gemm.hpp"
#include "cost/law.hpp"
#include "cost/lookup.hpp"
#include "cost/model.hpp"
#include "cost/recurrence.hpp"
#include "cost/rows.hpp"

namespace ridgepoint {
namespace {

/// Which model prices a kind of kernel.
struct ModelOfKind {
  std::string_view kind;
  const CostModel& model;
};

// Kinds that are not here are priced by the common law.
const std::array kModels{
    ModelOfKind{"gemm", kGemm},
    ModelOfKind{"moe", kGemm},
    ModelOfKind{"attention_prefill", kAttentionPrefill},
    ModelOfKind{"attention_decode", kAttentionDecode},
    ModelOfKind{"collective", kCollective},
    ModelOfKind{"conv", kConvolutionModel},
    ModelOfKind{"conv_depthwise", kConvolutionModel},
    ModelOfKind{"elementwise", kElementwiseModel},
    ModelOfKind{"copy", kElementwiseModel},
    ModelOfKind{"normalization", kRowsModel},
    ModelOfKind{"reduction", kRowsModel},
    ModelOfKind{"embedding", kLookupModel},
    ModelOfKind{"spmm", kLookupModel},
    ModelOfKind{"recurrent", kRecurrenceModel},
};

}  // namespace

const CostModel& model_of(const CostKind& kind) {
  for (const ModelOfKind& row : kModels) {
    if (row.kind == kind.name) return row.model;
  }
  return kLaw;
}

std::array<const CostModel*, 3> models_for(const CostKind& kind) {
  const CostModel* const of_processors = cpu_model_of(kind);
  return {&model_of(kind), &kLaw, of_processors != nullptr ? of_processors : &kLaw};
}

ParameterValues typical_values(const CostModel& model) {
  ParameterValues values{};
  for (std::size_t i = 0; i < model.parameters.size(); ++i) values[i] = model.parameters[i].typical;
  return values;
}

Situation situation_of(const Launch& launch, const Device& device, const Circumstances& circumstances) {
  return {launch, device, circumstances, demand_of(launch, device, circumstances)};
}

}  // namespace ridgepoint
