#include "report/analysis_totals.hpp"

#include "report/analysis_rows.hpp"

namespace ridgepoint {
namespace {

Json bytes_schema() { return number_schema(unit_of(ColumnKind::kBytes)); }
Json count_schema() { return number_schema(); }
Json bytes(Bytes value) { return json_number(value.value()); }

// What a device holds is known where somebody asked for it, of a run that decodes.
template <auto Limit>
Json limit(const Estimate& e) {
  if (!e.limits) return absent();
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype((*e.limits).*Limit)>, Bytes>) {
    return bytes((*e.limits).*Limit);
  } else {
    return (*e.limits).*Limit;
  }
}

using E = Estimate;
constexpr std::array kMemory{
    Member<E>{"weights_bytes", "learned values, without tables", [](const E& e) { return bytes(e.memory.weights); },
              bytes_schema},
    Member<E>{"activations_bytes", "the largest sum alive at one time; in training all that the backward pass needs",
              [](const E& e) { return bytes(e.memory.activations); }, bytes_schema},
    Member<E>{"gradients_bytes", "of training", [](const E& e) { return bytes(e.memory.gradients); }, bytes_schema},
    Member<E>{"optimizer_bytes", "state of the optimizer", [](const E& e) { return bytes(e.memory.optimizer); },
              bytes_schema},
    Member<E>{"kv_cache_bytes", "keys, values and states of all sequences",
              [](const E& e) { return bytes(e.memory.kv_cache); }, bytes_schema},
    Member<E>{"tables_bytes", "embedding tables", [](const E& e) { return bytes(e.memory.tables); }, bytes_schema},
    Member<E>{"total_bytes", "their sum", [](const E& e) { return bytes(e.memory.total()); }, bytes_schema},
    Member<E>{"kv_cache_bytes_per_sequence", "of decode: the cache of each sequence as it stands",
              limit<&CacheLimits::per_sequence>, bytes_schema, kSometimes},
    Member<E>{"kv_cache_bytes_per_token", "of decode: what each further token adds", limit<&CacheLimits::per_token>,
              bytes_schema, kSometimes},
    Member<E>{"largest_batch", "that the device holds at this context; 0: not even this run",
              limit<&CacheLimits::largest_batch>, count_schema, kSometimes},
    Member<E>{"largest_kv_len", "that the device holds at this batch; 0: not even this run",
              limit<&CacheLimits::largest_context>, count_schema, kSometimes},
};

constexpr std::array kBesideAmounts{
    Member<E>{"active_parameters", "those that one token uses: all, but of experts",
              [](const E& e) { return json_number(e.active_parameters); }, count_schema},
    Member<E>{"arithmetic_intensity", "FLOPs per byte", [](const E& e) -> Json { return e.total.intensity(); },
              [] { return number_schema(unit_of(ColumnKind::kNumber)); }},
    Member<E>{"by_category", "the amounts of each category",
              [](const E& e) {
                Json object;
                for (std::size_t i = 0; i < kCategoryNames.size(); ++i) {
                  object[std::string(kCategoryNames[i])] = amounts_json(e.by_category[i]);
                }
                return object;
              },
              [] {
                Json schema = map_schema(amounts_schema());
                schema["propertyNames"] = words_schema(kCategoryNames);
                return schema;
              }},
    Member<E>{"memory", "what the run keeps in device memory; the parts do not overlap",
              [](const E& e) { return write_members(std::span<const Member<E>>(kMemory), e); },
              [] { return schema_of(std::span<const Member<E>>(kMemory)); }},
};

}  // namespace

Json totals_json(const Estimate& estimate) {
  Json object = amounts_json(estimate.total);
  object.update(write_members(std::span<const Member<E>>(kBesideAmounts), estimate));
  return object;
}

Json totals_schema() {
  Json schema = amounts_schema();
  const Json beside = schema_of(std::span<const Member<E>>(kBesideAmounts));
  schema["properties"].update(beside["properties"]);
  schema["required"].insert(schema["required"].end(), beside["required"].begin(), beside["required"].end());
  return schema;
}

}  // namespace ridgepoint
