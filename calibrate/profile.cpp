#include "calibrate/profile.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/files.hpp"

namespace ridgepoint {
namespace {

constexpr std::size_t kNumbers = 10;
constexpr double kNanosecond = 1e-9;

// Names in records are the linker's.
std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 && text != nullptr ? text.get() : name;
}

[[noreturn]] void fail_line(const std::string& path, std::size_t line) {
  throw InputError({"this is no record of a kernel", kProfileHeader},
                   {.file = path, .line = line, .column = 0, .pointer = "", .source_line = ""});
}

// Ten numbers and a name, which may hold commas.
KernelRecord parse_line(const std::string& path, std::size_t number, std::string_view line) {
  std::array<std::int64_t, kNumbers> values{};
  for (std::int64_t& value : values) {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc{} || end == line.data() + line.size() || *end != ',') fail_line(path, number);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  }
  if (values[1] < values[0] || line.empty()) fail_line(path, number);
  return {.start = values[0],
          .end = values[1],
          .device = values[2],
          .stream = values[3],
          .grid = {values[4], values[5], values[6]},
          .block = {values[7], values[8], values[9]},
          .name = demangled(std::string(line))};
}

std::string json_escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::vector<KernelRecord> read_profile(const std::string& path) {
  const std::string text = read_file(path);
  std::vector<KernelRecord> records;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) break;  // cut short
    const std::string_view line = std::string_view(text).substr(start, end - start);
    if (++number == 1 && line != kProfileHeader) fail_line(path, number);
    if (number > 1) records.push_back(parse_line(path, number, line));
    start = end + 1;
  }
  return records;
}

std::vector<KernelTotal> total(const std::vector<KernelRecord>& records) {
  std::map<std::string, KernelTotal> by_name;
  double all = 0;
  for (const KernelRecord& record : records) {
    const double seconds = static_cast<double>(record.end - record.start) * kNanosecond;
    KernelTotal& one = by_name[record.name];
    one.name = record.name;
    one.shortest = one.count == 0 ? seconds : std::min(one.shortest, seconds);
    if (seconds >= one.longest) {
      one.longest = seconds;
      one.grid = record.grid;
      one.block = record.block;
    }
    ++one.count;
    one.seconds += seconds;
    all += seconds;
  }
  std::vector<KernelTotal> totals;
  for (auto& [name, one] : by_name) {
    one.share = all > 0 ? one.seconds / all : 0;
    one.mean = one.seconds / static_cast<double>(one.count);
    totals.push_back(std::move(one));
  }
  std::stable_sort(totals.begin(), totals.end(),
                   [](const KernelTotal& a, const KernelTotal& b) { return a.seconds > b.seconds; });
  return totals;
}

std::string trace_text(const std::vector<KernelRecord>& records) {
  std::int64_t first = records.empty() ? 0 : records.front().start;
  for (const KernelRecord& record : records) first = std::min(first, record.start);
  std::string text = "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [";
  const char* separator = "\n";
  for (const KernelRecord& r : records) {
    text +=
        fmt::format(R"({}{{"name": "{}", "ph": "X", "pid": {}, "tid": {}, "ts": {:.3f}, "dur": {:.3f}, )"
                    R"("args": {{"grid": [{}], "block": [{}]}}}})",
                    separator, json_escaped(r.name), r.device, r.stream, static_cast<double>(r.start - first) * 1e-3,
                    static_cast<double>(r.end - r.start) * 1e-3, fmt::join(r.grid, ", "), fmt::join(r.block, ", "));
    separator = ",\n";
  }
  return text + "\n]}\n";
}

}  // namespace ridgepoint
