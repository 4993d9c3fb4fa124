// Rows and totals of the JSON document.

#include "report/analysis_rows.hpp"

#include "core/text.hpp"

namespace ridgepoint {
namespace {

/// A member of Amounts under the key of the column that shows it.
struct AmountKey {
  std::string_view key;
  double Amounts::*member;
};

constexpr std::array kAmountKeys{AmountKey{"parameters", &Amounts::parameters},
                                 AmountKey{"macs", &Amounts::macs},
                                 AmountKey{"flops", &Amounts::flops},
                                 AmountKey{"bytes_read", &Amounts::bytes_read},
                                 AmountKey{"bytes_written", &Amounts::bytes_written},
                                 AmountKey{"time_s", &Amounts::time},
                                 AmountKey{"time_p10_s", &Amounts::time_p10},
                                 AmountKey{"time_p90_s", &Amounts::time_p90},
                                 AmountKey{"roofline_time_s", &Amounts::roofline_time}};
static_assert(kAmountKeys.size() == kAmountMembers.size());

Json column_schema(const Column& column) {
  Json schema = column.kind == ColumnKind::kText ? text_schema() : number_schema(unit_of(column.kind));
  if (column.key == "bound") schema = words_schema(names_of(kBounds));
  if (column.key == "category") schema = words_schema(kCategoryNames);
  schema["description"] = column.meaning;
  return schema;
}

// Of rows of a training step: the amounts of each pass.
Json passes_schema() {
  Json schema{{"type", "object"}, {"description", "of training: the amounts of each pass"}};
  for (const Pass pass : kPasses) schema["properties"][std::string(name(pass))] = amounts_schema();
  schema["additionalProperties"] = false;
  return schema;
}

Json needs_schema() {
  Json schema{{"type", "object"}, {"description", "what each resource needs alone; without those that need nothing"}};
  for (const BoundFacts& bound : kBounds) schema["properties"][std::string(bound.name)] = number_schema("s");
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace

Json amounts_json(const Amounts& amounts) {
  Json object;
  for (const AmountKey& amount : kAmountKeys) append_member(object, amount.key, json_number(amounts.*amount.member));
  return object;
}

Json amounts_schema() {
  Json schema{{"type", "object"}};
  for (const AmountKey& amount : kAmountKeys) {
    schema["properties"][std::string(amount.key)] = column_schema(*find_column(amount.key));
    schema["required"].push_back(amount.key);
  }
  schema["additionalProperties"] = false;
  return schema;
}

Json layer_json(const LayerEstimate& row, Phase phase) {
  Json object;
  for (const Column& column : columns()) append_member(object, column.key, json_value(column.cell(row)));
  append_member(object, "fused_from", row.fused_from);
  append_member(object, "needs_s", json_needs(row.needs));
  if (phase != Phase::kTraining) return object;
  Json& passes = object["passes"];
  for (const Pass pass : kPasses) {
    passes[std::string(name(pass))] = amounts_json(row.passes[static_cast<std::size_t>(pass)]);
  }
  return object;
}

Json layer_schema() {
  Json schema{{"type", "object"}};
  for (const Column& column : columns()) {
    schema["properties"][std::string(column.key)] = column_schema(column);
    schema["required"].push_back(column.key);
  }
  schema["properties"]["fused_from"] = list_schema(text_schema());
  schema["properties"]["fused_from"]["description"] = "the layers that run as one kernel, empty for a single one";
  schema["required"].push_back("fused_from");
  schema["properties"]["needs_s"] = needs_schema();
  schema["required"].push_back("needs_s");
  schema["properties"]["passes"] = passes_schema();
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace ridgepoint
