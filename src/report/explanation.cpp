#include "report/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/human.hpp"
#include "core/text.hpp"
#include "report/explanation_formats.hpp"
#include "report/text_table.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kIndent = 4;

std::string line(std::string_view text, std::size_t width, std::size_t indent = 2) {
  const std::string margin(indent, ' ');
  std::string lines = margin;
  for (const char c : wrap(text, width - indent, kIndent)) lines += c == '\n' ? "\n" + margin : std::string(1, c);
  return lines + "\n";
}

std::string with_source(std::string text, std::string_view source) {
  if (!source.empty()) text += fmt::format(" [{}]", source);
  return text;
}

// The numbers that a derivation starts from stand side by side, the formulas one below the other.
std::string text_of(const Derivation& d, std::size_t width, std::size_t indent = 2) {
  std::string given;
  std::string formulas;
  for (const Term& term : d.terms()) {
    if (term.formula.empty()) {
      given += fmt::format("{}{} {}{}", given.empty() ? "" : ", ", term.symbol, human_term(term),
                           term.source.empty() ? "" : " (" + term.source + ")");
    } else {
      formulas += line(with_source(equation_of(d, term), term.source), width, indent);
    }
  }
  return (given.empty() ? "" : line("with " + given, width, indent)) + formulas;
}

std::string text_of(const ExplainedTensor& tensor) {
  return fmt::format("{}: {} in {}, {}{}", tensor.symbol, to_string(tensor.type.shape), name(tensor.type.dtype),
                     human_bytes(tensor.type.bytes().value()),
                     tensor.producer.empty() ? "" : ", from " + printable(tensor.producer));
}

std::string head(const Explanation& e, std::size_t width) {
  std::string text = fmt::format("{}: {}\n", printable(e.name), e.summary);
  text += line(fmt::format("{} of {}, {}{}", e.op, printable(e.model), name(e.phase),
                           e.block.empty() ? "" : ", in block " + printable(e.block)),
               width);
  if (!e.attributes.empty()) text += line(attributes_line(e), width);
  if (!e.equation.empty()) text += line(with_source(e.equation, e.source), width);
  if (e.repeat > 1) {
    text += line(fmt::format("It stands for {} equal layers; the counts are those of one.{}", e.repeat,
                             e.copies < e.repeat ? " They share their parameters." : ""),
                 width);
  }
  if (!e.tied_to.empty()) text += line("It uses the parameters of " + printable(e.tied_to) + ".", width);
  text += "\nshapes\n";
  for (const ExplainedTensor& tensor : e.inputs) text += line(text_of(tensor), width);
  for (const ExplainedTensor& tensor : e.outputs) text += line(text_of(tensor), width);
  return text;
}

std::string kernels_text(const Explanation& e, std::size_t width) {
  std::string text;
  for (const ExplainedKernel& kernel : e.kernels) {
    text += fmt::format("\n{}: {}\n", name(kernel.pass), kernel.kind) + text_of(kernel.counts, width);
    text += line(intensity_line(kernel), width);
  }
  if (e.kernels.empty()) text += "\nIt runs no kernel: nothing moves and nothing is computed.\n";
  return text;
}

std::string price_text(const ExplainedPrice& price, std::size_t width) {
  std::string text = fmt::format("\nprice on {} ({})\n", printable(price.device), name(price.mode));
  for (const ExplainedLaunch& launch : price.launches) {
    text += line(
        fmt::format("{}: {}, {}{}", name(launch.pass), launch.kind, bound_line(launch.price), parameters_line(launch)),
        width);
    text += text_of(launch.formulas, width, 4);
    if (launch.price.needs[static_cast<std::size_t>(Bound::kHost)].value() > 0 || launch.formulas.terms().empty()) {
      for (const ExplainedNeed& need : needs_of(launch.price)) text += line(need_line(need, launch), width, 4);
    }
  }
  for (const std::string& sentence : verdict(price)) text += line(sentence, width);
  return text;
}

}  // namespace

std::string explanation_text(const Explanation& e, std::size_t width) {
  std::string text = head(e, width);
  if (!e.parameters.terms().empty() && e.parameters.terms().size() > 1) {
    text += "\nparameters\n" + text_of(e.parameters, width);
  }
  text += kernels_text(e, width);
  text += "\nfusion\n" + line(fusion_line(e.fusion), width);
  if (e.price) text += price_text(*e.price, width);
  return text;
}

std::string write_explanations(std::span<const Explanation> explanations, std::string_view format, std::size_t width) {
  if (format == "json") return explanations_json(explanations);
  std::string text;
  for (const Explanation& e : explanations) {
    text += (text.empty() ? "" : "\n") + (format == "markdown" ? explanation_markdown(e) : explanation_text(e, width));
  }
  return text;
}

}  // namespace ridgepoint
