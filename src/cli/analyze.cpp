#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/text.hpp"
#include "cost/device_file.hpp"
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

std::string report_one(const AnalyzeArguments& a, const std::string& model, const Device& device, const Format& format,
                       const View& view) {
  const ParsedRun parsed = parse_run(a.run, model);
  const Question question{parsed.description, device, parsed.run, parsed.options};
  Estimate estimate = answer(question);
  if (format.shows_advice) estimate.limits = cache_limits(question, estimate);
  const std::vector<Advice> advice = format.shows_advice ? advise(question, estimate) : std::vector<Advice>{};
  if (format.name == "csv") {
    for (const std::string& warning : estimate.warnings) fmt::print(stderr, "warning: {}\n", printable(warning));
  }
  Report report{estimate, device, advice, command_line()};
  KernelListing kernels;
  if (format.lists_kernels) {
    kernels = list_kernels(instantiate(parsed.description, parsed.run), device, parsed.options);
    report.kernels = &kernels;
  }
  return format.write(report, view);
}

// Several networks get one row each, or, as JSON, one document each in an array.
std::string report_all(const AnalyzeArguments& a, const Device& device, const Format& format, const View& view) {
  if (format.name == "json") {
    std::string text;
    for (const std::string& model : a.run.models) {
      text += (text.empty() ? "[\n" : ",\n") + report_one(a, model, device, format, view);
    }
    return text + "]\n";
  }
  if (format.lists_kernels) throw InputError({fmt::format("{} of several networks", format.name), "one MODEL"});
  std::vector<Estimate> estimates;
  for (const std::string& model : a.run.models) {
    const ParsedRun parsed = parse_run(a.run, model);
    estimates.push_back(answer({parsed.description, device, parsed.run, parsed.options}));
  }
  if (format.name == "svg") return draw_networks(estimates, device, view);
  return write_networks(estimates, format.name);
}

int analyze(const AnalyzeArguments& a) {
  if (a.top < 0) throw InputError({fmt::format("--top is {}", a.top), "0 or more; 0 shows all"});
  const Format& format = choose_format(a.format, a.output, names_of(formats()));
  const View view{.by = static_cast<By>(choose("grouping", a.by, kByNames)),
                  .top = static_cast<std::size_t>(a.top),
                  .color = wants_color(a.color, !a.output.empty()),
                  .width = a.output.empty() ? terminal_width() : kPlainWidth,
                  .unicode = wants_unicode(a.glyphs, !a.output.empty())};
  const Device device = load_device(a.device);
  emit(a.output, a.run.models.size() == 1 ? report_one(a, a.run.models.front(), device, format, view)
                                          : report_all(a, device, format, view));
  return 0;
}

}  // namespace

Action declare_analyze(CLI::App& app) {
  const auto a = std::make_shared<AnalyzeArguments>();
  declare_run(app, a->run);
  constexpr const char* kReport = "The report";
  app.add_option("--hw", a->device, "A name of `ridgepoint list devices`, or a .json file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--format", a->format, join_choices(names_of(formats())) + "; guessed from -o")
      ->type_name("NAME")
      ->group(kReport);
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
