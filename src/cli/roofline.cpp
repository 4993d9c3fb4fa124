#include <CLI/Option.hpp>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/picture.hpp"
#include "cli/run_arguments.hpp"
#include "cost/device_file.hpp"
#include "report/ceilings.hpp"
#include "report/report.hpp"
#include "report/roofline_figure.hpp"

namespace ridgepoint {
namespace {

struct RooflineArguments {
  std::vector<std::string> devices;
  std::string format;
  std::string output;
  GlyphArguments glyphs;
};

constexpr std::array<std::string_view, 6> kRooflineFormats{"table", "json", "csv", "markdown", "svg", "png"};

int show_roofline(const RooflineArguments& a) {
  const Format& format = choose_format(a.format, a.output, kRooflineFormats);
  std::vector<Device> devices;
  for (const std::string& name : a.devices) devices.push_back(load_device(name));
  const std::size_t width = width_for(a.output);
  const bool unicode = wants_unicode(a.glyphs, !a.output.empty());
  emit(a.output, is_figure(format) ? as_figure(draw_rooflines(devices), format)
                                   : write_ceilings(devices, format.name, width, unicode));
  return 0;
}

}  // namespace

Action declare_roofline(CLI::App& app) {
  const auto a = std::make_shared<RooflineArguments>();
  app.add_option("--hw", a->devices, "A name of `ridgepoint list devices`, or a .json file; may be given several times")
      ->required()
      ->type_name("DEVICE")
      ->allow_extra_args(false);
  app.add_option("--format", a->format, format_help(kRooflineFormats))->type_name("NAME");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  declare_glyphs(app, a->glyphs, "");
  return [a] { return show_roofline(*a); };
}

}  // namespace ridgepoint
