#include <fmt/format.h>

#include "core/human.hpp"
#include "report/explanation_formats.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

std::string table_of(const Derivation& d) {
  std::string text = "| symbol | formula | numbers | value | source |\n| --- | --- | --- | ---: | --- |\n";
  for (const Term& term : d.terms()) {
    const bool given = term.formula.empty();
    text += fmt::format("| {} | {} | {} | {} | {} |\n", markdown_text(term.symbol), markdown_text(term.formula),
                        given ? "" : markdown_text(numbers_of(d, term)), human_term(term), markdown_text(term.source));
  }
  return text + "\n";
}

std::string tensor_row(const ExplainedTensor& tensor) {
  return fmt::format("| {} | {} | {} | {} | {} |\n", tensor.symbol, to_string(tensor.type.shape),
                     markdown_text(name(tensor.type.dtype)), human_bytes(tensor.type.bytes().value()),
                     markdown_text(tensor.producer));
}

std::string price_of(const ExplainedPrice& price) {
  std::string text = fmt::format("### price on {}\n\n", markdown_text(price.device));
  for (const ExplainedLaunch& launch : price.launches) {
    text += fmt::format("{} {}: {}{}\n\n", name(launch.pass), markdown_text(launch.kind), bound_line(launch.price),
                        markdown_text(parameters_line(launch)));
    text += table_of(launch.formulas);
    for (const ExplainedNeed& need : needs_of(launch.price))
      text += fmt::format("- {}\n", markdown_text(need_line(need, launch)));
    text += "\n";
  }
  for (const std::string& sentence : verdict(price)) text += fmt::format("- {}\n", markdown_text(sentence));
  return text;
}

}  // namespace

std::string explanation_markdown(const Explanation& e) {
  std::string text = fmt::format("## {}: {}\n\n", markdown_text(e.name), markdown_text(e.summary));
  text += fmt::format("{} of {}, {}", markdown_text(e.op), markdown_text(e.model), name(e.phase));
  if (!e.attributes.empty()) text += "; " + markdown_text(attributes_line(e));
  if (e.repeat > 1) text += fmt::format("; stands for {} equal layers, the counts are those of one", e.repeat);
  text += "\n\n| tensor | shape | format | bytes | from |\n| --- | --- | --- | ---: | --- |\n";
  for (const ExplainedTensor& tensor : e.inputs) text += tensor_row(tensor);
  for (const ExplainedTensor& tensor : e.outputs) text += tensor_row(tensor);
  text += "\n### parameters\n\n" + table_of(e.parameters);
  for (const ExplainedKernel& kernel : e.kernels) {
    text += fmt::format("### {}: {}\n\n", name(kernel.pass), markdown_text(kernel.kind)) + table_of(kernel.counts);
    text += markdown_text(intensity_line(kernel)) + "\n\n";
  }
  text += "### fusion\n\n" + markdown_text(fusion_line(e.fusion)) + "\n";
  return e.price ? text + "\n" + price_of(*e.price) : text;
}

}  // namespace ridgepoint
