#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/picture.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
#include "report/html.hpp"
#include "report/networks.hpp"
#include "report/report.hpp"
#include "report/roofline_figure.hpp"
#include "roofline/limits.hpp"

namespace ridgepoint {
namespace {

struct AnalyzeArguments {
  RunArguments run;
  std::string device;
  std::string format;
  std::string output;
  std::string by = "layer";
  std::int64_t top = 0;
  std::string color = "auto";
  GlyphArguments glyphs;
};

struct Answered {
  Estimate estimate;
  std::vector<Advice> advice;
  KernelListing kernels;
};

Answered answer_for(const AnalyzeArguments& a, const std::string& model, const Device& device, const Format& format) {
  const ParsedRun parsed = parse_run(a.run, model);
  const Network network = instantiate(parsed.description, parsed.run);
  const Question question{parsed.description, device, parsed.run, parsed.options, &network};
  Answered answered{answer(question), {}, {}};
  if (format.lists_kernels) answered.kernels = list_kernels(network, device, parsed.options);
  if (!format.shows_advice) return answered;
  answered.estimate.limits = cache_limits(question, answered.estimate);
  answered.advice = advise(question, answered.estimate);
  return answered;
}

std::string report_one(const AnalyzeArguments& a, const std::string& model, const Device& device, const Format& format,
                       const View& view) {
  const Answered answered = answer_for(a, model, device, format);
  if (format.name == "csv") {
    for (const std::string& warning : answered.estimate.warnings)
      fmt::print(stderr, "warning: {}\n", printable(warning));
  }
  return format.write({answered.estimate, device, answered.advice, command_line(), &answered.kernels}, view);
}

// Several networks get one row each; or one document each in an array, as JSON; or one page, as HTML, and one figure.
std::string report_all(const AnalyzeArguments& a, const Device& device, const Format& format, const View& view) {
  if (format.name == "json") {
    std::string text;
    for (const std::string& model : a.run.models) {
      text += (text.empty() ? "[\n" : ",\n") + report_one(a, model, device, format, view);
    }
    return text + "]\n";
  }
  if (format.lists_kernels) throw InputError({fmt::format("{} of several networks", format.name), "one MODEL"});
  std::vector<Answered> answers;
  for (const std::string& model : a.run.models) answers.push_back(answer_for(a, model, device, format));
  if (format.name == "html") {
    std::vector<Report> reports;
    reports.reserve(answers.size());
    for (const Answered& one : answers) reports.push_back({one.estimate, device, one.advice, command_line()});
    return write_page(reports, view);
  }
  std::vector<Estimate> estimates;
  estimates.reserve(answers.size());
  for (Answered& one : answers) estimates.push_back(std::move(one.estimate));
  return is_figure(format) ? draw_networks(estimates, device, view) : write_networks(estimates, format.name);
}

int analyze(const AnalyzeArguments& a) {
  if (a.top < 0) throw InputError({fmt::format("--top is {}", a.top), "0 or more; 0 shows all"});
  const Format& format = choose_format(a.format, a.output, names_of(formats()));
  const View view{.by = static_cast<By>(choose("grouping", a.by, kByNames)),
                  .top = static_cast<std::size_t>(a.top),
                  .color = wants_color(a.color, !a.output.empty()),
                  .width = width_for(a.output),
                  .unicode = wants_unicode(a.glyphs, !a.output.empty())};
  const Device device = device_of(a.run, a.device);
  std::string text = a.run.models.size() == 1 ? report_one(a, a.run.models.front(), device, format, view)
                                              : report_all(a, device, format, view);
  emit(a.output, is_figure(format) ? as_figure(std::move(text), format) : text);
  return 0;
}

}  // namespace

Action declare_analyze(CLI::App& app) {
  const auto a = std::make_shared<AnalyzeArguments>();
  declare_run(app, a->run);
  declare_what_if(app, a->run);
  constexpr const char* kReport = "The report";
  app.add_option("--hw", a->device, "A name of `ridgepoint list devices`, or a .json file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--format", a->format, format_help(names_of(formats())))->type_name("NAME")->group(kReport);
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE")->group(kReport);
  app.add_option("--by", a->by, "Rows by layer, block, op, category or network")->type_name("WHAT")->group(kReport);
  app.add_option("--top", a->top, "Only the N rows that take most time, and one for the others")
      ->type_name("N")
      ->group(kReport);
  app.add_option("--color", a->color, "auto, always or never")->type_name("WHEN")->group(kReport);
  declare_glyphs(app, a->glyphs, kReport);
  return [a] { return analyze(*a); };
}

}  // namespace ridgepoint
