#include "report/analysis.hpp"
#include "report/analysis_context.hpp"
#include "report/analysis_rows.hpp"
#include "report/analysis_totals.hpp"

namespace ridgepoint {
namespace {

using U = Unmodelled;
constexpr std::array kUnmodelled{
    Member<U>{"name", "of the first", [](const U& u) -> Json { return u.name; }, text_schema},
    Member<U>{"type", "as the file names it", [](const U& u) -> Json { return u.type; }, text_schema},
    Member<U>{"count", "how many", [](const U& u) -> Json { return u.count; }, [] { return number_schema(); }},
};

constexpr std::array<std::string_view, 2> kOf{"network", "layer"};

using C = Change;
constexpr std::array kChange{
    Member<C>{"change", "the option that makes it, or what it is in words", [](const C& c) -> Json { return c.what; },
              text_schema},
    Member<C>{"time_ratio", "time of a sample after the change, over the time now",
              [](const C& c) -> Json { return c.time_ratio; }, [] { return number_schema(); }},
    Member<C>{"of", "whose time", [](const C& c) -> Json { return kOf[c.whole_network ? 0 : 1]; },
              [] { return words_schema(kOf); }},
};

template <class T, class Members>
Json list_of(const std::vector<T>& items, const Members& members) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(write_members(std::span<const Member<T>>(members), item));
  return array;
}

using A = Advice;
constexpr std::array kAdvice{
    Member<A>{"layer", "the row", [](const A& a) -> Json { return a.layer; }, text_schema},
    Member<A>{"share", "of the network's time", [](const A& a) -> Json { return a.share; },
              [] { return number_schema(); }},
    Member<A>{"why", "what bounds it", [](const A& a) -> Json { return a.why; }, text_schema},
    Member<A>{"changes", "what would help", [](const A& a) { return list_of(a.changes, kChange); },
              [] { return list_schema(schema_of(std::span<const Member<C>>(kChange))); }},
};

Json rows_json(const std::vector<LayerEstimate>& rows, Phase phase) {
  Json array = Json::array();
  for (const LayerEstimate& row : rows) array.push_back(layer_json(row, phase));
  return array;
}

// The rows of --by and --top; "layers" stays whole, for programs to add up.
Json groups(const Analysis& a) {
  if (a.view.by == By::kLayer && a.view.top == 0) return absent();
  return rows_json(rows_of(a.report.estimate, a.view), a.report.estimate.phase);
}

Json sentences_schema() { return list_schema(text_schema()); }

using D = Analysis;
constexpr std::array kDocument{
    Member<D>{"schema_version", "keys may be added within a version; none is renamed",
              [](const D&) -> Json { return kAnalysisVersion; },
              [] {
                return Json{{"const", kAnalysisVersion}};
              }},
    Member<D>{"tool", "the program that wrote this", [](const D&) { return tool_json(); }, tool_schema},
    Member<D>{"context", "the run", [](const D& d) { return context_json(d.report); }, context_schema},
    Member<D>{"convention", "how amounts are counted", [](const D&) -> Json { return conventions(); },
              sentences_schema},
    Member<D>{"model", "name of the network", [](const D& d) -> Json { return d.report.estimate.model; }, text_schema},
    Member<D>{"device", "name of the device", [](const D& d) -> Json { return d.report.estimate.device; }, text_schema},
    Member<D>{"phase", "what the run does", [](const D& d) -> Json { return name(d.report.estimate.phase); },
              [] { return words_schema(kPhaseNames); }},
    Member<D>{"warnings", "what the reader should know before using a number",
              [](const D& d) -> Json { return d.report.estimate.warnings; }, sentences_schema},
    Member<D>{"unmodelled", "what an imported file holds and no op stands for",
              [](const D& d) { return list_of(d.report.estimate.unmodelled, kUnmodelled); },
              [] { return list_schema(schema_of(std::span<const Member<U>>(kUnmodelled))); }},
    Member<D>{"notes", "what the description, or the importer, says about itself",
              [](const D& d) -> Json { return d.report.estimate.notes; }, sentences_schema},
    Member<D>{"layers", "one row a layer, in the order of the run; they add up to the totals to the last bit",
              [](const D& d) { return rows_json(d.report.estimate.rows, d.report.estimate.phase); },
              [] { return list_schema(layer_schema()); }},
    Member<D>{"groups", "with --by or --top: the rows of that view", groups, [] { return list_schema(layer_schema()); },
              kSometimes},
    Member<D>{"totals", "sums over all layers", [](const D& d) { return totals_json(d.report.estimate); },
              totals_schema},
    Member<D>{"advice", "the rows that matter most, and what would help",
              [](const D& d) { return list_of(d.report.advice, kAdvice); },
              [] { return list_schema(schema_of(std::span<const Member<A>>(kAdvice))); }},
};

}  // namespace

std::span<const Member<Analysis>> analysis_members() { return kDocument; }

std::string write_json(const Report& report, const View& view) {
  return json_text(write_members(analysis_members(), Analysis{report, view}));
}

}  // namespace ridgepoint
