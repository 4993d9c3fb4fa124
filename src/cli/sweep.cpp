#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "cli/command.hpp"
#include "cli/grid.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/sweep_curves.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "report/shard.hpp"
#include "report/sweep.hpp"

namespace ridgepoint {
namespace {

struct SweepArguments {
  RunArguments run;
  std::string model;
  std::vector<std::string> devices;
  std::string format;
  std::string output;
  std::string shard;
  std::size_t jobs = 0;
};

constexpr std::size_t kChunk = 64;

// Points of a sweep as far as they were reached.
struct Points {
  std::vector<SweepPoint> list;
  std::vector<bool> done;
};

class Clockwork {
 public:
  explicit Clockwork(std::size_t all) : all_(all) {}

  bool tick(std::size_t done) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    const double left = done == 0 ? 0 : passed.count() / static_cast<double>(done) * static_cast<double>(all_ - done);
    bar_.show(done, all_, fmt::format("{:.0f} points/s", static_cast<double>(done) / passed.count()), Seconds{left});
    return !InterruptGuard::interrupted();
  }

 private:
  std::size_t all_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  ProgressBar bar_;
};

Points run_points(const SweepGrid& grid, const ModelFile& model, std::size_t first, std::size_t last,
                  std::size_t jobs) {
  const std::size_t count = last - first;
  Points points{std::vector<SweepPoint>(count), {}};
  std::vector<char> reached(count, 0);  // by several threads: no bits of one byte
  const InterruptGuard guard;
  Clockwork clockwork(count);
  const auto make_worker = [&]() -> ChunkWork {
    const auto runner = std::make_shared<GridRunner>(grid, model);
    return [&, runner](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        points.list[i] = runner->run(first + i);
        reached[i] = 1;
      }
    };
  };
  const std::size_t threads = jobs > 0 ? jobs : std::max(1U, std::thread::hardware_concurrency());
  run_in_chunks(count, kChunk, threads, make_worker, [&](std::size_t done) { return clockwork.tick(done); });
  points.done.assign(reached.begin(), reached.end());
  return points;
}

// Where no point can be run, something is wrong with all of them: the first says what, and where.
void expect_some(const SweepGrid& grid, const ModelFile& model, std::size_t first, const Points& points) {
  for (std::size_t i = 0; i < points.list.size(); ++i) {
    if (!points.done[i] || points.list[i].status != PointStatus::kImpossible) return;
  }
  if (points.list.empty()) return;
  GridRunner runner(grid, model);
  (void)answer(runner.question(first));
}

const SweepFormat& format_of(const SweepArguments& a) {
  const auto formats = sweep_formats();
  if (!a.format.empty()) return formats[choose("format", a.format, names_of(formats))];
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [&](const SweepFormat& f) { return a.output.ends_with(f.extension); });
  if (found != formats.end()) return *found;
  return formats[a.shard.empty() ? 0 : choose("format", "csv", names_of(formats))];
}

// FNV-1a over what decides the rows, so that shards of two sweeps are not mixed up.
std::string fingerprint(const SweepArguments& a, const SweepGrid& grid) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash *= 0x100000001b3ULL;
  };
  const RunArguments& r = a.run;
  for (const std::string& text : {std::string(version()), a.model, r.weights_dtype, r.kv_dtype, r.math_dtype, r.fusion,
                                  r.execution, r.optimizer, r.mode, std::to_string(r.weight_group)}) {
    add(text);
  }
  for (const std::string& text : r.set) add(text);
  for (const SweepAxis& axis : grid.axes().list()) {
    add(axis.key);
    for (const std::string& value : axis.values) add(value);
  }
  return fmt::format("{:016x}", hash);
}

int sweep(const SweepArguments& a) {
  const SweepFormat& format = format_of(a);
  Shard shard = a.shard.empty() ? Shard{} : parse_shard(a.shard);
  if (!a.shard.empty() && format.name != "csv") throw InputError({"a shard has rows alone", "--format csv"});
  const SweepGrid grid(a.run, a.devices);
  const ModelFile model(model_path(a.model));
  shard = bounded(shard, grid.axes().size());
  shard.sweep = fingerprint(a, grid);
  const std::string name = name_of(grid, model);  // which reads the file before there are threads
  const Points points = run_points(grid, model, shard.first, shard.last, a.jobs);
  expect_some(grid, model, shard.first, points);
  const auto done = std::count(points.done.begin(), points.done.end(), true);
  if (static_cast<std::size_t>(done) < points.list.size()) {
    fmt::print(stderr, "interrupted: {} of {} points\n", done, points.list.size());
  }
  SweepReport report{name, command_line(), grid.axes(), shard.first, points.list, points.done};
  if (format.shows_curves) report.curves = curves_of(report, grid, model);
  emit(a.output, (a.shard.empty() ? "" : shard_line(shard)) + format.write(report));
  return 0;
}

}  // namespace

Action declare_sweep(CLI::App& app) {
  const auto a = std::make_shared<SweepArguments>();
  constexpr const char* kReport = "The report";
  app.add_option("MODEL", a->model, "As `ridgepoint analyze` takes it")->required();
  app.add_option("--hw", a->devices, "A name of `ridgepoint list devices`, or a .json file; may be given several times")
      ->required()
      ->type_name("DEVICE")
      ->allow_extra_args(false);
  declare_run_options(app, a->run);
  declare_mode(app, a->run);
  declare_what_if(app, a->run);
  app.add_option("--format", a->format, format_help(names_of(sweep_formats())))->type_name("NAME")->group(kReport);
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE")->group(kReport);
  app.add_option("--shard", a->shard, "Only the I-th of N parts, as CSV, for `ridgepoint merge`")
      ->type_name("I/N")
      ->group(kReport);
  app.add_option("--jobs", a->jobs, "Threads; 0 is one a core")->type_name("N")->group(kReport);
  return [a] { return sweep(*a); };
}

}  // namespace ridgepoint
