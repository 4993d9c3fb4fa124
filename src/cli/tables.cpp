#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "core/human.hpp"
#include "core/split.hpp"
#include "core/text.hpp"
#include "hardware/what_if.hpp"
#include "report/tables.hpp"

namespace ridgepoint {
namespace {

struct TablesArguments {
  RunArguments run;
  std::string model;
  std::string device;
  std::string devices = "1";
  std::string grow;
  std::string latency;
  std::string plan = "auto";
  std::string host_access = "cached";
  std::vector<std::string> around;
  bool whole_tables = false;
  std::int64_t top = 20;
  std::string format;
  std::string output;
};

std::vector<double> parse_devices(const std::string& text) {
  std::vector<double> list;
  for (const std::string& part : split(text, ',')) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size() || value < 1 || value > 1'000'000)
      throw InputError(
          {fmt::format("--devices {} is no number of devices", in_quotes(part)), "1 to 1000000, or several: 1,8,64"});
    list.push_back(static_cast<double>(value));
  }
  return list;
}

std::vector<double> parse_growth(const std::string& text) {
  std::vector<double> list;
  if (text.empty()) return list;
  for (const std::string& part : split(text, ',')) {
    const auto value = part.starts_with('x') ? parse_quantity(std::string_view(part).substr(1), "") : std::nullopt;
    if (!value || !(*value > 0))
      throw InputError({fmt::format("--grow {} is no factor", in_quotes(part)),
                        "factors on the rows of all tables, such as x0.1,x1,x10"});
    list.push_back(*value);
  }
  return list;
}

double parse_seconds(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const double scale = unit.empty() || unit == "s" ? 1 : unit == "ms" ? 1e-3 : unit == "us" ? 1e-6 : 0;
  if (error != std::errc{} || scale == 0 || !(value > 0) || !std::isfinite(value))
    throw InputError({fmt::format("--latency {} is no time", in_quotes(text)), "a time such as 10ms, 500us or 0.05"});
  return value * scale;
}

Surroundings surroundings_of(const TablesArguments& a) {
  Surroundings around = usual_surroundings();
  const auto fields = surroundings_fields();
  for (const std::string& text : a.around) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string key = text.substr(0, equals);
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.key == key; });
    std::vector<std::string_view> keys;
    for (const SurroundingsField& f : fields) keys.push_back(f.key);
    if (field == fields.end() || equals == text.size()) {
      throw InputError({fmt::format("--around {} sets nothing", in_quotes(text)),
                        "KEY=VALUE with a key of " + join_choices(keys, keys.size()), std::string(nearest(key, keys))});
    }
    const auto value = parse_quantity(std::string_view(text).substr(equals + 1), field->unit);
    if (!value || (*value == 0 && !field->key.ends_with("capacity")))
      throw InputError({fmt::format("--around {} is no value", in_quotes(text)),
                        fmt::format("a number in {}", field->unit.empty() ? "devices" : field->unit)});
    around.*field->member = *value;
  }
  return around;
}

// Device memory of a half, a quarter ... of what there is, as far as there is room for what is no table.
std::vector<OtherStep> shrink(const StepQuestion& question) {
  std::vector<OtherStep> steps;
  if (!question.device->dram.capacity) return steps;
  for (double share = 1; share > 0.01; share /= 2) {
    const std::array change{DeviceChange{.key = "dram.capacity", .is_factor = true, .amount = share}};
    auto device = std::make_unique<Device>(changed(*question.device, change));
    StepQuestion smaller = question;
    smaller.device = device.get();
    auto step = step_of(smaller);
    const double bytes = device->dram.capacity->value();
    if (step->run.kept_bytes >= bytes) break;
    steps.push_back({human_capacity(bytes), bytes, std::move(device), std::move(step)});
  }
  return steps;
}

// Every number of devices with every growth; the batch grows with the devices.
std::vector<OtherStep> grow(const StepQuestion& question, double batch, const std::vector<double>& devices,
                            const std::vector<double>& growth) {
  std::vector<OtherStep> steps;
  if (devices.size() < 2 && growth.empty()) return steps;
  for (const double factor : growth.empty() ? std::vector{1.0} : growth) {
    for (const double count : devices) {
      StepQuestion other = question;
      other.growth = factor;
      other.devices = count;
      const double all = batch * count / devices.front();
      auto step = step_of(other, static_cast<std::int64_t>(all));
      std::string what = fmt::format("x{:g} on {:g}, batch {:g}", factor, count, all);
      steps.push_back({std::move(what), count, nullptr, std::move(step)});
    }
  }
  return steps;
}

std::vector<LatencyAnswer> latencies_of(const StepQuestion& question, const std::string& text) {
  std::vector<LatencyAnswer> answers;
  if (text.empty()) return answers;
  for (const std::string& part : split(text, ',')) {
    LatencyAnswer answer{.latency = parse_seconds(part)};
    answer.batch = batch_within(question, answer.latency);
    if (answer.batch > 0) answer.time = step_of(question, answer.batch)->time();
    answers.push_back(answer);
  }
  return answers;
}

// Tables for which no level of any device has room, with what would do.
void expect_room_for(const Step& step) {
  if (step.fits()) return;
  const double bytes = table_bytes(step.tables);
  const double each = capacity_of(step.run);
  const double needed = each > 0 ? std::ceil(bytes / each) : 0;
  throw InputError(
      {fmt::format(
           "tables of {} fit nowhere: {:g} of {} have room for {} in device memory, host and storage, {} are left "
           "over by the best plan, {}",
           human_bytes(bytes), step.run.devices, step.run.device->name, human_bytes(each * step.run.devices),
           human_bytes(step.plan().unplaced), step.plan().name),
       fmt::format("about {:g} devices, or more host.capacity or ssd.capacity by --around", needed)});
}

StepQuestion question_of(const TablesArguments& a, const ParsedRun& parsed, const Device& device, double devices) {
  return {.description = &parsed.description,
          .device = &device,
          .run = parsed.run,
          .options = parsed.options,
          .around = surroundings_of(a),
          .host = static_cast<HostAccess>(choose("host access", a.host_access, kHostAccessNames)),
          .devices = devices,
          .whole_tables = a.whole_tables,
          .plan = std::string(kPlanNames[choose("plan", a.plan, kPlanNames)])};
}

int show_tables(const TablesArguments& a) {
  if (a.top < 0) throw InputError({fmt::format("--top is {}", a.top), "0 or more; 0 shows all"});
  const std::string_view format = choose_format(a.format, a.output).name;
  const std::vector<double> devices = parse_devices(a.devices);
  const std::vector<double> growth = parse_growth(a.grow);
  const ParsedRun parsed = parse_run(a.run, a.model);
  const Device device = device_of(a.run, a.device);
  const StepQuestion question = question_of(a, parsed, device, devices.front());
  const auto step = step_of(question);
  expect_room_for(*step);
  const TablesReport report{.step = *step,
                            .device = device,
                            .command = command_line(),
                            .shrunk = shrink(question),
                            .grown = grow(question, step->batch, devices, growth),
                            .latencies = latencies_of(question, a.latency),
                            .top = static_cast<std::size_t>(a.top)};
  emit(a.output, write_sections(tables_report(report), format, width_for(a.output)));
  return 0;
}

}  // namespace

Action declare_tables(CLI::App& app) {
  const auto a = std::make_shared<TablesArguments>();
  constexpr const char* kMachine = "The machine";
  constexpr const char* kReport = "The report";
  app.add_option("MODEL", a->model, "As `ridgepoint analyze` takes it; --batch is of all devices together")->required();
  app.add_option("--hw", a->device, "A name of `ridgepoint list devices`, or a .json file")
      ->required()
      ->type_name("DEVICE");
  app.add_option("--devices", a->devices, "How many of them; several are compared: 1,8,64")
      ->type_name("N")
      ->group(kMachine);
  app.add_option("--plan", a->plan, join_choices(kPlanNames) + ": how tables are shared")
      ->type_name("NAME")
      ->group(kMachine);
  app.add_flag("--whole-tables", a->whole_tables, "Tables go to a level as they are, not row by row")->group(kMachine);
  app.add_option("--host-access", a->host_access, "How a device reads its host: cached, pinned or unified")
      ->type_name("HOW")
      ->group(kMachine);
  app.add_option("--around", a->around,
                 "What stands around a device: host.capacity=512GB, network.bandwidth=25GB/s ...")
      ->type_name("KEY=VALUE")
      ->group(kMachine)
      ->allow_extra_args(false);
  app.add_option("--grow", a->grow, "The same with so many times the rows: x0.01,x1,x100")
      ->type_name("xN")
      ->group(kMachine);
  declare_run_options(app, a->run);
  declare_mode(app, a->run);
  declare_what_if(app, a->run);
  app.add_option("--latency", a->latency, "The most samples per second within this time: 10ms,50ms")
      ->type_name("TIME")
      ->group(kReport);
  app.add_option("--top", a->top, "Only the N tables that take most time, and one row for the others")
      ->type_name("N")
      ->group(kReport);
  app.add_option("--format", a->format, format_help())->type_name("NAME")->group(kReport);
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE")->group(kReport);
  return [a] { return show_tables(*a); };
}

}  // namespace ridgepoint
