#include "cost/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/text.hpp"

namespace ridgepoint {
namespace {

constexpr std::array<std::string_view, 5> kFixedColumns{"gpu", "clock", "kernel", "dtype", "time_us"};

// Reads the rows of one file; positions of columns are looked up once.
class Reader {
 public:
  Reader(const std::string& path, CsvTable table) { file_.path = path, file_.table = std::move(table); }

  SampleFile read() {
    for (std::size_t i = 0; i < kFixedColumns.size(); ++i) fixed_[i] = position(kFixedColumns[i]);
    if (file_.table.rows.empty()) file_.table.fail_header({"there are no samples", "at least one row"});
    choose_kernel(file_.table.rows.front());
    expect_known_columns();
    for (const CsvRow& row : file_.table.rows) file_.samples.push_back(sample(row));
    return std::move(file_);
  }

 private:
  std::size_t position(std::string_view name) const {
    const int at = file_.table.column(name);
    if (at < 0)
      file_.table.fail_header({fmt::format("missing column {}", in_quotes(name)), "the columns of the kernel"});
    return static_cast<std::size_t>(at);
  }

  void choose_kernel(const CsvRow& first) {
    const std::string& word = first.fields[fixed_[2]];
    std::vector<std::string_view> names;
    for (const SampleKernel& kernel : sample_kernels()) {
      names.push_back(kernel.name);
      if (kernel.name == word) file_.kernel = &kernel;
    }
    if (file_.kernel == nullptr) {
      file_.table.fail(first, fixed_[2],
                       {fmt::format("unknown kernel {}", in_quotes(word)), join_choices(names, 40),
                        std::string(nearest(word, names))});
    }
    file_.device = first.fields[fixed_[0]];
    file_.clock = clock_of(first);
    for (const SampleColumn& column : file_.kernel->columns) {
      const int at = file_.table.column(column.name);
      if (at < 0 && !column.fallback) {
        file_.table.fail_header(
            {fmt::format("missing column {} of the kernel {}", in_quotes(column.name), file_.kernel->name),
             "all columns of the kernel"});
      }
      columns_.push_back(at);
    }
  }

  // A column that nobody knows is a misspelt optional one, or another tool's; both would be silently wrong.
  void expect_known_columns() const {
    std::vector<std::string_view> known(kFixedColumns.begin(), kFixedColumns.end());
    for (const SampleColumn& column : file_.kernel->columns) known.push_back(column.name);
    for (const std::string& name : file_.table.header) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      file_.table.fail_header({fmt::format("unknown column {}", in_quotes(name)), join_choices(known, 24),
                               std::string(nearest(name, known))});
    }
  }

  Clock clock_of(const CsvRow& row) const {
    const std::string& word = row.fields[fixed_[1]];
    const auto found = std::find(kClockNames.begin(), kClockNames.end(), word);
    if (found == kClockNames.end()) {
      file_.table.fail(row, fixed_[1],
                       {fmt::format("unknown clock {}", in_quotes(word)), join_choices(kClockNames),
                        std::string(nearest(word, kClockNames))});
    }
    return static_cast<Clock>(found - kClockNames.begin());
  }

  void expect_same(const CsvRow& row, std::size_t column, const std::string& expected, std::string_view what) const {
    if (row.fields[column] == expected) return;
    file_.table.fail(row, column,
                     {fmt::format("a second {} in one file: {}", what, in_quotes(row.fields[column])),
                      fmt::format("{} as in the first row", in_quotes(expected))});
  }

  Sample sample(const CsvRow& row) const {
    const std::vector<std::string>& first = file_.table.rows.front().fields;
    expect_same(row, fixed_[0], first[fixed_[0]], "device");
    expect_same(row, fixed_[1], first[fixed_[1]], "clock");
    expect_same(row, fixed_[2], first[fixed_[2]], "kernel");
    Sample sample{.kernel = file_.kernel, .device = file_.device, .clock = file_.clock, .line = row.line};
    sample.dtype = row.fields[fixed_[3]];
    sample.format = format_of(row);
    sample.time_us = time_of(row);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const SampleColumn& column = file_.kernel->columns[i];
      const bool given = columns_[i] >= 0;
      sample.words.push_back(column.is_word && given ? row.fields[static_cast<std::size_t>(columns_[i])] : "");
      sample.numbers.push_back(column.is_word ? 0
                               : given        ? integer_of(row, column, static_cast<std::size_t>(columns_[i]))
                                              : *column.fallback);
    }
    return sample;
  }

  std::int64_t integer_of(const CsvRow& row, const SampleColumn& column, std::size_t at) const {
    const std::string& text = row.fields[at];
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < column.minimum) {
      file_.table.fail(
          row, at,
          {fmt::format("{} cannot be", in_quotes(text)), fmt::format("an integer of at least {}", column.minimum)});
    }
    return value;
  }

  double time_of(const CsvRow& row) const {
    const std::string& text = row.fields[fixed_[4]];
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value <= 0) {
      file_.table.fail(row, fixed_[4],
                       {fmt::format("{} cannot be a time", in_quotes(text)), "microseconds above zero"});
    }
    return value;
  }

  SampleFormat format_of(const CsvRow& row) const {
    const std::string& text = row.fields[fixed_[3]];
    const auto allowed = [&](const DTypeFacts& facts) {
      return file_.kernel->any_format || facts.arithmetic != file_.kernel->moves_indices;
    };
    if (const auto dtype = find_dtype(text); dtype && allowed(facts(*dtype))) return {*dtype, *dtype};
    const std::size_t split = text.find("s_");
    if (split != std::string::npos && text.ends_with('m')) {
      const auto storage = find_dtype(text.substr(0, split));
      const auto math = find_dtype(text.substr(split + 2, text.size() - split - 3));
      if (storage && math) return {*storage, *math};
    }
    std::vector<std::string_view> names;
    for (const DTypeFacts& facts : kDTypes) {
      if (allowed(facts)) names.push_back(facts.name);
    }
    const char* const pairs =
        file_.kernel->moves_indices ? "" : ", or such as fp16s_fp32m for fp16 tensors multiplied in fp32";
    file_.table.fail(row, fixed_[3],
                     {fmt::format("unknown format {}", in_quotes(text)), join_choices(names) + pairs,
                      std::string(nearest(text, names))});
  }

  SampleFile file_;
  std::array<std::size_t, kFixedColumns.size()> fixed_{};
  std::vector<int> columns_;
};

}  // namespace

std::size_t SampleFields::index(std::string_view column) const {
  const auto& columns = sample_.kernel->columns;
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const SampleColumn& c) { return c.name == column; });
  return static_cast<std::size_t>(found - columns.begin());
}

std::int64_t SampleFields::number(std::string_view column) const { return sample_.numbers[index(column)]; }

const std::string& SampleFields::word(std::string_view column) const { return sample_.words[index(column)]; }

Circumstances circumstances_of(const Sample& sample) {
  const auto& columns = sample.kernel->columns;
  Circumstances circumstances{.clock = sample.clock};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto number = static_cast<double>(sample.numbers[i]);
    if (columns[i].name == "copies") circumstances.copies = number;
  }
  return circumstances;
}

SampleFile read_samples(const std::string& path) { return Reader(path, read_csv(path)).read(); }

SampleFile parse_samples(const std::string& name, std::string_view text) {
  return Reader(name, parse_csv(name, text)).read();
}

std::optional<Launch> launch_of(const SampleFile& file, const Sample& sample) {
  try {
    return sample.kernel->lower(SampleFields(sample));
  } catch (const OpError& error) {
    const int column = file.table.column(error.attribute);
    file.table.fail({sample.line, {}}, column < 0 ? SIZE_MAX : static_cast<std::size_t>(column), error.problem);
  }
}

}  // namespace ridgepoint
