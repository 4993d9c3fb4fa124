#include "calibrate/profile.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/Option.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "calibrate/module.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/run_arguments.hpp"
#include "core/error.hpp"
#include "core/human.hpp"
#include "core/text.hpp"
#include "io/csv.hpp"
#include "report/text_table.hpp"

extern char** environ;

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 3> kProfileFormats{"table", "csv", "trace"};

struct ProfileArguments {
  std::vector<std::string> program;
  std::string format = "table";
  std::string output;
  std::size_t top = 20;
};

/// A file for the records that is gone when this is.
class RecordsFile {
 public:
  RecordsFile() {
    std::string name = (std::filesystem::temp_directory_path() / "ridgepoint-profile-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0) throw InputError({fmt::format("cannot make a file in {}", name), ""});
    ::close(file);
    path_ = name;
  }
  RecordsFile(const RecordsFile&) = delete;
  RecordsFile& operator=(const RecordsFile&) = delete;
  ~RecordsFile() { std::remove(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> environment_with(const std::string& injection, const std::string& records) {
  std::vector<std::string> variables{fmt::format("{}={}", kInjection, injection),
                                     fmt::format("{}={}", kProfileRecords, records)};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    if (name != kInjection && name != kProfileRecords) variables.emplace_back(text);
  }
  return variables;
}

// Runs the program to its end; what it prints goes where it would go without this.
int run_program(const std::vector<std::string>& program, std::vector<std::string> environment) {
  std::vector<char*> argv;
  for (const std::string& word : program) argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: what POSIX asks
  argv.push_back(nullptr);
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  pid_t child = 0;
  if (const int failed = ::posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), variables.data()); failed != 0)
    throw InputError(
        {fmt::format("cannot run {}: {}", in_quotes(program.front()), std::strerror(failed)), "a program"});
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string sizes(const std::array<std::int64_t, 3>& s) { return fmt::format("{}x{}x{}", s[0], s[1], s[2]); }

std::string table_text(const std::vector<KernelTotal>& totals, std::size_t top) {
  constexpr std::size_t kNameWidth = 48;
  std::string text = fmt::format("{:>6} {:>10} {:>10} {:>6} {:>14} {:>11}  kernel\n", "share", "time", "mean", "count",
                                 "grid", "block");
  double seconds = 0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const KernelTotal& t = totals[i];
    seconds += t.seconds;
    count += t.count;
    if (i >= top) continue;
    text += fmt::format("{:>6} {:>10} {:>10} {:>6} {:>14} {:>11}  {}\n", human_percent(t.share),
                        human_seconds(t.seconds), human_seconds(t.mean), t.count, sizes(t.grid), sizes(t.block),
                        fit(printable(t.name), kNameWidth, false));
  }
  if (totals.size() > top) text += fmt::format("{} more kernels\n", totals.size() - top);
  return text + fmt::format("{} launches of {} kernels, {} on the GPU\n", count, totals.size(), human_seconds(seconds));
}

std::string csv_of(const std::vector<KernelTotal>& totals) {
  std::string text = "name,count,time_s,share,mean_s,shortest_s,longest_s,grid,block\n";
  for (const KernelTotal& t : totals) {
    text += fmt::format("{},{},{:.9g},{:.6g},{:.9g},{:.9g},{:.9g},{},{}\n", csv_text(t.name), t.count, t.seconds,
                        t.share, t.mean, t.shortest, t.longest, sizes(t.grid), sizes(t.block));
  }
  return text;
}

int profile(const ProfileArguments& a) {
  const std::size_t format = choose("format", a.format, kProfileFormats);
  const std::string injection = module_file("profile");
  const RecordsFile records;
  const int code = run_program(a.program, environment_with(injection, records.path()));
  if (std::filesystem::file_size(records.path()) == 0) {
    throw InputError({fmt::format("{} ran no kernel that could be recorded (its exit code was {})",
                                  in_quotes(a.program.front()), code),
                      "a program that uses CUDA, and a driver; `ridgepoint list devices --local` says what is there"});
  }
  const std::vector<KernelRecord> all = read_profile(records.path());
  if (format == 2) {
    emit(a.output, trace_text(all));
  } else {
    emit(a.output, format == 0 ? table_text(total(all), a.top) : csv_of(total(all)));
  }
  if (code != 0) fmt::print(stderr, "note: {} ended with exit code {}\n", printable(a.program.front()), code);
  return 0;
}

}  // namespace

Action declare_profile(CLI::App& app) {
  const auto a = std::make_shared<ProfileArguments>();
  app.add_option("PROGRAM", a->program, "A program that uses CUDA, and its arguments, after --")->required();
  app.add_option("--format", a->format, "table, csv, or trace (for chrome://tracing and Perfetto)")->type_name("NAME");
  app.add_option("--top", a->top, "How many kernels the table shows")->type_name("N");
  app.add_option("-o,--output", a->output, "Write to this file")->type_name("FILE");
  return [a] { return profile(*a); };
}

}  // namespace ridgepoint
